/** The service worker: the only part that holds tokens and speaks to the network. It may end at any moment. */
import { troubleOf } from '../shared/failure.ts';
import type { Kind, Message, Reply } from '../shared/protocol.ts';
import { ANSWERS } from './answers.ts';
import { blockOwnPicture } from './blocking.ts';
import { allowed } from './guard.ts';
import { forgetTab, onPageChange } from './places.ts';
import { hold, lockStorage } from './store.ts';

const locked = lockStorage().then(blockOwnPicture);

async function answer<K extends Kind>(message: Message<K>, sender: chrome.runtime.MessageSender): Promise<Reply<K>> {
  await locked;
  return { ok: true, value: await ANSWERS[message.kind](message.ask, sender) };
}

async function refuse(error: unknown): Promise<Reply> {
  const trouble = troubleOf(error);
  const what = trouble.code === 'unexpected' ? String(error) : trouble.code;
  await hold('last_trouble', `${new Date().toISOString()} ${what.slice(0, 200)}`);
  return { ok: false, trouble };
}

chrome.runtime.onMessage.addListener((message, sender, reply: (value: Reply) => void) => {
  try {
    const asked = allowed(message, sender);
    if (asked === null) return false;
    void answer(asked, sender).catch(refuse).then(reply);
  } catch (error) {
    void refuse(error).then(reply);
  }
  return true; // the answer comes later
});

chrome.tabs.onUpdated.addListener((tab, change) => {
  if (change.url !== undefined) void locked.then(() => onPageChange(tab, change.url));
});
chrome.tabs.onRemoved.addListener((tab) => {
  void locked.then(() => forgetTab(tab));
});
