import { Group, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { SelectLater } from '../../components/select-later.tsx';
import { isDay } from '../../lib/days.ts';
import type { Interval } from '../../lib/types.ts';
import { type FiguresSearch, intervalOf, type Preset, type Range, withEnd } from './search.ts';

type Account = { id: string; label: string };
type Props = {
  search: FiguresSearch;
  range: Range;
  /** Where figures of several can be shown, one of them can be chosen. */
  accounts?: Account[];
  onSearch: (change: FiguresSearch) => void;
};

const DAYS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '12 months' },
];

const STEPS = [
  { value: 'day', label: 'By day' },
  { value: 'week', label: 'By week' },
  { value: 'month', label: 'By month' },
];

/** Some days back from today, or any days; and into how long steps they are cut. */
export function RangePicker({ search, range, accounts, onSearch }: Props) {
  const own = search.from !== undefined;
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Which days">
      <SegmentedControl
        aria-label="Range"
        size="xs"
        value={own ? '' : (search.days ?? '30')}
        onChange={(days) =>
          onSearch({ days: days === '30' ? undefined : (days as Preset), from: undefined, to: undefined })
        }
        data={DAYS}
      />
      <DayField
        label="From"
        key={`from ${range.first}`}
        day={range.first}
        onDay={(first) => onSearch(withEnd(range, { first }))}
      />
      <DayField
        label="To"
        key={`to ${range.last}`}
        day={range.last}
        onDay={(last) => onSearch(withEnd(range, { last }))}
      />
      <SegmentedControl
        aria-label="Steps"
        size="xs"
        value={intervalOf(search, range)}
        onChange={(by) => onSearch({ by: by as Interval })}
        data={STEPS}
      />
      {accounts && accounts.length > 1 && (
        <SelectLater
          label="Account"
          size="xs"
          flex="0 1 200px"
          clearable={Boolean(search.account)}
          clearButtonProps={{ 'aria-label': 'All accounts' }}
          placeholder="All accounts"
          value={search.account ?? null}
          onChange={(account) => onSearch({ account: account ?? undefined })}
          data={accounts.map(({ id, label }) => ({ value: id, label }))}
        />
      )}
    </Group>
  );
}

/** Types freely; only a whole day is taken. */
function DayField({ label, day, onDay }: { label: string; day: string; onDay: (day: string) => void }) {
  const [typed, setTyped] = useState(day);
  return (
    <TextInput
      type="date"
      size="xs"
      label={label}
      value={typed}
      onChange={({ target: { value } }) => {
        setTyped(value);
        if (isDay(value) && value !== day) onDay(value);
      }}
    />
  );
}
