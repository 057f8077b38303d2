import { Button, Card, Code, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleX, IconStethoscope } from '@tabler/icons-react';
import { Copyable, Fact } from '../../components/evidence-list.tsx';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { ProviderApp } from '../../lib/types.ts';
import { useCheckApp } from './api.ts';

/** Which credentials of our apps are set, and whether a provider refuses them. Never their values. */
export function ProviderApps({ apps }: { apps: ProviderApp[] }) {
  return (
    <section aria-label="Our apps at the providers">
      <Title order={2} mb="sm">
        Our apps at the providers
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {apps.map((app) => (
          <App key={app.provider} app={app} />
        ))}
      </SimpleGrid>
    </section>
  );
}

function App({ app }: { app: ProviderApp }) {
  const check = useCheckApp(app.provider);
  return (
    <Card component="section" aria-label={app.provider_label}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap">
          <span className="with-tile">
            <ProviderTile provider={app.provider} size={28} />
            <Title order={3}>{app.provider_label}</Title>
          </span>
          <Validity app={app} />
        </Group>
        <Text size="sm" className="break-anywhere" role={check.data ? 'status' : undefined}>
          {sentence(app.detail)}
        </Text>
        {app.redirect_uri && <RedirectUri app={app} uri={app.redirect_uri} />}
        {app.settings.length > 0 && <Settings app={app} />}
        {check.error && <ErrorState error={check.error} />}
        {app.settings.length > 0 && app.offered && (
          <div style={{ marginTop: 'auto' }}>
            <Button
              variant="default"
              leftSection={<IconStethoscope size={16} aria-hidden />}
              loading={check.isPending}
              onClick={() => check.mutate()}
            >
              Check at the provider
              <Spoken>{app.provider_label}</Spoken>
            </Button>
          </div>
        )}
      </Stack>
    </Card>
  );
}

function Validity({ app }: { app: ProviderApp }) {
  if (app.valid === true) return <Badge tone="success" Icon={IconCircleCheck} label="Valid" />;
  if (app.valid === false) return <Badge tone="danger" Icon={IconCircleX} label="Refused" />;
  const unknown = app.settings.length === 0 ? 'Nothing to set up' : app.offered ? 'Not checked' : 'Not set up';
  return <Badge tone="gray" Icon={IconCircleDashed} label={unknown} />;
}

type BadgeProps = { tone: 'success' | 'danger' | 'gray'; Icon: typeof IconCircleX; label: string };

function Badge({ tone, Icon, label }: BadgeProps) {
  return (
    <ToneBadge tone={tone} Icon={Icon}>
      {label}
    </ToneBadge>
  );
}

function RedirectUri({ app, uri }: { app: ProviderApp; uri: string }) {
  return (
    <dl className="facts">
      <Fact name="Redirect address">
        <Copyable text={uri} />
        {app.redirect_uri_ok === false && (
          <Text size="xs" c="var(--mantine-color-error)">
            Providers take https only: set the base URL to the public https address.
          </Text>
        )}
      </Fact>
    </dl>
  );
}

function Settings({ app }: { app: ProviderApp }) {
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label="Settings">
      {app.settings.map(({ name, present }) => (
        <li key={name} className="break-anywhere" style={{ fontSize: 'var(--mantine-font-size-xs)', paddingBlock: 2 }}>
          <Code fz="xs">{name}</Code> {present ? 'is set' : 'is not set'}
        </li>
      ))}
    </ul>
  );
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
