import { Card, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function FigureTile({ label, value, hint }: { label: string; value: string; hint?: ReactNode }) {
  return (
    <Card padding="md" component="section" aria-label={label}>
      <Text size="xs" c="dimmed" fw={500}>
        {label}
      </Text>
      <Text fz={22} fw={600} className="tnum" lh={1.3}>
        {value}
      </Text>
      {hint && (
        <Text size="xs" c="dimmed" className="tnum" component="div">
          {hint}
        </Text>
      )}
    </Card>
  );
}
