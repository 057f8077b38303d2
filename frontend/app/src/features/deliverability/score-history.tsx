import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { points } from '../../lib/score.ts';
import { shortDate } from '../../lib/time.ts';
import type { ScoreDay } from '../../lib/types.ts';
import { HISTORY_DAYS, historyOptions } from './api.ts';
import { ScoreChart } from './score-chart.tsx';

/** One score a day, each by the formula of its time. */
export function ScoreHistory({ domain }: { domain: string | undefined }) {
  const history = useQuery(historyOptions(domain));
  return (
    <Part title="History" lead={`The last ${HISTORY_DAYS} days (UTC), each by the formula of its time.`}>
      <Loaded query={history} label="Loading the history" heights={[180]}>
        {({ data }) =>
          data.length === 0 ? (
            <Text size="sm">No day is stored yet. The first comes within a day.</Text>
          ) : (
            <>
              <ScoreChart days={data} />
              <Disclosure label="Show as a table">
                <DataTable
                  label="History of the score"
                  maxHeight={420}
                  columns={COLUMNS}
                  rows={data}
                  rowKey={(day) => day.day}
                  look="dense"
                />
              </Disclosure>
            </>
          )
        }
      </Loaded>
    </Part>
  );
}

const COLUMNS: Column<ScoreDay>[] = [
  { head: 'Day', cell: (day) => shortDate(day.day, 'UTC'), kind: 'nowrap' },
  { head: 'Score', cell: (day) => day.score ?? '–', kind: 'num' },
  { head: 'Word', cell: (day) => `${day.label}${day.provisional && day.band ? ', provisional' : ''}`, kind: 'nowrap' },
  { head: 'Points', cell: (day) => points(day.points), kind: 'num' },
  { head: 'Confidence', cell: (day) => day.confidence, kind: 'nowrap' },
  { head: 'Formula', cell: (day) => day.version.toUpperCase(), kind: 'nowrap' },
];
