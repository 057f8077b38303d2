import { Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded, Part } from '../../components/part.tsx';
import { count } from '../../lib/numbers.ts';
import type { Billing, PlanUsage } from '../../lib/types.ts';
import { usageOptions } from './api.ts';
import { LIMITS, mostOf } from './words.ts';

/** What the plan allows beside what is used of it, counted as the limits count. */
export function UsageCard({ billing: { limits } }: { billing: Billing }) {
  const usage = useQuery(usageOptions());
  return (
    <Part
      title="Used of your plan"
      lead="Whoever is invited counts as a member already; what is disconnected counts no more."
    >
      <Loaded query={usage} label="Loading usage" heights={[120]}>
        {(used) => (
          <div className="usage">
            {LIMITS.map(({ name, label }) => (
              <Meter key={name} label={label} most={mostOf(limits, name)} used={usedOf(used, name)} />
            ))}
          </div>
        )}
      </Loaded>
    </Part>
  );
}

/** How much is sent in a day is weighed where it is sent. */
const usedOf = (used: PlanUsage, name: (typeof LIMITS)[number]['name']) =>
  name === 'messages_a_day' ? undefined : used[name];

type MeterProps = { label: string; most: number | null; used: number | undefined };

function Meter({ label, most, used }: MeterProps) {
  const full = most !== null && used !== undefined && used >= most;
  return (
    <section aria-label={label}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Text size="sm" c="dimmed" className="tnum" mb={6}>
        {sentence(most, used)}
      </Text>
      {most !== null && used !== undefined && (
        <Progress
          size="sm"
          color={full ? 'warning' : 'brand'}
          value={Math.min(100, (100 * used) / most)}
          aria-label={`${label}, share of the limit`}
        />
      )}
    </section>
  );
}

function sentence(most: number | null, used: number | undefined): string {
  const limit = most === null ? 'no limit' : count(most);
  if (used === undefined) return most === null ? 'No limit' : `Up to ${limit}`;
  if (most === null) return `${count(used)}, ${limit}`;
  return `${count(used)} of ${limit}${used >= most ? ': no more can be added' : ''}`;
}
