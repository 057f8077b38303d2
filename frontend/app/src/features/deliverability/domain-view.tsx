import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { notifyOk } from '../../lib/notify.ts';
import type { DomainDetail, ProviderHint } from '../../lib/types.ts';
import { domainOptions, useVerifyDomain } from './api.ts';
import { DmarcCard } from './dmarc-card.tsx';
import { SendersCard } from './domain-forms.tsx';
import { DomainHistory } from './domain-history.tsx';
import { Look } from './look.tsx';
import { Publish } from './publish.tsx';
import { RemoveDomain } from './remove-domain.tsx';

/** One domain: each record with its answer, what to publish, and all that the DNS said. */
export function DomainView({ id }: { id: string }) {
  const query = useQuery(domainOptions(id));
  return (
    <>
      <div>
        <Anchor renderRoot={(props) => <Link {...props} to="/deliverability/domains" search={{}} />} size="sm">
          All sending domains
        </Anchor>
      </div>
      <Loaded query={query} label="Loading the domain" heights={[120, 160, 160]}>
        {({ domain, etag }) => (
          <>
            <Overview domain={domain} />
            {domain.hints.length > 0 && <Hints hints={domain.hints} />}
            <DmarcCard domain={domain} etag={etag} />
            <SendersCard key={etag} domain={domain} etag={etag} />
            <DomainHistory id={id} />
            <RemoveDomain domain={domain} />
            <ZoneNote />
          </>
        )}
      </Loaded>
    </>
  );
}

function Overview({ domain }: { domain: DomainDetail }) {
  const { latest } = domain;
  const verify = useVerifyDomain(domain.id);
  return (
    <Part title={domain.display_name} lead={<When domain={domain} />} actions={<Verify verify={verify} />}>
      {verify.error && <ErrorState error={verify.error} />}
      <Text size="sm">{domain.note}</Text>
      {latest ? (
        <Look look={latest} standings={domain.standings} />
      ) : (
        <LoadingBlocks label="Being looked at for the first time" heights={[100, 100]} />
      )}
    </Part>
  );
}

function When({
  domain: { checked_at: checked, next_check_at: next, watched_until: until },
}: {
  domain: DomainDetail;
}) {
  return (
    <>
      {checked ? (
        <>
          Looked at <RelativeTime iso={checked} />
        </>
      ) : (
        'Not looked at yet'
      )}
      {next && (
        <>
          {' '}
          · again <RelativeTime iso={next} />
        </>
      )}
      {until && (
        <>
          {' '}
          · more often until <RelativeTime iso={until} />, since something is changing
        </>
      )}
    </>
  );
}

function Verify({ verify }: { verify: ReturnType<typeof useVerifyDomain> }) {
  const rights = useRightsTo('domains:write');
  return (
    <Managed rights={rights} wish={{ action: 'manage_domains' }}>
      {(may) => (
        <Button
          disabled={!may}
          loading={verify.isPending}
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={() => verify.mutate(undefined, { onSuccess: () => notifyOk('The DNS was asked anew') })}
        >
          Verify now
        </Button>
      )}
    </Managed>
  );
}

function Hints({ hints }: { hints: ProviderHint[] }) {
  return (
    <Part title="For your providers" lead="What the providers in use want to see, and where they show your own values.">
      {hints.map((hint) => (
        <Stack gap="xs" key={`${hint.provider} ${hint.text}`} component="section" aria-label={hint.name}>
          <Text size="sm" fw={600} component="h3">
            {hint.name}
          </Text>
          <Text size="sm">{hint.text}</Text>
          {hint.where && <Text size="sm">{hint.where}</Text>}
          {hint.publish.map((one) => (
            <Publish key={`${one.name} ${one.value}`} record={one} />
          ))}
          <Group>
            <Anchor size="sm" href={hint.url} target="_blank" rel="noreferrer" underline="always">
              {hint.name}’s own page on it
            </Anchor>
          </Group>
        </Stack>
      ))}
    </Part>
  );
}
