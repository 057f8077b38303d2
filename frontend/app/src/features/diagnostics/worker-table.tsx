import { Card, Text, Title } from '@mantine/core';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { duration } from '../../lib/time.ts';
import type { Worker } from '../../lib/types.ts';
import { Ago } from './cells.tsx';

export function WorkerTable({ workers }: { workers: Worker[] }) {
  return (
    <Card p={0} component="section" aria-label="Workers">
      <Title order={2} p="lg" pb="xs">
        Workers
      </Title>
      {workers.length === 0 ? (
        <Text size="sm" c="dimmed" px="lg" pb="lg">
          None has ever started. Start one with the command “mailwarden worker”.
        </Text>
      ) : (
        <Rows workers={workers} />
      )}
    </Card>
  );
}

function Rows({ workers }: { workers: Worker[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label="Workers, scrolls sideways">
      <table className="table" style={{ minWidth: 640 }}>
        <thead>
          <tr>
            <th>Worker</th>
            <th>State</th>
            <th>Started</th>
            <th>Last looked for work</th>
            <th>Takes work from</th>
            <th className="num">Answers late by</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.name}>
              <td className="break-anywhere">
                {worker.name}
                <span className="sub">{worker.version}</span>
              </td>
              <td>
                <ToneBadge tone={worker.alive ? 'success' : 'danger'}>{worker.alive ? 'Alive' : 'Silent'}</ToneBadge>
              </td>
              <td className="nowrap">
                <Ago at={worker.started_at} />
              </td>
              <td className="nowrap">
                <Ago at={worker.last_claim_at} />
              </td>
              <td>{worker.direct_mode ? 'The database: Redis is away' : 'Redis'}</td>
              <td className="num">{duration(worker.loop_lag_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
