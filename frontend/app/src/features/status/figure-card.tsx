import { Card, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Disclosure } from '../../components/disclosure.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { NOT_ENOUGH } from './figures.ts';

type Props = { title: string; value: string; hint: ReactNode; formula: string; children: ReactNode };

/** One figure, what it means, how it is counted, and the table that it comes from. */
export function FigureCard({ title, value, hint, formula, children }: Props) {
  const unknown = value === NOT_ENOUGH;
  return (
    <Card component="section" aria-label={title}>
      <Title order={2}>{title}</Title>
      <Text fz={unknown ? 18 : 26} fw={600} className="tnum" lh={1.4} c={unknown ? 'dimmed' : undefined}>
        {value}
      </Text>
      <Text size="sm" c="dimmed" mb="sm" component="div">
        {hint}
      </Text>
      <Disclosure
        label={
          <span>
            How it is counted<Spoken>: {title}</Spoken>
          </span>
        }
      >
        <Text size="sm" mb="sm">
          {formula}
        </Text>
        {children}
      </Disclosure>
    </Card>
  );
}
