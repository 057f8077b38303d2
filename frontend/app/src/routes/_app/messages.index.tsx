import { Button, Group, Stack } from '@mantine/core';
import { IconBan, IconFilterOff, IconMail, IconPencil } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SendingWarning } from '../../components/sending-warning.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { messagesOptions } from '../../features/messages/api.ts';
import { MessageFilters } from '../../features/messages/filters.tsx';
import { MessageTable } from '../../features/messages/message-table.tsx';
import { type ListSearch, readListSearch } from '../../features/messages/search.ts';

export const Route = createFileRoute('/_app/messages/')({ validateSearch: readListSearch, component: MyEmails });

function MyEmails() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const messages = useInfiniteQuery(messagesOptions(search));
  const rows = messages.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Boolean(search.q || search.state || search.mailbox || search.whose);
  const change = (part: ListSearch) =>
    void navigate({ search: (s) => ({ ...s, ...part }), replace: true, resetScroll: false });
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title="My Emails" actions={<Actions />}>
        What you wrote and sent from your mailboxes, and what became of it.
      </PageHeader>
      <SendingWarning label="My Emails" />
      <MessageFilters search={search} onChange={change} />
      {messages.error && <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />}
      {messages.isPending && <LoadingBlocks label="Loading emails" heights={[40, 56, 56, 56, 56]} />}
      {messages.data && rows.length === 0 && (
        <Nothing filtered={filtered} onClear={() => void navigate({ search: {}, replace: true })} />
      )}
      {rows.length > 0 && (
        <>
          <ZoneNote />
          <MessageTable messages={rows} />
          <MoreButton query={messages} what="emails" />
        </>
      )}
    </Stack>
  );
}

function Actions() {
  const rights = useRightsTo('messages:send');
  return (
    <Group gap="xs">
      <Button
        variant="default"
        leftSection={<IconBan size={16} aria-hidden />}
        renderRoot={(props) => <Link {...props} to="/messages/suppressions" />}
      >
        Suppression list
      </Button>
      <Managed rights={rights}>
        {(may) =>
          may ? (
            <Button
              leftSection={<IconPencil size={16} aria-hidden />}
              renderRoot={(props) => <Link {...props} to="/messages/compose" />}
            >
              New email
            </Button>
          ) : (
            <Button disabled>New email</Button>
          )
        }
      </Managed>
    </Group>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) {
    return (
      <EmptyState title="No emails yet" Icon={IconMail}>
        Write one with “New email”, or send from Gmail with the extension. Mails of outreach campaigns appear under “All
        that I may see”.
      </EmptyState>
    );
  }
  const clear = (
    <Button variant="default" onClick={onClear}>
      Clear filters
    </Button>
  );
  return (
    <EmptyState title="No email matches" Icon={IconFilterOff} action={clear}>
      Try other words, another state or mailbox.
    </EmptyState>
  );
}
