import { Button, Code, Group, Select, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Column } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { LogTable } from '../../components/log-table.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { StreamEvent } from '../../lib/types.ts';
import { accountsOptions, eventsOptions, eventTypesOptions } from './api.ts';
import type { EventFilter } from './search.ts';

const NOTHING: EventFilter = { type: undefined, account: undefined };
const COLUMNS: Column<StreamEvent>[] = [
  { head: 'Number', cell: ({ sequence }) => sequence, kind: 'num' },
  { head: 'When', cell: ({ created_at }) => <ExactTime iso={created_at} />, kind: 'nowrap' },
  { head: 'Type', cell: ({ type }) => <Code>{type}</Code>, kind: 'nowrap' },
  { head: 'Content', cell: (event) => <Content event={event} /> },
];

type Props = { filter: EventFilter; onFilter: (change: EventFilter) => void };

/** What happened, as programs read it with `GET /v1/events`. */
export default function EventsTab({ filter, onFilter }: Props) {
  const log = useInfiniteQuery(eventsOptions(filter));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        Programs read the same from the oldest on with <Code>GET /v1/events</Code>, or get it by webhook. Numbers have
        no gaps.
      </Text>
      <Filters filter={filter} onFilter={onFilter} />
      <LogTable
        what="events"
        log={log}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        filtered={Boolean(filter.type || filter.account)}
        onClear={() => onFilter(NOTHING)}
        empty="When a connection changes or a sync ends, its event stands here."
      />
    </Stack>
  );
}

function Content({ event }: { event: StreamEvent }) {
  const { id, sequence, connection_id, subject_id, data } = event;
  const label = (
    <>
      Show<Spoken>event {sequence}</Spoken>
    </>
  );
  return (
    <Disclosure label={label}>
      <Code block className="break-anywhere" style={{ whiteSpace: 'pre-wrap' }}>
        {JSON.stringify({ id, connection_id, subject_id, data }, null, 2)}
      </Code>
    </Disclosure>
  );
}

function Filters({ filter, onFilter }: Props) {
  const types = useQuery(eventTypesOptions());
  const accounts = useQuery(accountsOptions());
  const known = (accounts.data?.data ?? []).flatMap((one) =>
    one.connections.map((c) => ({ value: c.id, label: `${one.label}: ${c.account_label || c.external_id}` })),
  );
  const kinds = (types.data?.data ?? []).map(({ type }) => ({ value: type, label: type }));
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter the events">
      <Pick label="Type" all="All types" value={filter.type} data={kinds} onPick={(type) => onFilter({ type })} />
      <Pick
        label="Account"
        all="All accounts"
        value={filter.account}
        data={known}
        onPick={(account) => onFilter({ account })}
      />
      {(filter.type || filter.account) && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={() => onFilter(NOTHING)}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

type PickProps = {
  label: string;
  all: string;
  value: string | undefined;
  data: { value: string; label: string }[];
  onPick: (value: string | undefined) => void;
};

function Pick({ label, all, value, data, onPick }: PickProps) {
  return (
    <Select
      label={label}
      flex="1 1 200px"
      maw={{ sm: 300 }}
      searchable
      placeholder={all}
      clearable={Boolean(value)}
      clearButtonProps={{ 'aria-label': `${label}: ${all}` }}
      value={value ?? null}
      data={data}
      onChange={(next) => onPick(next ?? undefined)}
    />
  );
}
