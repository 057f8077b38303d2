import { Button, Card } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { TableBox } from '../../components/data-table.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDateTime } from '../../lib/time.ts';
import type { Suppression } from '../../lib/types.ts';
import { useRemoveSuppression } from './api.ts';
import { REASONS } from './words.ts';

export function SuppressionTable({ rows }: { rows: Suppression[] }) {
  const [asked, setAsked] = useState<Suppression | null>(null);
  return (
    <Card p={0}>
      <TableBox label="Suppressed addresses">
        <table className="table table-wide">
          <thead>
            <tr>
              <th>Address</th>
              <th>Reason</th>
              <th>Since</th>
              <th>From</th>
              <th>
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} onRemove={() => setAsked(row)} />
            ))}
          </tbody>
        </table>
      </TableBox>
      {asked && <RemoveDialog row={asked} onClose={() => setAsked(null)} />}
    </Card>
  );
}

function Row({ row, onRemove }: { row: Suppression; onRemove: () => void }) {
  const zone = useTimeZone();
  const rights = useRightsTo('organization:write');
  const { label, tone, hint } = REASONS[row.reason];
  return (
    <tr>
      <td className="break-anywhere" style={{ maxWidth: 280 }}>
        {row.address}
        {row.note && <span className="sub">{row.note}</span>}
      </td>
      <td>
        <ToneBadge tone={tone}>{label}</ToneBadge>
        <span className="sub">{hint}</span>
      </td>
      <td className="nowrap">
        <time dateTime={row.created_at}>{shortDateTime(row.created_at, zone)}</time>
      </td>
      <td>
        {row.message_id ? (
          <Link className="link" to="/messages/$message" params={{ message: row.message_id }}>
            The email<Spoken>to {row.address}</Spoken>
          </Link>
        ) : (
          '–'
        )}
      </td>
      <td>
        <Managed rights={rights}>
          {(may) => (
            <Button size="xs" variant="default" disabled={!may} onClick={onRemove}>
              Remove…<Spoken>{row.address}</Spoken>
            </Button>
          )}
        </Managed>
      </td>
    </tr>
  );
}

const WARNING: Record<Suppression['reason'], string> = {
  unsubscribed:
    'They asked to get no more mail. Write to them again only if they asked for it since; in many countries anything else is against the law.',
  complaint: 'They reported a mail of yours as spam. Another complaint harms every mailbox of your domain.',
  hard_bounce:
    'The receiving server said that there is no such mailbox. If that is still so, the next mail bounces again.',
  manual: 'Somebody of your organization added this address on purpose.',
};

function RemoveDialog({ row, onClose }: { row: Suppression; onClose: () => void }) {
  const remove = useRemoveSuppression();
  const confirm = () =>
    remove.mutate(row.id, {
      onSuccess: () => {
        notifyOk(`${row.address} may get mail again`);
        onClose();
      },
    });
  return (
    <ConfirmDialog
      title={`Remove ${row.address}?`}
      confirm="Remove from the list"
      pending={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {WARNING[row.reason]}
    </ConfirmDialog>
  );
}
