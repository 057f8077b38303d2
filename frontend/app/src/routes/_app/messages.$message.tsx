import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { PageHeader } from '../../components/page-header.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { followedOptions } from '../../features/messages/api.ts';
import { MessageView } from '../../features/messages/message-view.tsx';
import { subjectOf, toWhom } from '../../features/messages/words.ts';

export const Route = createFileRoute('/_app/messages/$message')({ component: Email });

function Email() {
  const { message: id } = Route.useParams();
  const message = useQuery(followedOptions(id));
  return (
    <Stack gap="lg" maw={1000}>
      <div>
        <Link className="link" to="/messages">
          My Emails
        </Link>
        <PageHeader title={message.data ? subjectOf(message.data) : 'Email'}>
          {message.data && `To ${toWhom(message.data)}`}
        </PageHeader>
      </div>
      {message.isPending && <LoadingBlocks label="Loading email" heights={[120, 80, 160]} />}
      {message.error && <ErrorState error={message.error} onRetry={() => void message.refetch()} />}
      {message.data && (
        <>
          <MessageView key={id} message={message.data} />
          <ZoneNote />
        </>
      )}
    </Stack>
  );
}
