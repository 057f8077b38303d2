import { Button, Group, Text } from '@mantine/core';
import { IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Line, Lines, Loaded, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { RecordStanding, SendingDomain } from '../../lib/types.ts';
import { domainsOptions, suggestionsOptions, useAddDomain } from './api.ts';
import { AddDomain } from './domain-forms.tsx';
import { CHECKS, VERDICTS } from './words.ts';

export function DomainList() {
  const domains = useQuery(domainsOptions());
  return (
    <>
      <Part title="Your sending domains" lead="Looked at daily, and more often for two days after a change or a fault.">
        <Loaded query={domains} label="Loading domains" heights={[64, 64]}>
          {({ data }) =>
            data.length > 0 ? (
              <Lines label="Sending domains">
                {data.map((one) => (
                  <DomainLine key={one.id} domain={one} />
                ))}
              </Lines>
            ) : (
              <EmptyState title="No domain yet" Icon={IconWorld}>
                Add the domain that your mail is sent from, and we look at its records at once.
              </EmptyState>
            )
          }
        </Loaded>
      </Part>
      <Suggestions />
      <AddDomain />
    </>
  );
}

function DomainLine({ domain }: { domain: SendingDomain }) {
  return (
    <Line
      name={
        <Link className="link" to="/deliverability/domains" search={{ domain: domain.id }}>
          {domain.display_name}
        </Link>
      }
    >
      <Group gap={6} my={4}>
        {checksOf(domain.standings).map(({ check, verdict }) => {
          const { label, tone, Icon } = VERDICTS[verdict];
          return (
            <ToneBadge key={check} tone={tone} Icon={Icon}>
              {CHECKS[check]}: {label}
            </ToneBadge>
          );
        })}
      </Group>
      {domain.checked_at ? (
        <>
          Looked at <RelativeTime iso={domain.checked_at} />
        </>
      ) : (
        'Being looked at for the first time…'
      )}
    </Line>
  );
}

const WORST = ['fault', 'absent', 'unknown', 'valid'] as const;

/** One verdict for each record: of several selectors or addresses the worst. Silence within 48 hours changes nothing. */
function checksOf(standings: RecordStanding[]): { check: RecordStanding['check']; verdict: (typeof WORST)[number] }[] {
  return (Object.keys(CHECKS) as RecordStanding['check'][]).flatMap((check) => {
    const said = standings.filter((one) => one.check === check).map((one) => one.standing ?? 'unknown');
    const verdict = WORST.find((one) => said.includes(one));
    return verdict ? [{ check, verdict }] : [];
  });
}

/** Domains of connected accounts that nobody has added; nothing is shown where there are none. */
function Suggestions() {
  const { data } = useQuery(suggestionsOptions());
  const rights = useRightsTo('domains:write');
  const add = useAddDomain();
  if (!data || data.data.length === 0) return null;
  return (
    <Part title="Suggestions" lead="Domains of your connected accounts that nobody has added yet.">
      <Lines label="Suggestions">
        {data.data.map(({ domain, account_label: account }) => (
          <Line
            key={`${domain} ${account}`}
            name={domain}
            action={
              <Managed rights={rights}>
                {(may) => (
                  <Button
                    variant="default"
                    size="xs"
                    disabled={!may}
                    loading={add.isPending && add.variables.name === domain}
                    onClick={() => add.mutate({ name: domain })}
                  >
                    Add<Spoken>{domain}</Spoken>
                  </Button>
                )}
              </Managed>
            }
          >
            From {account}
          </Line>
        ))}
      </Lines>
      {add.error && <ErrorState error={add.error} />}
      <Text size="xs" c="dimmed">
        Nothing is asked about a domain before you add it.
      </Text>
    </Part>
  );
}
