import { SimpleGrid, Stack } from '@mantine/core';
import { BareTable, type Column, TableBox } from '../../components/data-table.tsx';
import { FigureTile } from '../../components/figure-tile.tsx';
import { Part } from '../../components/part.tsx';
import { count, percent } from '../../lib/numbers.ts';
import type { OutreachFigures, OutreachStep } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { Hindrances } from './hindrances.tsx';
import { PeopleCounts } from './people-counts.tsx';
import type { Tab } from './search.ts';
import { StateCard } from './state-card.tsx';
import { delayWords, share } from './words.ts';

type Props = { campaign: Versioned; onOpen: (tab: Tab) => void };

export default function Overview({ campaign, onOpen }: Props) {
  return (
    <Stack gap="lg">
      {campaign.state === 'draft' ? (
        <Hindrances campaign={campaign} onOpen={onOpen} />
      ) : (
        <StateCard campaign={campaign} onOpen={onOpen} />
      )}
      <Part title="Recipients">
        <PeopleCounts campaign={campaign} />
      </Part>
      {campaign.state !== 'draft' && <Figures campaign={campaign} />}
    </Stack>
  );
}

const TILES = ['opened', 'clicked', 'replied', 'bounced', 'unsubscribed'] as const;
const LABELS: Record<keyof OutreachFigures, string> = {
  sent: 'Sent',
  opened: 'Opened',
  clicked: 'Clicked',
  replied: 'Replied',
  bounced: 'Bounced',
  unsubscribed: 'Unsubscribed',
  unknown: 'Unknown',
};

function Figures({ campaign }: { campaign: Versioned }) {
  const { figures, steps } = campaign;
  return (
    <Part title="Figures" lead="Counted from the mails themselves. Openings and clicks by programs do not count.">
      <SimpleGrid cols={{ base: 2, xs: 3, lg: 7 }} spacing="sm">
        <FigureTile label={LABELS.sent} value={count(figures.sent)} hint="mails" />
        {TILES.map((name) => (
          <FigureTile
            key={name}
            label={LABELS[name]}
            value={count(figures[name])}
            hint={`${percent(share(figures[name], figures.sent))} of sent`}
          />
        ))}
        <FigureTile label={LABELS.unknown} value={count(figures.unknown)} hint="sent or not, nobody can tell" />
      </SimpleGrid>
      <TableBox label="Figures by step">
        <BareTable columns={COLUMNS} rows={steps} rowKey={(step) => String(step.number)} minWidth={720} />
      </TableBox>
    </Part>
  );
}

const figure = (name: keyof OutreachFigures): Column<OutreachStep> => ({
  head: LABELS[name],
  kind: 'num',
  cell: ({ figures }) => (
    <>
      {count(figures[name])}
      {name !== 'sent' && name !== 'unknown' && (
        <span className="sub">{percent(share(figures[name], figures.sent))}</span>
      )}
    </>
  ),
});

const COLUMNS: Column<OutreachStep>[] = [
  {
    head: 'Step',
    cell: (step) => (
      <>
        {step.number}. {step.subject ?? 'In the same thread'}
        <span className="sub">{delayWords(step.delay_s, step.number)}</span>
      </>
    ),
  },
  figure('sent'),
  ...TILES.map(figure),
  figure('unknown'),
];
