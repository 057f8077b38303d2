import { Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { count, percent } from '../lib/numbers.ts';
import type { Figures } from '../lib/types.ts';
import { DerivedBadge } from './derived-badge.tsx';
import { FigureTile } from './figure-tile.tsx';

const COLUMNS = { base: 2, xs: 3, lg: 6 };

/** The account's figures (F6): counts first, each rate with what it is a share of. */
export function FigureTiles({ figures }: { figures: Figures }) {
  const delivered = figures.delivered_derived ? 'sent − bounced, derived' : 'of sent';
  return (
    <Stack gap="xs">
      {figures.derived && <DerivedNote />}
      <SimpleGrid cols={COLUMNS} spacing="sm">
        <FigureTile label="Sent" value={count(figures.sent)} hint="e-mails" />
        <FigureTile
          label="Delivered"
          value={count(figures.delivered)}
          hint={`${percent(figures.delivery_rate)} ${delivered}`}
        />
        <FigureTile label="Opened" value={count(figures.opened)} hint={`${percent(figures.open_rate)} of delivered`} />
        <FigureTile
          label="Clicked"
          value={count(figures.clicked)}
          hint={`${percent(figures.click_rate)} of delivered`}
        />
        <FigureTile label="Bounced" value={count(figures.bounced)} hint={`${percent(figures.bounce_rate)} of sent`} />
        <FigureTile
          label="Complaints"
          value={count(figures.complaints)}
          hint={`${percent(figures.complaint_rate)} of delivered`}
        />
      </SimpleGrid>
    </Stack>
  );
}

function DerivedNote() {
  return (
    <Group gap="xs">
      <DerivedBadge />
      <Text size="sm" c="dimmed">
        Some of these are counted by us from single e-mails, since the provider publishes no statistics.
      </Text>
    </Group>
  );
}

/** The same grid with the same heights, so that nothing jumps when the figures arrive. */
export function FigureTilesLoading() {
  return (
    <SimpleGrid cols={COLUMNS} spacing="sm" role="status" aria-busy="true" aria-label="Loading figures">
      {['sent', 'delivered', 'opened', 'clicked', 'bounced', 'complaints'].map((name) => (
        <Skeleton key={name} height="6rem" radius="md" />
      ))}
    </SimpleGrid>
  );
}
