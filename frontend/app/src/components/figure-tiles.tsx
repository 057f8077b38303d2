import { Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { changeWords, pointsWords, tellsChange } from '../lib/comparing.ts';
import { bounceKinds, count, percent } from '../lib/numbers.ts';
import type { Comparison, Figures } from '../lib/types.ts';
import { DerivedBadge } from './derived-badge.tsx';
import { FigureTile } from './figure-tile.tsx';

const COLUMNS = { base: 2, xs: 3, sm: 4, lg: 7 };
const NARROW = { base: 2, xs: 3, sm: 4 };
const TILES = ['sent', 'delivered', 'opened', 'clicked', 'bounced', 'complaints', 'unsubscribes'] as const;
type Name = (typeof TILES)[number];

const LABELS: Record<Name, string> = {
  sent: 'Sent',
  delivered: 'Delivered',
  opened: 'Opened',
  clicked: 'Clicked',
  bounced: 'Bounced',
  complaints: 'Complaints',
  unsubscribes: 'Unsubscribes',
};

const RATES = {
  delivered: ['delivery_rate', 'of sent'],
  opened: ['open_rate', 'of delivered'],
  clicked: ['click_rate', 'of delivered'],
  bounced: ['bounce_rate', 'of sent'],
  complaints: ['complaint_rate', 'of delivered'],
  unsubscribes: ['unsubscribe_rate', 'of delivered'],
} as const;

type Props = { figures: Figures; comparison?: Comparison | null; narrow?: boolean };

/** The account's figures (F6): counts first, each rate with what it is a share of. */
export function FigureTiles({ figures, comparison = null, narrow = false }: Props) {
  const changes = comparison && tellsChange(comparison) ? comparison.changes : {};
  return (
    <Stack gap="xs">
      {figures.derived && <DerivedNote />}
      <SimpleGrid cols={narrow ? NARROW : COLUMNS} spacing="sm">
        {TILES.map((name) => (
          <FigureTile
            key={name}
            label={LABELS[name]}
            value={count(figures[name])}
            change={changeWords(changes[name])}
            hint={<Hint name={name} figures={figures} changes={changes} />}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

type HintProps = { name: Name; figures: Figures; changes: Comparison['changes'] };

function Hint({ name, figures, changes }: HintProps) {
  if (name === 'sent') return 'e-mails';
  const [rate, share] = RATES[name];
  const points = pointsWords(changes[rate]);
  const derived = name === 'delivered' && figures.delivered_derived;
  return (
    <>
      {percent(figures[rate])} {derived ? 'sent − bounced, derived' : share}
      {points && <div>{points}</div>}
      {name === 'bounced' && <div>{bounceKinds(figures).join(', ')}</div>}
      {name === 'opened' && programs(figures.machine_opened)}
      {name === 'clicked' && programs(figures.machine_clicked)}
    </>
  );
}

const programs = (n: number | null) => n !== null && <div>{count(n)} by programs</div>;

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

/** The same grid with about the same heights, so that little jumps when the figures arrive. */
export function FigureTilesLoading() {
  return (
    <SimpleGrid cols={COLUMNS} spacing="sm" role="status" aria-busy="true" aria-label="Loading figures">
      {TILES.map((name) => (
        <Skeleton key={name} height="8rem" radius="md" />
      ))}
    </SimpleGrid>
  );
}
