import { Button, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { notifyError } from '../../lib/notify.ts';
import type { Mailbox } from '../../lib/types.ts';
import { rememberWayBack } from '../../lib/way-back.ts';
import { mailboxesOptions, type Versioned } from './api.ts';
import { useAddAccount } from './changes.ts';

/** Mailboxes that are not on the list yet, and the way to connect another one. */
export function AddAccount({ campaign }: { campaign: Versioned }) {
  const mailboxes = useQuery(mailboxesOptions());
  const add = useAddAccount(campaign.id);
  const here = new Set(campaign.accounts.map((one) => one.connection_id));
  const others = mailboxes.data?.data.filter((one) => one.connection && !here.has(one.connection.id)) ?? [];
  const path = `/outreach/${campaign.id}?tab=accounts`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button loading={add.isPending} leftSection={<IconPlus size={16} aria-hidden />}>
          Add mailbox
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map((one) => (
          <Menu.Item key={one.id} onClick={() => add.mutate(one.id, { onError: notifyError })}>
            <Choice mailbox={one} />
          </Menu.Item>
        ))}
        {mailboxes.data && others.length === 0 && <Menu.Label>No other mailbox is connected</Menu.Label>}
        <Menu.Divider />
        <Menu.Item
          onClick={() => rememberWayBack({ path, label: `the campaign “${campaign.name}”` })}
          renderRoot={(props) => <Link {...props} to="/integrations" hash="mailboxes" />}
        >
          Connect another mailbox
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Choice({ mailbox }: { mailbox: Mailbox }) {
  return (
    <>
      {mailbox.connection?.account_label}
      {mailbox.status !== 'successful' && (
        <Text size="xs" c="dimmed">
          {mailbox.label}
        </Text>
      )}
    </>
  );
}
