/** The server's JSON in our words, and ours in the server's. Only what we use is read. */
import { Failure } from '../shared/failure.ts';
import type { Mail, Mailbox, Outcome, Person, Status, Tracking, Trouble } from '../shared/protocol.ts';
import { type Fields, fields, list, maybe, text, yes } from '../shared/reading.ts';
import { isKnown, trouble } from '../shared/words.ts';

/** What `code` and `detail` of the server say against it; null where nothing does. */
function against(found: Fields): Trouble | null {
  const code = text(found['code']);
  return yes(found['usable']) || code === 'ok'
    ? null
    : trouble(code || 'no_active_integration', maybe(found['detail']));
}

function readMailbox(value: unknown): Mailbox {
  const found = fields(value);
  const address = text(found['address']).toLowerCase();
  return {
    id: text(found['mailbox_id']),
    address,
    label: text(found['label']) || address,
    usable: yes(found['usable']),
    trouble: against(found),
  };
}

/** `GET /v1/sending/usability`. */
export function readStatus(value: unknown, at: number): Status {
  const found = fields(value);
  const [mailboxes, others] = [list(found['mailboxes']).map(readMailbox), list(found['others']).map(readMailbox)];
  return { at, usable: yes(found['usable']), trouble: against(found), mailboxes, others };
}

const personOut = (person: Person) => ({ address: person.address, name: person.name });

export function messageOut(mailbox: string, mail: Mail, tracked: boolean): Fields {
  return {
    mailbox_id: mailbox,
    source: 'extension',
    to: mail.to.map(personOut),
    cc: mail.cc.map(personOut),
    bcc: mail.bcc.map(personOut),
    subject: mail.subject,
    html: mail.html,
    ...(tracked ? {} : { text: mail.text }),
  };
}

export const readMessage = (value: unknown) => {
  const found = fields(value);
  const code = maybe(found['failure_code']);
  return { id: text(found['id']), state: text(found['state']), code, detail: maybe(found['failure_detail']) };
};

type StateWords = Omit<Outcome, 'state' | 'failed'>;

const STATES: Record<string, StateWords> = {
  draft: { detail: 'Kept as a draft under My Emails.', ended: true, bad: true },
  queued: { detail: 'Handed over. It waits for its turn.', ended: false, bad: false },
  sending: { detail: 'It is being sent.', ended: false, bad: false },
  sent: { detail: 'Sent.', ended: true, bad: false },
  failed: { detail: 'Not sent. The mail is kept under My Emails.', ended: true, bad: true },
  unknown: {
    detail: 'The provider did not say whether it was sent. We are looking for it; it is not sent twice.',
    ended: true,
    bad: true,
  },
  cancelled: { detail: 'Cancelled. The mail is kept under My Emails.', ended: true, bad: true },
};

export function readOutcome(value: unknown): Outcome {
  const { state, code, detail } = readMessage(value);
  const words = STATES[state] ?? { detail: state, ended: true, bad: true };
  const said = detail && words.bad ? `${words.detail} ${detail}` : words.detail;
  const known = code !== null && isKnown(code) ? code : 'not_sent';
  return { state, ...words, detail: said, failed: state === 'failed' ? trouble(known, detail) : null };
}

/** `POST /v1/messages/tracked`. What is no tracking address is refused: it would end in somebody's draft. */
export function readTracking(value: unknown, server: string): Tracking {
  const found = fields(value);
  const links = list(found['links']).map((one) => {
    const link = fields(one);
    return { from: text(link['url']), to: ours(text(link['tracked_url']), LINK, server) };
  });
  const pixel = maybe(found['pixel_url']);
  return { message: text(found['id']), pixel: pixel === null ? null : ours(pixel, PICTURE, server), links };
}

/** Perhaps below a path that a proxy takes away. */
const PICTURE = /\/t\/o\/[\w.-]+$/;
const LINK = /\/t\/c\/[\w.-]+$/;

/**
 * Of the server, or of the host that it keeps for mails (`MAILWARDEN_TRACKING_URL`). Plain http only where the server
 * itself is spoken to by that, on one's own machine.
 */
function ours(address: string, path: RegExp, server: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isSafe = url?.protocol === 'https:' || url?.protocol === new URL(server).protocol;
  const isPlain = url !== null && `${url.origin}${url.pathname}` === address;
  if (isSafe && isPlain && path.test(url.pathname)) return address;
  throw new Failure(trouble('server_failed', 'It answered with an address that is none for tracking.'));
}
