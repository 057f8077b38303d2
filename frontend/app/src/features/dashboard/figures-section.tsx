import { Anchor, Box, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DataAgeLine } from '../../components/data-age.tsx';
import { FigureTiles, FigureTilesLoading } from '../../components/figure-tiles.tsx';
import { ErrorState } from '../../components/states.tsx';
import { meaningWords, stateWords } from '../../lib/comparing.ts';
import { rangeWords } from '../../lib/days.ts';
import { plural } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { zoneLabel } from '../../lib/time.ts';
import type { Series } from '../../lib/types.ts';
import { seriesOptions } from './api.ts';
import { ProgramsNote } from './programs-note.tsx';
import { RangePicker } from './range-picker.tsx';
import { type FiguresSearch, rangeOf } from './search.ts';
import { Trend } from './trend.tsx';

type Props = {
  search: FiguresSearch;
  onSearch: (change: FiguresSearch) => void;
  accounts?: { id: string; label: string }[];
};

/** Figures (F6) of a range of days, beside those of the days before, with their age and how they went. */
export function FiguresSection({ search, onSearch, accounts }: Props) {
  const zone = useTimeZone();
  const series = useQuery(seriesOptions(search, zone));
  const range = rangeOf(search, zone);
  return (
    <Stack gap="sm" component="section" aria-label="Figures">
      <Title order={2}>Figures</Title>
      <RangePicker search={search} range={range} accounts={accounts} onSearch={onSearch} />
      {series.error && <ErrorState error={series.error} onRetry={() => void series.refetch()} />}
      {series.isPending && <FigureTilesLoading />}
      {series.data && <FigureTiles figures={series.data.total.figures} comparison={series.data.comparison} />}
      {series.data?.comparison && <Dim>{meaningWords(series.data.comparison)}</Dim>}
      <Box mih={{ base: 54, sm: 22 }}>
        {series.data ? <DataAgeLine ages={series.data.data_age} /> : <Dim>Loading figures…</Dim>}
      </Box>
      {series.data && <About series={series.data} search={search} />}
      {series.data && (
        <Trend
          series={series.data}
          onRange={({ first, last }) => onSearch({ days: undefined, from: first, to: last })}
        />
      )}
      {series.data && <ProgramsNote providers={series.data.providers} />}
    </Stack>
  );
}

/** Of which campaigns, by whose days, and whether the figures still move. */
function About({ series, search }: { series: Series; search: FiguresSearch }) {
  const { total, first_day: first, last_day: last, time_zone: zone } = series;
  return (
    <Dim>
      {plural(total.campaigns, 'campaign')} sent {rangeWords(first, last)}, {zoneLabel(zone)}.{' '}
      {total.campaigns > 0 && `${stateWords(total.state, total.provisional_until, zone)} `}
      {!total.shown && 'Part of these days lies outside of the history range or was not read yet. '}
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => (
          <Link {...props} to="/campaigns" search={{ account: search.account, from: first, to: last }} />
        )}
      >
        See campaigns
      </Anchor>
    </Dim>
  );
}

function Dim({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" component="div">
      {children}
    </Text>
  );
}
