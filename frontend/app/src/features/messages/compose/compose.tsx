import { Alert, Stack, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconCircleX } from '@tabler/icons-react';
import { Navigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ErrorState } from '../../../components/states.tsx';
import { pathErrors } from '../../../lib/problem.ts';
import type { Versioned } from '../api.ts';
import { failureOf } from '../failure.ts';
import { Refusal } from '../refusal.tsx';
import { isEditable } from '../words.ts';
import { BodyField } from './body-field.tsx';
import { FilesField } from './files-field.tsx';
import { MailboxField } from './mailbox-field.tsx';
import { without } from './people.ts';
import { PeopleFields } from './people-fields.tsx';
import { SavedLine } from './saved-line.tsx';
import { SendBar } from './send-bar.tsx';
import { MailboxAdds } from './tracking-fields.tsx';
import { useKeeper } from './use-keeper.ts';
import { useSending } from './use-sending.ts';
import { emptyWords, isWhole, type Words, wordsOf } from './words-of.ts';

/** Comes when somebody else wrote in the same draft. */
const Conflict = lazy(() => import('./conflict.tsx'));

type Props = { stored: Versioned | null; first: Words | null; onMade: (id: string) => void };

const wayBack = (id: string | undefined) => ({
  path: id ? `/messages/compose?draft=${id}` : '/messages/compose',
  label: 'your email',
});

/** Writing one email. It is kept while it is written, and whatever happens when it is sent. */
export function Compose({ stored, first, onMade }: Props) {
  const begin = first ?? (stored ? wordsOf(stored) : emptyWords(null));
  const { keeper, view } = useKeeper(stored, begin, onMade);
  const sending = useSending(keeper, wayBack);
  const [tried, setTried] = useState(false);
  const { words } = view;
  const order = (at: string | null) => {
    setTried(true);
    if (isWhole(words) && !sending.isPending) void sending.send(at);
  };
  const submit = () => order(null);
  useHotkeys([['mod+Enter', submit]], [], true);
  if (stored && !isEditable(stored))
    return <Navigate to="/messages/$message" params={{ message: stored.id }} replace />;
  return (
    <form
      aria-label="Email"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack>
        {view.stored?.state === 'failed' && <WhyFailed message={view.stored} />}
        <Suspense fallback={null}>
          {view.theirs && <Conflict keeper={keeper} before={view.stored} theirs={view.theirs} />}
        </Suspense>
        <Fields keeper={keeper} view={view} />
        {tried && !isWhole(words) && (
          <Alert color="danger" variant="light" role="alert" icon={<IconCircleX aria-hidden />} title="Not sent">
            Some recipients are not addresses yet. See the lines marked above.
          </Alert>
        )}
        {view.phase === 'failed' && sending.error === null && <ErrorState error={view.error} />}
        {sending.error && (
          <Refusal
            error={sending.error}
            mailboxId={words.mailbox_id}
            back={wayBack(view.stored?.id)}
            onSend={order}
            onDrop={(addresses) => keeper.change(without(words, addresses))}
          />
        )}
        <SavedLine keeper={keeper} view={view} />
        <SendBar
          keeper={keeper}
          stored={view.stored}
          pending={sending.isPending}
          blocked={view.theirs !== null}
          onLater={order}
        />
      </Stack>
    </form>
  );
}

function Fields({ keeper, view }: ReturnType<typeof useKeeper>) {
  const { words, round, stored } = view;
  const change = (part: Partial<Words>) => keeper.change(part);
  const wrong = pathErrors(view.error);
  return (
    <>
      <MailboxField
        value={words.mailbox_id}
        back={wayBack(stored?.id)}
        onChange={(mailbox_id) => change({ mailbox_id })}
      />
      <PeopleFields key={`people-${round}`} value={words} errors={wrong} onChange={change} />
      <TextInput
        label="Subject"
        maxLength={500}
        value={words.subject}
        error={wrong['subject']}
        onChange={(e) => change({ subject: e.target.value })}
      />
      <BodyField key={`body-${round}`} html={words.html} error={wrong['html']} onChange={(html) => change({ html })} />
      <FilesField keeper={keeper} files={stored?.files ?? []} />
      <MailboxAdds words={words} onChange={change} />
    </>
  );
}

function WhyFailed({ message }: { message: Versioned }) {
  return (
    <Alert color="danger" variant="light" icon={<IconCircleX aria-hidden />} title={failureOf(message).title}>
      {message.failure_detail} Nothing was sent.
    </Alert>
  );
}
