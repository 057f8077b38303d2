import { Group, Stack, Text, Title } from '@mantine/core';
import { IconMailbox } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { MoreButton } from '../../components/more-button.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { integrationsOptions } from '../connections/api.ts';
import { mailboxesOptions } from './api.ts';
import { AddMailbox } from './mailbox-buttons.tsx';
import { MailboxRow } from './mailbox-row.tsx';

const MailboxDrawer = lazy(() => import('./mailbox-drawer.tsx'));

/** Settings > Email: every slot with its state and what can be done with it (B38). */
export default function MailboxList() {
  const [managed, setManaged] = useState<string | null>(null);
  const mailboxes = useInfiniteQuery(mailboxesOptions());
  const integrations = useQuery(integrationsOptions());
  const slots = mailboxes.data?.pages.flatMap((page) => page.data) ?? [];
  const label = (provider: string | undefined) =>
    integrations.data?.data.find((one) => one.provider === provider)?.label ?? provider ?? '';
  if (mailboxes.isPending) return <LoadingBlocks label="Loading mailboxes" heights={[110, 110]} />;
  if (!mailboxes.data) return <ErrorState error={mailboxes.error} onRetry={() => void mailboxes.refetch()} />;
  if (slots.length === 0) {
    return (
      <EmptyState title="No mailboxes yet" Icon={IconMailbox} action={<AddMailbox />}>
        Connect Google, Microsoft or any IMAP/SMTP mailbox to send from it and to see replies and bounces.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={2}>Mailboxes</Title>
          <Text size="sm" c="dimmed">
            A slot keeps its number and its settings. They survive a reconnect, and are reset by a disconnect.
          </Text>
        </div>
        <AddMailbox />
      </Group>
      {slots.map((slot) => (
        <MailboxRow
          key={slot.id}
          mailbox={slot}
          providerLabel={label(slot.connection?.provider)}
          onManage={() => setManaged(slot.id)}
        />
      ))}
      <MoreButton query={mailboxes} what="mailboxes" />
      <Suspense fallback={null}>
        {managed && <MailboxDrawer mailboxId={managed} onClose={() => setManaged(null)} />}
      </Suspense>
    </Stack>
  );
}
