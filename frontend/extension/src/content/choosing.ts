/** Which mailbox a mail leaves from, and what is in its way. Pure. */
import type { Mailbox, Status, Trouble } from '../shared/protocol.ts';
import { standing, trouble } from '../shared/words.ts';
import type { News } from './feed.ts';

/** What the person chose; else the one of the address that Gmail shows. Never another by guess. */
export function chosenOf(news: News, chosen: string | null, from: string | null): Mailbox | null {
  const mailboxes = news.status?.mailboxes ?? [];
  return mailboxes.find((one) => one.id === chosen) ?? mailboxes.find((one) => one.address === from) ?? null;
}

/** Null: nothing is. While nothing is known yet nothing is said either, but nothing can be sent. */
export function inTheWay(news: News, mailbox: Mailbox | null, from: string | null): Trouble | null {
  const role = mailbox ? null : roleOf(news, from);
  if (role) return role;
  if (news.trouble) return standing(news.trouble, mailbox?.trouble ?? null);
  if (!news.status) return null;
  if (mailbox) return mailbox.trouble;
  const who = from ? `${from} is no mailbox of yours at Mailwarden. ` : '';
  return trouble('not_connected', `${who}Connect it, or choose another mailbox to send from.`);
}

/** The address that Gmail shows is a colleague's mailbox: something works, though not for this person. */
function roleOf(news: News, from: string | null): Trouble | null {
  const isWhole = news.trouble !== null && news.trouble.code !== 'no_active_integration';
  if (isWhole || from === null) return null;
  return news.status?.others.find((one) => one.address === from)?.trouble ?? null;
}

export function lineOf(news: News, mailbox: Mailbox | null, way: Trouble | null): string {
  if (way) return way.title;
  return news.status && mailbox ? `Ready to send from ${mailbox.address}.` : 'Checking…';
}

/** What the status tells by itself. Once it says that all is well again, so does the panel. */
const OF_STATUS = new Set([
  'no_active_integration',
  'connection_inactive',
  'connection_disconnected',
  'connection_connecting',
  'connection_verifying',
  'not_connected',
  'permission_missing',
  'subscription_inactive',
  'role_required',
  'email_unverified',
  'signed_out',
  'access_ended',
  'scope_required',
  'unreachable',
  'not_permitted',
]);

export function shownResult(result: Trouble | null, way: Trouble | null, status: Status | null): Trouble | null {
  const over = result !== null && OF_STATUS.has(result.code) && way === null && status !== null;
  return over ? trouble('ready_again') : result;
}
