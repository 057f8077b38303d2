import { Button, Group, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { AskBeside } from '../../components/ask-beside.tsx';
import { LogTable } from '../../components/log-table.tsx';
import { useReason } from '../../components/managed.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useMay, useTimeZone } from '../../lib/session.tsx';
import { auditOptions, exportFile } from './api.ts';
import { AuditFilters } from './audit-filters.tsx';
import { AUDIT_COLUMNS } from './columns.tsx';
import { type AuditSearch, isFiltered, NO_FILTER } from './search.ts';

type Props = { filter: AuditSearch; onFilter: (change: AuditSearch) => void };

export function AuditPage(props: Props) {
  const may = useMay('audit:read');
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="Audit log" actions={may && <Exports filter={props.filter} />}>
        Who changed what in this organization. Entries are never edited.
      </PageHeader>
      {may ? <Entries {...props} /> : <Closed />}
    </Stack>
  );
}

function Closed() {
  const reason = useReason('audit:read');
  return (
    <EmptyState title="Not open to you" action={<AskBeside wish={{ action: 'look_at_audit_log' }} />}>
      {reason}
    </EmptyState>
  );
}

function Entries({ filter, onFilter }: Props) {
  const log = useInfiniteQuery(auditOptions(filter, useTimeZone()));
  return (
    <Stack gap="sm">
      <AuditFilters filter={filter} onFilter={onFilter} />
      <LogTable
        what="entries"
        log={log}
        columns={AUDIT_COLUMNS}
        rowKey={(entry) => entry.id}
        filtered={isFiltered(filter)}
        onClear={() => onFilter(NO_FILTER)}
        empty="Whatever somebody changes from now on stands here."
      />
    </Stack>
  );
}

/** What is shown, with the same filters, as a file. */
function Exports({ filter }: { filter: AuditSearch }) {
  const zone = useTimeZone();
  return (
    <Group gap="xs">
      {(['csv', 'ndjson'] as const).map((format) => (
        <Button
          key={format}
          variant="default"
          component="a"
          href={exportFile(filter, zone, format)}
          download
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Export {format === 'csv' ? 'CSV' : 'NDJSON'}
        </Button>
      ))}
    </Group>
  );
}
