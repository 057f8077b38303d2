/** All that crosses between the parts of the extension. No message holds an address to go to, and none holds a token. */

export type Person = { address: string; name: string };

/** A mail as it stands in the compose window. */
export type Mail = { to: Person[]; cc: Person[]; bcc: Person[]; subject: string; html: string; text: string };

/** A button beside a message: what is done when it is pressed. Which address that is, the service worker knows. */
export type Act =
  | { does: 'open'; place: Place; label: string }
  | { does: 'sign_in' | 'retry' | 'reload' | 'send_again' | 'discard'; label: string };

export const PLACES = ['setup', 'billing', 'messages', 'members', 'home', 'devices', 'options'] as const;
export type Place = (typeof PLACES)[number];

/** Why something cannot be done, in words for people. `code` is the server's where it has one. */
export type Trouble = { code: string; title: string; detail: string; act: Act | null };

/** A mailbox that mails may leave from. `usable` false: `trouble` says why. */
export type Mailbox = { id: string; address: string; label: string; usable: boolean; trouble: Trouble | null };

/** What the server said last; `at` is when, in milliseconds. `others`: of colleagues, not to be sent from. */
export type Status = { at: number; usable: boolean; trouble: Trouble | null; mailboxes: Mailbox[]; others: Mailbox[] };

export type Purpose = 'send' | 'track';

/**
 * `compose` names the compose window for as long as its draft lives. `again`: the same mail was sent before, and this
 * one is sent besides, under a name of its own; a try of it that is repeated is still one mail.
 */
export type SendAsk = { compose: string; mailbox: string; mail: Mail; again: boolean };
export type TrackAsk = { compose: string; mailbox: string; mail: Mail };

/** A mail that the server has taken. `before`: it had it already, and nothing was sent a second time. */
export type Taken = { message: string; state: string; before: boolean };
/** `failed`: why it was not sent; then nothing of it has left. */
export type Outcome = { state: string; detail: string; ended: boolean; bad: boolean; failed: Trouble | null };

/** What is put into the draft so that Gmail sends a tracked mail. */
export type Tracking = { message: string; pixel: string | null; links: { from: string; to: string }[] };

export type Account = { name: string; email: string; organization: string };
export type Settings = { server: string; device: string };
export type Overview = {
  settings: Settings;
  reachable: boolean;
  account: Account | null;
  status: Status | null;
  trouble: Trouble | null;
};
export type Diagnosis = { title: string; value: string }[];

/** What Gmail's content script may ask. */
export type FromGmail = {
  status: { ask: { fresh: boolean }; answer: Status };
  send: { ask: SendAsk; answer: Taken };
  track: { ask: TrackAsk; answer: Tracking };
  /** Gmail has taken the tracked mail. */
  sent: { ask: { message: string }; answer: null };
  outcome: { ask: { message: string }; answer: Outcome };
  open: { ask: { place: Place }; answer: null };
  sign_in: { ask: null; answer: null };
};

/** What the popup and the options page may ask besides. */
export type FromPages = {
  overview: { ask: null; answer: Overview };
  page_open: { ask: { place: Place }; answer: null };
  page_sign_in: { ask: null; answer: null };
  sign_out: { ask: null; answer: { told: boolean } };
  save: { ask: Settings; answer: Settings };
  diagnose: { ask: null; answer: Diagnosis };
};

export type Calls = FromGmail & FromPages;
export type Kind = keyof Calls;
export type Message<K extends Kind = Kind> = { kind: K; ask: Calls[K]['ask'] };
export type Reply<K extends Kind = Kind> = { ok: true; value: Calls[K]['answer'] } | { ok: false; trouble: Trouble };

/** Told to Gmail's tabs when somebody signed in or out, or the server changed. */
export const CHANGED = 'mailwarden:changed';
export const GMAIL = 'https://mail.google.com';
export const MAX_AGE_MS = 60_000;
