import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { SendingWarning } from '../../components/sending-warning.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { messageOptions } from '../../features/messages/api.ts';
import { Compose } from '../../features/messages/compose/compose.tsx';
import { emptyWords, followUp } from '../../features/messages/compose/words-of.ts';
import { readComposeSearch } from '../../features/messages/search.ts';
import { usabilityOptions } from '../../lib/sending.ts';

export const Route = createFileRoute('/_app/messages/compose')({
  validateSearch: readComposeSearch,
  component: ComposePage,
});

function ComposePage() {
  const { draft, answers } = Route.useSearch();
  const [made, setMade] = useState<string>(); // the one begun here gets its id while it is written
  const round = useRound(draft, () => setMade(undefined));
  const goesOn = draft !== undefined && draft !== made;
  return (
    <Stack gap="lg" maw={900}>
      <div>
        <Link className="link" to="/messages">
          My Emails
        </Link>
        <PageHeader title={answers ? 'Follow-up' : goesOn ? 'Draft' : 'New email'} />
      </div>
      <SendingWarning label="your email" />
      {goesOn ? <Opened key={draft} id={draft} /> : <Begun key={round} answers={answers} onMade={setMade} />}
    </Stack>
  );
}

/** Another new one is begun from here, while one is written: the page is the same, the email is not. */
function useRound(draft: string | undefined, onNext: () => void): number {
  const [round, setRound] = useState(0);
  const last = useRef(draft);
  const next = useRef(onNext);
  useEffect(() => {
    if (last.current !== undefined && draft === undefined) {
      next.current();
      setRound((before) => before + 1);
    }
    last.current = draft;
  }, [draft]);
  return round;
}

/** As the server holds it at this moment. */
function Opened({ id }: { id: string }) {
  const message = useQuery({ ...messageOptions(id), staleTime: 0, gcTime: 0 });
  if (message.isFetching && !message.isFetchedAfterMount) return <Loading />;
  if (!message.data) return <ErrorState error={message.error} onRetry={() => void message.refetch()} />;
  return <Compose stored={message.data} first={null} onMade={() => {}} />;
}

type BegunProps = { answers: string | undefined; onMade: (id: string) => void };

function Begun({ answers, onMade }: BegunProps) {
  const navigate = Route.useNavigate();
  const usability = useQuery(usabilityOptions());
  const answered = useQuery({ ...messageOptions(answers ?? ''), enabled: answers !== undefined });
  if (usability.isPending || (answers && answered.isPending)) return <Loading />;
  if (answers && !answered.data) {
    return <ErrorState error={answered.error} onRetry={() => void answered.refetch()} />;
  }
  const usable = usability.data?.mailboxes.filter((one) => one.usable) ?? [];
  const first = answered.data ? followUp(answered.data) : emptyWords(usable[0]?.mailbox_id ?? null);
  const made = (id: string) => {
    onMade(id);
    void navigate({ search: (s) => ({ ...s, draft: id }), replace: true, resetScroll: false });
  };
  return <Compose stored={null} first={first} onMade={made} />;
}

const Loading = () => <LoadingBlocks label="Loading email" heights={[60, 60, 60, 240]} />;
