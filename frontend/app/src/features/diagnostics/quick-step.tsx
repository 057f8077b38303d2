import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Disclosure } from '../../components/disclosure.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { toneInk } from '../../components/tones.ts';
import type { QuickCheck, QuickStep } from '../../lib/types.ts';
import { accountsOptions } from './api.ts';
import { RESULTS } from './quick-results.ts';

export function QuickStepCard({ step }: { step: QuickStep }) {
  const { label, tone, Icon } = RESULTS[step.result];
  const title = `${step.number}. ${step.title}`;
  return (
    <Card component="li" aria-label={title} p="md">
      <Group justify="space-between" gap="xs" mb="sm">
        <Title order={2}>{title}</Title>
        <ToneBadge tone={tone} Icon={Icon}>
          {label}
        </ToneBadge>
      </Group>
      <Stack gap="md">
        {step.checks.map((check, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: checks come as a whole and have no id of their own
          <Check key={index} check={check} />
        ))}
      </Stack>
    </Card>
  );
}

/** One thing looked at: what came of it, by what evidence, and what to do. */
function Check({ check }: { check: QuickCheck }) {
  const { label, tone, Icon } = RESULTS[check.result];
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Icon size={18} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 2 }} aria-label={label} />
      <Stack gap={6} miw={0} align="flex-start">
        <div className="break-anywhere">
          <Text size="sm" fw={500}>
            {check.title}
          </Text>
          <Text size="sm">{check.detail}</Text>
          {check.what_to_do && (
            <Text size="sm" mt={2}>
              <Text span size="sm" fw={600}>
                What to do:
              </Text>{' '}
              {check.what_to_do}
            </Text>
          )}
        </div>
        <Way check={check} />
        {check.evidence.length > 0 && (
          <Disclosure
            label={
              <span>
                Evidence<Spoken>for {check.title}</Spoken>
              </span>
            }
          >
            <ul className="break-anywhere" style={{ margin: 0, paddingInlineStart: 18, fontSize: 13 }}>
              {check.evidence.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Disclosure>
        )}
      </Stack>
    </Group>
  );
}

const ON_THE_PAGE = ['reconnect', 'connect', 'grant_permission'];

/** Mending happens on the account's own page, where its consequences are told first. */
function Way({ check }: { check: QuickCheck }) {
  const { data } = useQuery(accountsOptions());
  if (!check.action || !ON_THE_PAGE.includes(check.action.code)) return null;
  const home = data?.data.find((one) => one.connections.some((c) => c.id === check.connection_id));
  const label = (
    <>
      {check.action.label}
      <Spoken>{check.title}</Spoken>
    </>
  );
  if (!home) {
    return (
      <Button size="xs" component={Link} to="/integrations">
        {label}
      </Button>
    );
  }
  return (
    <Button
      size="xs"
      renderRoot={(props) => (
        <Link
          {...props}
          to="/integrations/$provider"
          params={{ provider: home.provider }}
          search={{ account: check.connection_id ?? undefined }}
        />
      )}
    >
      {label}
    </Button>
  );
}
