import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { money } from '../../lib/money.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Invoice } from '../../lib/types.ts';
import { invoicesOptions } from './api.ts';

const COLUMNS: Column<Invoice>[] = [
  { head: 'Date', cell: (one) => <Day iso={one.issued_at} />, kind: 'nowrap' },
  { head: 'Amount', cell: (one) => money(one.amount_due, one.currency), kind: 'num' },
  { head: 'Status', cell: (one) => <Paid invoice={one} /> },
  { head: 'Number', cell: (one) => one.number ?? 'Not numbered yet', kind: 'nowrap' },
  { head: 'Invoice', cell: (one) => <Links invoice={one} />, kind: 'nowrap' },
];

/** The latest hundred, as Stripe keeps them. */
export default function InvoicesCard() {
  const invoices = useQuery(invoicesOptions());
  return (
    <Part title="Invoices" lead="Receipts come by mail, from Stripe.">
      <Loaded query={invoices} label="Loading invoices" heights={[80]}>
        {({ data }) =>
          data.length > 0 ? (
            <DataTable
              label="Invoices"
              look="dense"
              minWidth={460}
              maxHeight={420}
              columns={COLUMNS}
              rows={data}
              rowKey={(one) => one.id}
            />
          ) : (
            <Text size="sm" c="dimmed">
              There are none yet: nothing was bought.
            </Text>
          )
        }
      </Loaded>
    </Part>
  );
}

function Day({ iso }: { iso: string }) {
  return <time dateTime={iso}>{shortDate(iso, useTimeZone())}</time>;
}

const STATES: Record<string, [Tone, string]> = {
  paid: ['success', 'Paid'],
  open: ['warning', 'Open'],
  void: ['gray', 'Void'],
  uncollectible: ['danger', 'Not paid'],
};

function Paid({ invoice: { status, amount_refunded: back, amount_paid: paid, currency } }: { invoice: Invoice }) {
  if (back > 0) {
    return <ToneBadge tone="gray">{back >= paid ? 'Refunded' : `${money(back, currency)} refunded`}</ToneBadge>;
  }
  const [tone, label] = STATES[status] ?? ['gray', status];
  return <ToneBadge tone={tone}>{label}</ToneBadge>;
}

function Links({ invoice: { page_url: page, pdf_url: pdf, number } }: { invoice: Invoice }) {
  return (
    <>
      {page && (
        <a className="link" href={page} target="_blank" rel="noreferrer">
          Open
          <Spoken>{number}</Spoken>
        </a>
      )}
      {page && pdf && ' · '}
      {pdf && (
        <a className="link" href={pdf} target="_blank" rel="noreferrer">
          PDF
          <Spoken>{number}</Spoken>
        </a>
      )}
    </>
  );
}
