import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { notifyOk } from '../../lib/notify.ts';
import { pathErrors, problemCode } from '../../lib/problem.ts';
import { campaignOptions, type Versioned } from './api.ts';
import { useSaveSteps } from './changes.ts';
import { bare, type Draft, same } from './draft.ts';

/**
 * Saves what was typed against the state that it began with. Where only something else of the campaign changed meanwhile
 * it is saved all the same; where somebody changed the steps, theirs are held up and nothing typed is lost.
 */
export function useSteps(campaign: Versioned, draft: Draft | null, onDraft: (draft: Draft | null) => void) {
  const client = useQueryClient();
  const call = useSaveSteps(campaign.id);
  const [theirs, setTheirs] = useState<Versioned | null>(null);
  const [tried, setTried] = useState(false);
  const done = () => {
    setTheirs(null);
    setTried(false);
    onDraft(null);
  };
  const send = async (over: Versioned, again: boolean): Promise<void> => {
    if (!draft) return;
    try {
      await call.mutateAsync({ etag: over.etag, steps: draft.steps.map(bare) });
      done();
      notifyOk('Steps saved');
    } catch (error) {
      if (problemCode(error) !== 'precondition_failed') return; // shown below, from the mutation
      const now = await client.fetchQuery({ ...campaignOptions(campaign.id), staleTime: 0 });
      if (again && same(draft.base.steps, now.steps)) await send(now, false);
      else setTheirs(now);
    }
  };
  const stale = problemCode(call.error) === 'precondition_failed';
  return {
    save: (over = draft?.base ?? campaign) => void send(over, true),
    discard: () => {
      call.reset();
      done();
    },
    conflict: theirs,
    pending: call.isPending,
    error: stale ? null : call.error,
    errors: pathErrors(call.error),
    tried,
    markTried: () => setTried(true),
  };
}
