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
  const { points, interval, first_day: first, last_day: last } = series;
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
    <Part title="Over time" lead="By the day on which campaigns were sent." actions={toggle}>
      {series.total.campaigns === 0 ? (
        <Text size="sm">Nothing was sent in these days. Choose others, or wait for the next campaign.</Text>
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
