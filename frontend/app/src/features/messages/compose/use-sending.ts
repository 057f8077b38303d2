import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { notifyOk, notifyTrouble } from '../../../lib/notify.ts';
import { problemCode, problemText } from '../../../lib/problem.ts';
import { usabilityOptions } from '../../../lib/sending.ts';
import { rememberWayBack, type WayBack } from '../../../lib/way-back.ts';
import { remember, sendNow, type Versioned } from '../api.ts';
import { useKey } from '../use-key.ts';
import type { DraftKeeper } from './keeper.ts';

function queuedWords({ state, due_at: due }: Versioned): string {
  if (state !== 'queued') return 'Sent';
  const later = due !== null && Date.parse(due) > Date.now();
  return later ? 'Queued: it is sent at the time you chose' : 'Queued: it is sent as soon as its mailbox may';
}

/** Stores the draft, then sends it, past the gate. Without any integration the way leads to its setup, and back (B30). */
export function useSending(keeper: DraftKeeper, back: (id: string) => WayBack) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = useKey();
  const call = useMutation({
    mutationFn: ({ id, send_at }: { id: string; send_at: string | null }) =>
      sendNow(id, { key: key.current(send_at), send_at }),
    meta: { inline: true },
    onSuccess: async (message) => {
      key.answered();
      keeper.end();
      await navigate({ to: '/messages/$message', params: { message: message.id } });
      notifyOk(queuedWords(message));
      await remember(client, message);
    },
    onError: (error, { id }) => {
      key.answered(error);
      void client.invalidateQueries({ queryKey: usabilityOptions().queryKey });
      if (problemCode(error) !== 'no_active_integration') return;
      rememberWayBack(back(id));
      notifyTrouble('No active integrations', `${problemText(error).detail ?? ''} Your draft is kept.`);
      void navigate({ to: '/integrations', hash: 'mailboxes' });
    },
  });
  const send = async (send_at: string | null) => {
    call.reset();
    if (!(await keeper.flush())) return;
    const stored = await keeper.ensure();
    if (stored) call.mutate({ id: stored.id, send_at });
  };
  return { send, error: call.error, isPending: call.isPending };
}
