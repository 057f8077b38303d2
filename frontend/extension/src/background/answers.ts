/** One function for each question. */
import type { Calls, Kind } from '../shared/protocol.ts';
import { diagnose, overview, save } from './overview.ts';
import { openPlace } from './places.ts';
import { outcome, send } from './send.ts';
import { signIn, signOut } from './sign-in.ts';
import { tellGmail } from './telling.ts';
import { reportSent, track } from './track.ts';
import { status } from './usability.ts';

type Answers = {
  [K in Kind]: (ask: Calls[K]['ask'], sender: chrome.runtime.MessageSender) => Promise<Calls[K]['answer']>;
};

async function signInAndTell(): Promise<null> {
  await signIn();
  await tellGmail();
  return null;
}

export const ANSWERS: Answers = {
  status: ({ fresh }) => status(fresh),
  send,
  track,
  sent: ({ message }) => reportSent(message),
  outcome: ({ message }) => outcome(message),
  open: async ({ place }, sender) => {
    await openPlace(place, sender.tab);
    return null;
  },
  sign_in: signInAndTell,
  overview,
  page_open: async ({ place }) => {
    await openPlace(place);
    return null;
  },
  page_sign_in: signInAndTell,
  sign_out: async () => {
    const done = await signOut();
    await tellGmail();
    return done;
  },
  save,
  diagnose,
};
