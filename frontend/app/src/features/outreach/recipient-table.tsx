import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { TableBox } from '../../components/data-table.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { notifyError } from '../../lib/notify.ts';
import type { OutreachRecipient } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { useRemoveRecipient, useSkip, useUnskip } from './changes.ts';
import { PEOPLE, personReason } from './words.ts';

export function RecipientTable({ campaign, rows }: { campaign: Versioned; rows: OutreachRecipient[] }) {
  return (
    <TableBox label="Table of recipients">
      <table className="table table-wide">
        <thead>
          <tr>
            <th>Recipient</th>
            <th>State</th>
            <th>From</th>
            <th>Next</th>
            <th>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} campaign={campaign} row={row} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Row({ campaign, row }: { campaign: Versioned; row: OutreachRecipient }) {
  const { label, tone } = PEOPLE[row.state];
  const from = campaign.accounts.find((one) => one.id === row.account_id);
  const may = campaign.may_change && campaign.state !== 'archived';
  return (
    <tr>
      <td className="break-anywhere" style={{ maxWidth: 280 }}>
        {row.address}
        {row.name && <span className="sub">{row.name}</span>}
      </td>
      <td style={{ maxWidth: 320 }}>
        <ToneBadge tone={tone}>{label}</ToneBadge>
        <span className="sub">{personReason(row)}</span>
      </td>
      <td className="break-anywhere">{from?.address ?? 'Not assigned yet'}</td>
      <td className="nowrap">
        <Next campaign={campaign} row={row} />
      </td>
      <td>{may && <Actions campaignId={campaign.id} row={row} />}</td>
    </tr>
  );
}

function Next({ campaign, row }: { campaign: Versioned; row: OutreachRecipient }) {
  if (row.state !== 'waiting' && row.state !== 'active') return '–';
  if (row.next_step > campaign.steps.length) return '–';
  return (
    <>
      Step {row.next_step}
      <span className="sub">
        {campaign.state === 'running' && row.next_at ? (
          <>
            not before: <RelativeTime iso={row.next_at} />
          </>
        ) : (
          'when the campaign runs'
        )}
      </span>
    </>
  );
}

function Actions({ campaignId, row }: { campaignId: string; row: OutreachRecipient }) {
  const skip = useSkip(campaignId);
  const unskip = useUnskip(campaignId);
  const remove = useRemoveRecipient(campaignId);
  const failed = { onError: notifyError };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Actions for ${row.address}`}
          loading={skip.isPending || unskip.isPending || remove.isPending}
        >
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(row.state === 'waiting' || row.state === 'active') && (
          <Menu.Item onClick={() => skip.mutate(row.id, failed)}>Skip: no more of this campaign</Menu.Item>
        )}
        {row.state === 'skipped' && (
          <Menu.Item onClick={() => unskip.mutate(row.id, failed)}>
            Take back: go on with step {row.next_step}
          </Menu.Item>
        )}
        <Menu.Item disabled={row.next_step > 1} color="danger" onClick={() => remove.mutate(row.id, failed)}>
          {row.next_step > 1 ? 'Remove: had mail already' : 'Remove from the campaign'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
