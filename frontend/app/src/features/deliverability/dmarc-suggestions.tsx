import { Button, Text } from '@mantine/core';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Line, Lines } from '../../components/part.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { count, plural } from '../../lib/numbers.ts';
import type { DomainDetail, SuggestedIp } from '../../lib/types.ts';
import { useUpdateDomain } from './api.ts';

type Props = { domain: DomainDetail; etag: string | null };

/** What reports know beyond what was entered: addresses to take over, and selectors that may be dropped again. */
export function DmarcSuggestions({ domain, etag }: Props) {
  const selectors = domain.selectors.filter((one) => one.source === 'report');
  const update = useUpdateDomain(domain.id, etag);
  const add = (address: string) => {
    const all = [...domain.sending_ips, { address, shared: true }];
    update.mutate({ sending_ips: all }, { onSuccess: () => notifyOk(`${address} is a sending address now`) });
  };
  const drop = (selector: string) =>
    update.mutate(
      { drop_selectors: [selector] },
      { onSuccess: () => notifyOk(`${selector} is not looked at any more`) },
    );
  return (
    <>
      {update.error && <ErrorState error={update.error} />}
      {domain.suggested_ips.length > 0 && (
        <>
          <Text size="sm">
            These addresses sent mail of yours that passed, and are not among your sending addresses. They are added as
            shared with others; move those that are yours alone below.
          </Text>
          <Lines label="Suggested addresses">
            {domain.suggested_ips.map((one) => (
              <Line
                key={one.address}
                name={one.address}
                action={<Act label="Add as sending address" about={one.address} run={add} busy={update.isPending} />}
              >
                {about(one)}
              </Line>
            ))}
          </Lines>
        </>
      )}
      {selectors.length > 0 && (
        <Lines label="Selectors named by reports">
          {selectors.map(({ selector }) => (
            <Line
              key={selector}
              name={`DKIM selector ${selector}`}
              action={<Act label="Stop looking at it" about={selector} run={drop} busy={update.isPending} />}
            >
              Named by a report, and looked at with each check.
            </Line>
          ))}
        </Lines>
      )}
    </>
  );
}

function about({ messages, passing, spf_passes: bySpf }: SuggestedIp): string {
  const share = `${count(passing)} of ${plural(messages, 'message')} passed`;
  return bySpf ? `${share}; SPF allows it.` : `${share}, by DKIM alone; SPF does not allow it. It may be a forwarder.`;
}

type ActProps = { label: string; about: string; run: (about: string) => void; busy: boolean };

function Act({ label, about, run, busy }: ActProps) {
  const rights = useRightsTo('domains:write');
  return (
    <Managed rights={rights}>
      {(may) => (
        <Button variant="default" size="xs" disabled={!may || busy} onClick={() => run(about)}>
          {label}
          <Spoken>{about}</Spoken>
        </Button>
      )}
    </Managed>
  );
}
