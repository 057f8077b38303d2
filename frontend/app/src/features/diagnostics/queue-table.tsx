import { Card, Title } from '@mantine/core';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { Queue } from '../../lib/types.ts';
import { spell } from './words.ts';

const NAMES: Record<string, string> = { fast: 'Checks and refreshes', bulk: 'Syncs and long work' };

/** The work of each queue, and how far it lags behind. */
export function QueueTable({ queues, title }: { queues: Queue[]; title: string }) {
  return (
    <Card p={0} component="section" aria-label={title}>
      <Title order={2} p="lg" pb="xs">
        {title}
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="table-box" tabIndex={0} aria-label="Queues, scrolls sideways">
        <table className="table" style={{ minWidth: 720 }}>
          <thead>
            <tr>
              <th>Queue</th>
              <th>State</th>
              <th className="num">Planned</th>
              <th className="num">Running</th>
              <th className="num">Late</th>
              <th className="num">Oldest waits</th>
              <th className="num">Taken over</th>
              <th className="num">Given up</th>
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <QueueRow key={queue.queue} queue={queue} />
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

function QueueRow({ queue }: { queue: Queue }) {
  const waits = queue.oldest_overdue_s;
  return (
    <tr>
      <td>
        {NAMES[queue.queue] ?? spell(queue.queue)}
        {queue.oldest_kind && <span className="sub">oldest: {spell(queue.oldest_kind)}</span>}
      </td>
      <td>
        <ToneBadge tone={queue.overdue > 0 ? 'warning' : 'success'}>
          {queue.overdue > 0 ? 'Behind' : 'On time'}
        </ToneBadge>
      </td>
      <td className="num">{count(queue.ready)}</td>
      <td className="num">{count(queue.running)}</td>
      <td className="num">{count(queue.overdue)}</td>
      <td className="num">{duration(waits === null ? null : waits * 1000)}</td>
      <td className="num">{count(queue.abandoned)}</td>
      <td className="num">{count(queue.given_up)}</td>
    </tr>
  );
}
