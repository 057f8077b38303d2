/** Who may ask what. Everything from Gmail's side is checked: its tab runs code that is not ours. */
import { failure } from '../shared/failure.ts';
import { type FromGmail, GMAIL, type Kind, type Mail, type Message, type Person } from '../shared/protocol.ts';
import { fields, list, text, yes } from '../shared/reading.ts';
import { isPlace } from './places.ts';

const FROM_GMAIL: ReadonlySet<string> = new Set<keyof FromGmail>([
  'status',
  'send',
  'track',
  'sent',
  'outcome',
  'open',
  'sign_in',
]);
const NAME = /^[A-Za-z0-9:_-]+$/;
const MESSAGE = /^msg_[A-Za-z0-9]+$/;
/** What the server takes, too. */
const MOST_PEOPLE = 100;
const LONGEST = { html: 500_000, text: 200_000, subject: 500, name: 120, address: 320, id: 200 };

/** Null: not for us to answer. */
export function allowed(message: unknown, sender: chrome.runtime.MessageSender): Message | null {
  const asked = fields(message);
  const kind = text(asked['kind']) as Kind;
  if (sender.id !== chrome.runtime.id || kind.length === 0) return null;
  if (isOwnPage(sender)) return FROM_GMAIL.has(kind) ? null : (asked as unknown as Message);
  if (!isGmail(sender) || !FROM_GMAIL.has(kind)) return null;
  return { kind, ask: checked(kind as keyof FromGmail, asked['ask']) } as Message;
}

const isOwnPage = (sender: chrome.runtime.MessageSender): boolean =>
  sender.origin === `chrome-extension://${chrome.runtime.id}`;

const isGmail = (sender: chrome.runtime.MessageSender): boolean =>
  sender.origin === GMAIL && sender.tab !== undefined && sender.frameId === 0;

/** Rebuilt field by field, so that nothing else comes along. Throws `unreadable`. */
function checked(kind: keyof FromGmail, ask: unknown): FromGmail[keyof FromGmail]['ask'] {
  const found = fields(ask);
  switch (kind) {
    case 'status':
      return { fresh: yes(found['fresh']) };
    case 'sign_in':
      return null;
    case 'open':
      if (!isPlace(found['place'])) throw failure('unreadable');
      return { place: found['place'] };
    case 'sent':
    case 'outcome':
      return { message: identifier(found['message'], MESSAGE) };
    case 'track':
      return {
        compose: identifier(found['compose']),
        mailbox: identifier(found['mailbox']),
        mail: mail(found['mail']),
      };
    case 'send':
      return {
        compose: identifier(found['compose']),
        mailbox: identifier(found['mailbox']),
        mail: mail(found['mail']),
        again: yes(found['again']),
      };
  }
}

/** It becomes a part of an address, so it holds nothing that means something there. */
function identifier(value: unknown, pattern = NAME): string {
  const found = text(value);
  if (!pattern.test(found) || found.length > LONGEST.id) throw failure('unreadable');
  return found;
}

function mail(value: unknown): Mail {
  const found = fields(value);
  const [to, cc, bcc] = [people(found['to']), people(found['cc']), people(found['bcc'])];
  if (to.length + cc.length + bcc.length > MOST_PEOPLE) throw failure('unreadable', 'It has too many recipients.');
  const body = { html: short(found['html'], LONGEST.html), text: text(found['text']).slice(0, LONGEST.text) };
  return { to, cc, bcc, subject: short(found['subject'], LONGEST.subject), ...body };
}

const people = (value: unknown): Person[] =>
  list(value).map((one) => ({
    address: short(fields(one)['address'], LONGEST.address),
    name: oneLine(text(fields(one)['name'])).slice(0, LONGEST.name),
  }));

const oneLine = (value: string): string => value.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

function short(value: unknown, longest: number): string {
  const found = text(value);
  if (found.length > longest) throw failure('unreadable', 'It is too long to be sent from here.');
  return found;
}
