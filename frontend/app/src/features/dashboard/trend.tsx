import { Button, Text } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { Part } from '../../components/part.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import type { Series } from '../../lib/types.ts';
import type { Range } from './search.ts';
import { TrendChart } from './trend-chart.tsx';

const PointsTable = lazy(async () => ({ default: (await import('./points-table.tsx')).PointsTable }));

type Props = { series: Series; onRange: (range: Range) => void };

/** How figures went over the range: drawn, or as a table. */
export function Trend({ series, onRange }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { points, interval, total, first_day: first, last_day: last } = series;
  const empty = total.campaigns === 0;
  const toggle = (
    <Button
      variant="default"
      size="xs"
      leftSection={asTable ? <IconChartLine size={14} aria-hidden /> : <IconTable size={14} aria-hidden />}
      onClick={() => setAsTable(!asTable)}
    >
      {asTable ? 'Show as chart' : 'Show as table'}
    </Button>
  );
  return (
    <Part title="Over time" lead="By the day on which campaigns were sent." actions={!empty && toggle}>
      {empty ? (
        <Nothing known={total.shown} />
      ) : asTable ? (
        <Suspense fallback={<LoadingBlocks label="Loading table" heights={[290]} />}>
          <PointsTable points={points} interval={interval} />
        </Suspense>
      ) : (
        <TrendChart key={`${first} ${last} ${interval}`} points={points} interval={interval} onRange={onRange} />
      )}
    </Part>
  );
}

/** Of days that were not read nobody can say that nothing was sent. */
function Nothing({ known }: { known: boolean }) {
  return (
    <Text size="sm">
      {known
        ? 'Nothing was sent in these days. Choose others, or wait for the next campaign.'
        : 'No campaign of these days is known, and part of them was not read: choose others, or a wider history range in the settings of the account.'}
    </Text>
  );
}
