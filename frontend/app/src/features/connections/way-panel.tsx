import { List, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { panelStyle } from '../../components/tones.ts';
import type { Way } from '../../lib/types.ts';

/** One of the two ways to renew an account: when it is right and what it does, before the click (D10). */
export function WayPanel({ way, children }: { way: Way; children: ReactNode }) {
  return (
    <section className="panel" style={panelStyle(way.recommended ? 'brand' : 'gray')} aria-label={way.title}>
      <Title order={2} style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
        {way.title}
        {way.recommended && <ToneBadge tone="brand">Recommended</ToneBadge>}
      </Title>
      <Text size="sm" mt={4}>
        {way.when}
      </Text>
      <List size="sm" spacing={4} mt="xs" mb="md">
        {way.consequences.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      {children}
    </section>
  );
}
