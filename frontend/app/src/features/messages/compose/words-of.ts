import type { MailRecipient, MessageDetail, MessageUpdate } from '../../../lib/types.ts';
import { FIELDS, fitPeople, type PeopleText, peopleFaults, textOf } from './people.ts';
import { textToHtml } from './simple-html.ts';

/** What somebody writes. Recipients as typed: also what is no address yet. */
export type Words = PeopleText & {
  mailbox_id: string | null;
  subject: string;
  html: string;
  answers_id: string | null;
  track_opens: boolean | null;
  track_clicks: boolean | null;
};

export const emptyWords = (mailbox_id: string | null): Words => ({
  mailbox_id,
  to: '',
  cc: '',
  bcc: '',
  subject: '',
  html: '',
  answers_id: null,
  track_opens: null,
  track_clicks: null,
});

const typed = (recipients: MailRecipient[], kind: MailRecipient['kind']) =>
  textOf(recipients.filter((one) => one.kind === kind));

export const wordsOf = (message: MessageDetail): Words => ({
  mailbox_id: message.mailbox_id,
  to: typed(message.recipients, 'to'),
  cc: typed(message.recipients, 'cc'),
  bcc: typed(message.recipients, 'bcc'),
  subject: message.subject,
  html: message.html || textToHtml(message.text),
  answers_id: message.answers_id,
  track_opens: message.track_opens,
  track_clicks: message.track_clicks,
});

/** To the same people, in the same conversation. */
export const followUp = (message: MessageDetail): Words => ({
  ...emptyWords(message.mailbox_id),
  to: typed(message.recipients, 'to'),
  cc: typed(message.recipients, 'cc'),
  subject: /^re:/i.test(message.subject) ? message.subject : `Re: ${message.subject}`,
  answers_id: message.id,
});

/**
 * What is stored: everything but recipients that are none yet, which stay in the browser. The text for readers without
 * HTML is made of the HTML when it is sent.
 */
export const bodyOf = (words: Words): MessageUpdate => ({ ...words, ...fitPeople(words), text: '' });

export const same = (a: Words, b: Words) => JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));

export const isWhole = (words: Words) => FIELDS.every((field) => peopleFaults(words)[field].length === 0);

/** Nothing that anybody wrote: not worth a draft. */
export const isBare = (words: Words) => !words.to && !words.cc && !words.bcc && !words.subject && !words.html;

const NAMES: [keyof Words, string][] = [
  ['mailbox_id', 'the mailbox'],
  ['to', 'the recipients'],
  ['cc', 'who gets a copy'],
  ['bcc', 'who gets a blind copy'],
  ['subject', 'the subject'],
  ['html', 'the text'],
  ['track_opens', 'the tracking of opens'],
  ['track_clicks', 'the tracking of clicks'],
];

/** "They changed the subject and the text." */
export function changedWords(before: MessageDetail, after: MessageDetail): string {
  const [old, now] = [bodyOf(wordsOf(before)), bodyOf(wordsOf(after))];
  const names = NAMES.filter(([name]) => JSON.stringify(old[name]) !== JSON.stringify(now[name])).map(([, one]) => one);
  const list = names.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return list ? `They changed ${list}.` : 'It is in another state now.';
}
