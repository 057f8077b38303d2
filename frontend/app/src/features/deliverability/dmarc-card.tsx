import { Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { filesFault } from '../../lib/files.ts';
import { count, percent, plural } from '../../lib/numbers.ts';
import type { DmarcSource, DomainDetail } from '../../lib/types.ts';
import { type BroughtReport, useAddDmarcReports } from './api.ts';
import { DmarcSuggestions } from './dmarc-suggestions.tsx';

const MOST_FILES = 50;
const LARGEST = 3 * 2 ** 20;
const KINDS = '.xml,.gz,.zip,.eml';

type Props = { domain: DomainDetail; etag: string | null };

/** What receivers saw of the domain's mail, and from where it came. */
export function DmarcCard({ domain, etag }: Props) {
  const { dmarc_reports: summary } = domain;
  const [brought, setBrought] = useState<BroughtReport[]>([]);
  const upload = useAddDmarcReports(domain.id, (one) => setBrought((before) => [...before, one]));
  const [fault, setFault] = useState<string>();
  const pick = (files: File[]) => {
    if (files.length === 0) return;
    const wrong = filesFault(files, MOST_FILES, LARGEST, MOST_FILES * LARGEST);
    setFault(wrong);
    if (wrong) return;
    setBrought([]);
    upload.mutate(files);
  };
  return (
    <Part
      title="DMARC reports"
      lead={summary.reports > 0 ? `The last ${summary.days} days, as receivers reported them.` : undefined}
      actions={<Upload onPick={pick} busy={upload.isPending} />}
    >
      <Text size="sm" role="status">
        {brought.length > 0 && !upload.isPending && told(brought)}
      </Text>
      {fault && (
        <Text size="sm" c="danger" role="alert">
          {fault}
        </Text>
      )}
      {upload.error && (
        <>
          {upload.variables.length > 1 && <Text size="sm">{stopped(upload.variables, brought.length)}</Text>}
          <ErrorState error={upload.error} />
        </>
      )}
      {summary.reports > 0 ? <Reported domain={domain} /> : <Nothing name={domain.name} days={summary.days} />}
      <DmarcSuggestions domain={domain} etag={etag} />
    </Part>
  );
}

function stopped(files: File[], done: number): string {
  const rest = files.length - done - 1;
  return `${files[done]?.name} was not taken.${rest > 0 ? ` ${plural(rest, 'file after it was', 'files after it were')} not sent.` : ''}`;
}

function told(brought: BroughtReport[]): string {
  const fresh = brought.filter((one) => one.isNew);
  const messages = fresh.reduce((sum, one) => sum + one.report.messages, 0);
  const known = brought.length - fresh.length;
  const added = `${plural(fresh.length, 'report')} about ${plural(messages, 'message')} added.`;
  return known > 0 ? `${added} ${plural(known, 'was', 'were')} there already.` : added;
}

function Upload({ onPick, busy }: { onPick: (files: File[]) => void; busy: boolean }) {
  const rights = useRightsTo('domains:write');
  return (
    <Managed rights={rights} wish={{ action: 'manage_domains' }}>
      {(may) => (
        <FileButton
          onChange={onPick}
          accept={KINDS}
          multiple
          disabled={!may}
          inputProps={{ 'aria-label': 'DMARC report files' }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              disabled={!may}
              loading={busy}
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              Upload reports
            </Button>
          )}
        </FileButton>
      )}
    </Managed>
  );
}

function Nothing({ name, days }: { name: string; days: number }) {
  return (
    <EmptyState title={`No report of the last ${days} days`}>
      Receivers such as Gmail and Yahoo send a report each day to the address that the DMARC record of {name} names in
      rua=. It tells which servers sent mail as {name}, and how much of it passed. Save the attachments, or the whole
      mails, and upload them here: .xml, .xml.gz, .zip or .eml.
    </EmptyState>
  );
}

function Reported({ domain: { dmarc_reports: summary, name } }: { domain: DomainDetail }) {
  const { unaligned_sources: failing } = summary;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {percent(summary.passing_share)} of {plural(summary.messages, 'message')} pass DMARC:{' '}
        {count(summary.dkim_aligned)} by DKIM, {count(summary.spf_aligned)} by SPF. From{' '}
        {plural(summary.reports, 'report')}
        {summary.last_ends_at && (
          <>
            , the latest about the time until <RelativeTime iso={summary.last_ends_at} />
          </>
        )}
        .
      </Text>
      {summary.aligned === false && (
        <Text size="sm" fw={600}>
          Most of your own mail does not pass: neither DKIM nor SPF passes for {name} itself. The score counts it as
          unprotected.
        </Text>
      )}
      {failing.length > 0 ? (
        <>
          <Text size="sm">
            Where failing mail came from. Your own services among them need DKIM or SPF for {name}; the others send in
            your name without being allowed to, or forward what you sent.
          </Text>
          <DataTable
            label="Sources of failing mail"
            columns={SOURCES}
            rows={failing}
            rowKey={keyOf}
            look="dense"
            minWidth={560}
          />
        </>
      ) : (
        <Group>
          <Text size="sm">No mail failed.</Text>
        </Group>
      )}
    </Stack>
  );
}

const keyOf = (one: DmarcSource) => `${one.address} ${one.header_from}`;
const SOURCES: Column<DmarcSource>[] = [
  { head: 'Address', cell: (one) => one.address, kind: 'break-anywhere' },
  { head: 'Sent as', cell: (one) => one.header_from, kind: 'break-anywhere' },
  { head: 'Messages', cell: (one) => count(one.messages), kind: 'num' },
  { head: 'Failing', cell: (one) => count(one.messages - one.passing), kind: 'num' },
  { head: 'DKIM', cell: (one) => count(one.dkim_aligned), kind: 'num' },
  { head: 'SPF', cell: (one) => count(one.spf_aligned), kind: 'num' },
];
