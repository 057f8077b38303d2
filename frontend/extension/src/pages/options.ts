import { make, say } from '../shared/dom.ts';
import { troubleOf } from '../shared/failure.ts';
import type { Overview, Settings } from '../shared/protocol.ts';
import { patternOf, tidyServer } from '../shared/server.ts';
import { ask, button, byId, lineOf, showTrouble, signIn, signOut } from './asking.ts';

const server = byId<HTMLInputElement>('server');
const device = byId<HTMLInputElement>('device');

async function show(): Promise<void> {
  const found = await ask('overview', null);
  const { account } = found;
  const who = account ? `${account.name} (${account.email}), ${account.organization}. ` : '';
  say(byId('line'), who + lineOf(found));
  showTrouble(found.trouble, () => void show());
  byId('buttons').replaceChildren(...buttons(found));
  fill(found.settings);
}

/** Never over what somebody types. */
function fill(settings: Settings): void {
  if (document.activeElement !== server) server.value = settings.server;
  if (document.activeElement !== device) device.value = settings.device;
}

function buttons(found: Overview): HTMLButtonElement[] {
  const again = () => void show();
  if (!found.account) return [button('Sign in', () => void signIn(again), true)];
  const devices = button('Your devices', () => void ask('page_open', { place: 'devices' }));
  return [devices, button('Sign out', () => void signOut(again))];
}

async function save(): Promise<void> {
  const address = tidyServer(server.value);
  server.setAttribute('aria-invalid', String(address === null));
  if (address === null) {
    server.focus();
    return say(byId('saved'), 'This is no address of a server. Type one such as https://mail.example.com.');
  }
  say(byId('saved'), 'Asking the server…');
  say(byId('saved'), await tried(address));
  await show();
}

/** The browser asks people only right after a click, so before anything else. */
async function tried(address: string): Promise<string> {
  try {
    const granted = await chrome.permissions.request({ origins: [patternOf(address)] });
    if (!granted) return 'Not saved: the browser was not allowed to reach this server.';
    const kept = await ask('save', { server: address, device: device.value });
    server.value = kept.server;
    return 'Saved.';
  } catch (error) {
    return `Not saved. ${troubleOf(error).detail}`;
  }
}

async function diagnose(): Promise<string> {
  const found = await ask('diagnose', null);
  const rows = found.flatMap((one) => [make('dt', { text: one.title }), make('dd', { text: one.value })]);
  byId('diagnosis').replaceChildren(...rows);
  return found.map((one) => `${one.title}: ${one.value}`).join('\n');
}

let report = '';
const look = async () => {
  report = await diagnose();
};
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void save();
});
byId('copy').addEventListener('click', () => {
  void navigator.clipboard.writeText(report).then(
    () => say(byId('copied'), 'Copied.'),
    () => say(byId('copied'), 'The browser did not let it be copied. Select it by hand.'),
  );
});
byId('again').addEventListener('click', () => void look());
void show();
void look();
