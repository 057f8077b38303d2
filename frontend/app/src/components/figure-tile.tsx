import { Card, Text } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = { label: string; value: string; hint?: ReactNode; change?: string | undefined };

/** `change`: against the period before. It has no colour: more is better for some figures and worse for others. */
export function FigureTile({ label, value, hint, change }: Props) {
  return (
    <Card padding="md" component="section" aria-label={label}>
      <Text size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <Text fz={22} fw={600} className="tnum" lh={1.3}>
        {value}
      </Text>
      {change && (
        <Text size="xs" fw={500} className="tnum">
          {change}
        </Text>
      )}
      {hint && (
        <Text size="xs" c="dimmed" className="tnum" component="div">
          {hint}
        </Text>
      )}
    </Card>
  );
}
