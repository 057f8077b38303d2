import { Alert, Anchor } from '@mantine/core';
import { IconScale } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Reconciliation } from '../../lib/types.ts';
import { latestOptions } from './api.ts';
import { metricWords } from './reconciliation-words.ts';

/** Accounts whose newest comparison with the provider's totals asks for a look; nothing, where all agree. */
export function DeviatingNote({ accounts }: { accounts: string[] }) {
  const latest = useQuery({ ...latestOptions(), refetchInterval: 60_000 });
  const rows = newestOf(latest.data?.data ?? []).filter(
    ({ verdict, connection_id: id }) => (verdict === 'watch' || verdict === 'alarm') && accounts.includes(id),
  );
  if (rows.length === 0) return null;
  const alarm = rows.some(({ verdict }) => verdict === 'alarm');
  return (
    <Alert
      color={alarm ? 'danger' : 'warning'}
      variant="light"
      icon={<IconScale aria-hidden />}
      title="Figures differ from the provider’s own totals"
    >
      <ul className="lines">
        {rows.map((row) => (
          <li key={row.id}>
            <Anchor
              size="sm"
              underline="always"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/integrations/$provider"
                  params={{ provider: row.provider }}
                  search={{ account: row.connection_id }}
                />
              )}
            >
              {row.account_label}
            </Anchor>
            : {row.metric && metricWords(row.metric).toLowerCase()}{' '}
            {row.verdict === 'alarm' ? 'more than 5% apart' : 'between 3% and 5% apart, to watch'}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

/** They come newest first: of each account the first that was done counts. */
function newestOf(rows: Reconciliation[]): Reconciliation[] {
  const seen = new Set<string>();
  return rows.filter(({ status, connection_id: id }) => status === 'done' && !seen.has(id) && seen.add(id));
}
