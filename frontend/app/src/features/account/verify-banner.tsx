import { Button, Group, Text } from '@mantine/core';
import { IconMailQuestion } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { panelStyle } from '../../components/tones.ts';
import { CONFIRMATION } from '../../lib/confirmation.ts';
import { notifyError, notifyOk } from '../../lib/notify.ts';
import { sessionOptions, useSession } from '../../lib/session.tsx';
import type { Verification } from '../../lib/types.ts';
import { useSecondsLeft, waitWords } from '../../lib/wait.ts';
import { useResend, verificationOptions } from './api.ts';

const AddressDialog = lazy(() => import('./address-dialog.tsx'));

/** Stands on every page until the address is confirmed, here or elsewhere. */
export default function VerifyBanner() {
  const { user } = useSession();
  const state = useQuery(verificationOptions());
  const client = useQueryClient();
  const verified = state.data?.email_verified;
  useEffect(() => {
    if (verified) void client.invalidateQueries(sessionOptions());
  }, [verified, client]);
  return (
    <section
      id={CONFIRMATION}
      className="panel verify-banner"
      style={panelStyle('warning')}
      aria-label="Confirm your e-mail address"
      tabIndex={-1}
    >
      <IconMailQuestion size={20} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <div>
        <Text fw={600}>Confirm your e-mail address</Text>
        <Words email={user.email} state={state.data} />
        {state.data && <Buttons state={state.data} readAt={state.dataUpdatedAt} />}
      </div>
    </section>
  );
}

function Words({ email, state }: { email: string; state: Verification | undefined }) {
  return (
    <Text size="sm" className="break-anywhere" mt={2}>
      We mailed a link to <strong>{email}</strong>
      {state && (
        <>
          {' '}
          from <strong>{state.sender}</strong>
        </>
      )}
      . Nothing after five minutes? Look into your spam folder, and add that sender to your contacts.
      {state?.may_act === false && ' Until you confirm it you can look at everything, but change nothing.'}
    </Text>
  );
}

function Buttons({ state, readAt }: { state: Verification; readAt: number }) {
  const [replacing, setReplacing] = useState(false);
  const resend = useResend();
  const left = useSecondsLeft(readAt + state.retry_after_s * 1000);
  const send = () =>
    resend.mutate(undefined, {
      onSuccess: (next) => notifyOk('A new link is on its way', `To ${next.email}. Older links no longer work.`),
      onError: notifyError,
    });
  return (
    <Group gap="xs" mt="sm">
      <Button variant="default" size="xs" disabled={left > 0} loading={resend.isPending} onClick={send}>
        <span className="tnum">{left > 0 ? `Send again in ${waitWords(left)}` : 'Send again'}</span>
      </Button>
      <Button variant="default" size="xs" onClick={() => setReplacing(true)}>
        Use another address…
      </Button>
      {replacing && (
        <Suspense fallback={null}>
          <AddressDialog onClose={() => setReplacing(false)} />
        </Suspense>
      )}
    </Group>
  );
}
