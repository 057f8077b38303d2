import { Anchor, Button, Code, Group, Select, Stack, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Column } from '../../components/data-table.tsx';
import { LogTable } from '../../components/log-table.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import type { Delivery, Endpoint } from '../../lib/types.ts';
import { deliveriesOptions, eventTypesOptions } from './api.ts';
import { attemptLabel, DeliveryBadge, STATUS_WORDS } from './delivery-words.tsx';
import type { DeliverySearch } from './search.ts';

const DeliveryDrawer = lazy(async () => ({ default: (await import('./delivery-drawer.tsx')).DeliveryDrawer }));

const COLUMNS: Column<Delivery>[] = [
  { head: 'When', cell: ({ created_at }) => <ExactTime iso={created_at} />, kind: 'nowrap' },
  { head: 'Event', cell: (row) => <Name row={row} />, kind: 'nowrap' },
  { head: 'Number', cell: ({ sequence }) => sequence ?? '–', kind: 'num' },
  { head: 'Status', cell: ({ status }) => <DeliveryBadge status={status} /> },
  { head: 'Attempts', cell: ({ tries }) => tries, kind: 'num' },
  { head: 'Latest answer', cell: ({ last_attempt: last }) => (last ? attemptLabel(last) : '–') },
  { head: 'Next', cell: ({ next_attempt_at: next }) => (next ? <RelativeTime iso={next} /> : '–'), kind: 'nowrap' },
];

type Props = { endpoint: Endpoint; filter: DeliverySearch; onFilter: (change: DeliverySearch) => void };

/** The log of 30 days, newest first. */
export function Deliveries({ endpoint, filter, onFilter }: Props) {
  const log = useInfiniteQuery(deliveriesOptions(endpoint.id, filter));
  return (
    <Stack gap="sm" component="section" aria-label="Log of deliveries">
      <Title order={2}>Deliveries</Title>
      <Filters filter={filter} onFilter={onFilter} />
      <LogTable
        what="deliveries"
        log={log}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        filtered={Boolean(filter.status || filter.type)}
        onClear={() => onFilter({ status: undefined, type: undefined })}
        empty="With the next event, or a test, the first one stands here."
      />
      {filter.delivery && (
        <Suspense fallback={null}>
          <DeliveryDrawer
            endpointId={endpoint.id}
            deliveryId={filter.delivery}
            onClose={() => onFilter({ delivery: undefined })}
          />
        </Suspense>
      )}
    </Stack>
  );
}

function Name({ row }: { row: Delivery }) {
  return (
    <Anchor
      inherit
      underline="always"
      renderRoot={(props) => (
        <Link
          {...props}
          to="/developers/webhooks/$endpoint"
          params={{ endpoint: row.endpoint_id }}
          search={(s: DeliverySearch) => ({ ...s, delivery: row.id })}
          resetScroll={false}
        />
      )}
    >
      <Code>{row.event_type}</Code>
      <Spoken>{row.sequence ? `number ${row.sequence}` : 'test'}</Spoken>
    </Anchor>
  );
}

const STATUSES = Object.entries(STATUS_WORDS).map(([value, label]) => ({ value, label }));

function Filters({ filter, onFilter }: Omit<Props, 'endpoint'>) {
  const types = useQuery(eventTypesOptions());
  const kinds = (types.data?.data ?? []).map(({ type }) => ({ value: type, label: type }));
  const clear = () => onFilter({ status: undefined, type: undefined });
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label="Filter the deliveries">
      <Select
        label="Status"
        flex="1 1 150px"
        maw={{ sm: 200 }}
        placeholder="All"
        value={filter.status ?? null}
        data={STATUSES}
        onChange={(status) => onFilter({ status: (status ?? undefined) as DeliverySearch['status'] })}
      />
      <Select
        label="Event"
        flex="1 1 200px"
        maw={{ sm: 300 }}
        searchable
        placeholder="All types"
        value={filter.type ?? null}
        data={kinds}
        onChange={(type) => onFilter({ type: type ?? undefined })}
      />
      {(filter.status || filter.type) && (
        <Button variant="subtle" leftSection={<IconX size={16} aria-hidden />} onClick={clear}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
