import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Lines, Loaded, Part } from '../../components/part.tsx';
import { EmptyState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import { AccountLine } from './account-line.tsx';
import { AddAccount } from './add-account.tsx';
import { paceOptions, troubleOptions, type Versioned } from './api.ts';
import { PastClocks } from './past-clocks.tsx';
import { progress } from './words.ts';

/** The FROM list: each account with its health, what hangs on it, and what to do. */
export default function AccountsTab({ campaign }: { campaign: Versioned }) {
  const trouble = useQuery(troubleOptions(campaign.id));
  const pace = useQuery(paceOptions(campaign.id)).data?.data;
  const { accounts } = campaign;
  const may = campaign.may_change && campaign.state !== 'archived';
  return (
    <Stack gap="lg">
      <Part
        title="FROM list"
        badge={campaign.rotation && <ToneBadge tone="gray">Rotation</ToneBadge>}
        lead={lead(campaign)}
        actions={may && <AddAccount campaign={campaign} />}
      >
        {accounts.length === 0 ? (
          <EmptyState title="Nobody to send from yet">
            Add a mailbox; with two or more it becomes a rotation.
          </EmptyState>
        ) : (
          <Loaded query={trouble} label="Loading accounts" heights={[64, 64]}>
            {(told) => (
              <>
                <Lines label="Accounts of the FROM list">
                  {accounts.map((account) => (
                    <AccountLine
                      key={account.id}
                      campaign={campaign}
                      account={account}
                      trouble={told.accounts.find((one) => one.id === account.id)}
                      pace={pace?.find((one) => one.account_id === account.id)}
                    />
                  ))}
                </Lines>
                <Free campaign={campaign} free={told.accounts[0]?.recipients_free ?? 0} />
                <PastClocks clocks={told.past} />
              </>
            )}
          </Loaded>
        )}
      </Part>
    </Stack>
  );
}

function lead({ rotation, state }: Versioned): string {
  if (rotation) return 'Each recipient stays with the mailbox that wrote to them first, also for follow-ups.';
  if (state === 'draft') return 'With two mailboxes or more it becomes a rotation at the start, and stays one.';
  return 'It was started with one mailbox. Copy it to send from several.';
}

function Free({ campaign, free }: { campaign: Versioned; free: number }) {
  if (free === 0 || progress(campaign.recipients).open === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {plural(free, 'recipient')} {free === 1 ? 'is' : 'are'} assigned to nobody yet: any account may write to them.
    </Text>
  );
}
