import { make, say } from '../shared/dom.ts';
import type { Mailbox, Overview } from '../shared/protocol.ts';
import { ask, button, byId, lineOf, showTrouble, signIn, signOut } from './asking.ts';

async function show(): Promise<void> {
  const found = await ask('overview', null);
  say(byId('line'), lineOf(found));
  showTrouble(found.trouble, () => void show());
  showAccount(found);
  showMailboxes(found.status?.mailboxes ?? []);
  byId('buttons').replaceChildren(...buttons(found));
}

function showAccount({ account, settings }: Overview): void {
  byId('account').hidden = account === null;
  say(byId('who'), account ? `${account.name}, ${account.organization}` : '');
  say(byId('where'), `${account?.email ?? ''} at ${new URL(settings.server).host}`);
}

function showMailboxes(mailboxes: Mailbox[]): void {
  byId('mailboxes').hidden = mailboxes.length === 0;
  const items = mailboxes.map((one) => make('li', { text: `${one.label}: ${one.trouble?.title ?? 'ready'}` }));
  byId('mailbox-list').replaceChildren(...items);
}

function buttons(found: Overview): HTMLButtonElement[] {
  const again = () => void show();
  const open = button('Open Mailwarden', () => void ask('page_open', { place: 'home' }));
  const options = button('Options', () => void ask('page_open', { place: 'options' }));
  if (found.account) return [open, options, button('Sign out', () => void signOut(again))];
  const offersIt = found.trouble?.act?.does === 'sign_in';
  return offersIt ? [options] : [button('Sign in', () => void signIn(again), true), options];
}

void show();
