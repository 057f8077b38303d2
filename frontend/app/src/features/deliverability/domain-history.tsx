import { Button, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MoreButton } from '../../components/more-button.tsx';
import { Line, Lines, Loaded, Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { useTimeZone } from '../../lib/session.tsx';
import { duration, shortDateTime } from '../../lib/time.ts';
import type { DomainLookRow } from '../../lib/types.ts';
import { lookOptions, looksOptions } from './api.ts';
import { Look } from './look.tsx';
import { CHECKS, TRIGGERS, VERDICTS } from './words.ts';

export function DomainHistory({ id }: { id: string }) {
  const looks = useInfiniteQuery(looksOptions(id));
  const rows = looks.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Part title="History" lead="Every look at the records, newest first.">
      {looks.isPending && <LoadingBlocks label="Loading the history" heights={[52, 52]} />}
      {looks.error && <ErrorState error={looks.error} onRetry={() => void looks.refetch()} />}
      {looks.data && rows.length === 0 && <Text size="sm">Nothing was looked at yet.</Text>}
      {rows.length > 0 && (
        <Lines label="History">
          {rows.map((row) => (
            <Row key={row.id} id={id} row={row} />
          ))}
        </Lines>
      )}
      <MoreButton query={looks} what="looks" />
    </Part>
  );
}

function Row({ id, row }: { id: string; row: DomainLookRow }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Line
        name={<ExactTime iso={row.at} />}
        action={
          <Button variant="default" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Show'}
            <Spoken>
              the look of <ExactTime iso={row.at} />
            </Spoken>
          </Button>
        }
      >
        {TRIGGERS[row.trigger]} · {duration(row.took_ms)} · {verdictWords(row.verdicts)}
      </Line>
      {open && (
        <li>
          <Opened id={id} check={row.id} />
        </li>
      )}
    </>
  );
}

function Opened({ id, check }: { id: string; check: string }) {
  const zone = useTimeZone();
  const look = useQuery(lookOptions(id, check));
  return (
    <Loaded query={look} label="Loading the look" heights={[100]}>
      {(data) => <Look look={data} past={shortDateTime(data.at, zone)} />}
    </Loaded>
  );
}

/** Whatever is not valid by name; "dkim:s1" is of one selector. */
function verdictWords(verdicts: DomainLookRow['verdicts']): string {
  const all = Object.entries(verdicts);
  const other = all.filter(([, verdict]) => verdict !== 'valid');
  if (other.length === 0) return 'all valid';
  const name = (key: string) => {
    const [check = '', ...part] = key.split(':');
    return [CHECKS[check as keyof typeof CHECKS] ?? check, ...part].join(' ');
  };
  return other.map(([key, verdict]) => `${name(key)}: ${VERDICTS[verdict].label.toLowerCase()}`).join(' · ');
}
