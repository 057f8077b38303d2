/** Titles of what can stand in the way, each of its own. What the server says in detail is shown unchanged. */
import type { Act, Trouble } from './protocol.ts';

const open = (place: 'setup' | 'billing' | 'messages' | 'members' | 'home' | 'options', label: string): Act => ({
  does: 'open',
  place,
  label,
});
const retry: Act = { does: 'retry', label: 'Try again' };

type Words = { title: string; detail: string; act: Act | null };

const WORDS: Record<string, Words> = {
  signed_out: {
    title: 'You are signed out of Mailwarden',
    detail: 'Sign in to send or track this mail. Your draft stays as it is.',
    act: { does: 'sign_in', label: 'Sign in' },
  },
  access_ended: {
    title: 'Your sign-in has ended',
    detail: 'It was ended under Devices, or was not used for a long time. Sign in again.',
    act: { does: 'sign_in', label: 'Sign in again' },
  },
  sign_in_refused: {
    title: 'Sign-in was not finished',
    detail: 'Nothing was changed. You can start again at any time.',
    act: { does: 'sign_in', label: 'Sign in' },
  },
  no_active_integration: {
    title: 'No active integrations',
    detail: 'Connect Google, Microsoft or Keap. You come back to this mail afterwards; your draft stays.',
    act: open('setup', 'Set up an integration'),
  },
  connection_inactive: {
    title: 'This mailbox is inactive',
    detail: 'Reconnect it first.',
    act: open('setup', 'Reconnect'),
  },
  connection_disconnected: {
    title: 'This mailbox was disconnected',
    detail: 'Connect it again first.',
    act: open('setup', 'Connect'),
  },
  connection_connecting: {
    title: 'This mailbox is not connected yet',
    detail: 'Its authorization is not finished.',
    act: open('setup', 'Open integrations'),
  },
  connection_verifying: {
    title: 'This mailbox is being checked',
    detail: 'Its provider gave a suspicious answer. This takes a few minutes at most.',
    act: retry,
  },
  not_connected: {
    title: 'This address is not connected',
    detail: 'Connect it, or choose another mailbox to send from.',
    act: open('setup', 'Connect it'),
  },
  permission_missing: {
    title: 'A permission is missing',
    detail: 'The mailbox does not let Mailwarden do this. Grant the permission.',
    act: open('setup', 'Grant the permission'),
  },
  role_required: {
    title: 'Your role does not allow this',
    detail: 'Ask an owner or manager of your organization.',
    act: open('members', 'See whom to ask'),
  },
  scope_required: {
    title: 'This sign-in does not allow it',
    detail: 'Sign in again and allow sending.',
    act: { does: 'sign_in', label: 'Sign in again' },
  },
  email_unverified: {
    title: 'Confirm your address first',
    detail: 'Open the link that was mailed to you.',
    act: open('home', 'Open Mailwarden'),
  },
  subscription_inactive: {
    title: 'Your subscription has ended',
    detail: 'Nothing is broken: sending and tracking wait until a plan is chosen.',
    act: open('billing', 'Open billing'),
  },
  rate_limited: { title: 'Too much at once', detail: 'Wait a moment, then try again.', act: retry },
  plan_limit_reached: {
    title: 'The limit of your plan is reached',
    detail: 'A larger plan allows more.',
    act: open('billing', 'Open billing'),
  },
  validation_error: {
    title: 'The server does not take this mail as it is',
    detail: 'Change it and try again.',
    act: null,
  },
  daily_limit: {
    title: 'The limit of this mailbox is reached',
    detail: 'It has sent as much as its settings allow for now.',
    act: open('setup', 'Open its settings'),
  },
  suppressed: {
    title: 'A recipient is on the suppression list',
    detail: 'They unsubscribed, complained, or cannot be reached. Remove them from this mail.',
    act: null,
  },
  unreachable: {
    title: 'Mailwarden cannot be reached',
    detail: 'Nothing was sent that was not sent before. Your draft stays; try again.',
    act: retry,
  },
  server_failed: {
    title: 'Mailwarden has a problem',
    detail: 'It could not answer. Your draft stays; try again in a moment.',
    act: retry,
  },
  interrupted: {
    title: 'The browser stopped Mailwarden in the middle',
    detail: 'Your draft stays. Try again: nothing is sent twice.',
    act: retry,
  },
  bad_server: { title: 'This address cannot be used', detail: 'Check it and save again.', act: null },
  not_permitted: {
    title: 'The browser does not let Mailwarden reach your server',
    detail: 'Open the options, save the address of your server again, and allow the access.',
    act: open('options', 'Open options'),
  },
  reloaded: {
    title: 'Mailwarden was reloaded or updated',
    detail: 'Reload this tab to go on. Wait until Gmail says that the draft is saved; it is there again afterwards.',
    act: { does: 'reload', label: 'Reload this tab' },
  },
  already_taken: {
    title: 'This mail was handed over already',
    detail: 'It was not sent a second time. Discard this draft, or send it once more on purpose.',
    act: { does: 'discard', label: 'Discard the draft' },
  },
  has_files: {
    title: 'This mail has attachments or pictures',
    detail: 'Only Gmail can send those. Track it instead: then Gmail sends it with everything in it.',
    act: null,
  },
  is_reply: {
    title: 'This is a reply',
    detail: 'Gmail sends it, so that it stays in its conversation. Track it instead.',
    act: null,
  },
  not_sent: {
    title: 'Not sent',
    detail: 'Your draft is as it was. A copy stands under My Emails, with the reason.',
    act: retry,
  },
  no_recipients: { title: 'No recipients yet', detail: 'Add somebody to To, Cc or Bcc.', act: null },
  unreadable: {
    title: 'This compose window cannot be read',
    detail: 'Gmail may have changed. Nothing was sent; use Gmail’s own button.',
    act: null,
  },
  ready_again: {
    title: 'It works again',
    detail: 'Your draft is as you left it, and has not been sent yet.',
    act: retry,
  },
  changed_since: {
    title: 'It was handed over as it was',
    detail: 'You changed the draft meanwhile, so it stays open. What you changed was not sent.',
    act: { does: 'discard', label: 'Discard the draft' },
  },
  send_by_gmail: {
    title: 'Tracking is in the draft',
    detail: 'Press Gmail’s own Send button now.',
    act: null,
  },
};

const UNKNOWN: Words = { title: 'That did not work', detail: 'Your draft stays. Try again.', act: retry };

/** The detail that the server gave is kept word for word. */
export function trouble(code: string, detail?: string | null): Trouble {
  const words = WORDS[code] ?? UNKNOWN;
  return { code, title: words.title, detail: detail || words.detail, act: words.act };
}

/**
 * What is in the way of one mailbox. Where no mailbox works that is the news, and the cause of the one at hand is its
 * reason; else each mailbox speaks for itself.
 */
export function standing(whole: Trouble | null, own: Trouble | null): Trouble | null {
  if (whole?.code === 'no_active_integration' && own) return { ...whole, detail: own.detail, act: own.act };
  return whole ?? own;
}

export const isKnown = (code: string): boolean => code in WORDS;
