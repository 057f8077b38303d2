// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Mailbox, Status } from '../shared/protocol.ts';
import { trouble } from '../shared/words.ts';
import { chosenOf, inTheWay, lineOf, shownResult } from './choosing.ts';

const mailbox = (id: string, given: Partial<Mailbox> = {}): Mailbox => ({
  id,
  address: `${id}@example.com`,
  label: id,
  usable: true,
  trouble: null,
  ...given,
});
const status = (...mailboxes: Mailbox[]): Status => ({ at: 1, usable: true, trouble: null, mailboxes, others: [] });
const [ann, bob] = [mailbox('ann'), mailbox('bob')];
const broken = trouble('connection_inactive', 'Google no longer accepts it. Reconnect it first.');

describe('the mailbox', () => {
  const news = { status: status(ann, bob), trouble: null };
  test('is the one of Gmail’s address', () => expect(chosenOf(news, null, 'bob@example.com')).toBe(bob));
  test('or what a person chose', () => expect(chosenOf(news, 'ann', 'bob@example.com')).toBe(ann));
  test('and never another by guess', () => expect(chosenOf(news, null, 'eve@example.com')).toBeNull());
  test('also where a choice is gone', () => expect(chosenOf(news, 'gone', null)).toBeNull());
});

describe('in the way', () => {
  test('is nothing while nothing is known, and then nothing is ready either', () => {
    const news = { status: null, trouble: null };
    expect(inTheWay(news, null, null)).toBeNull();
    expect(lineOf(news, null, null)).toBe('Checking…');
  });

  test('is the mailbox at hand where others work', () => {
    const ill = mailbox('ann', { usable: false, trouble: broken });
    expect(inTheWay({ status: status(ill, bob), trouble: null }, ill, ann.address)).toBe(broken);
  });

  test('is that none works where none does, with the reason of the one at hand', () => {
    const ill = mailbox('ann', { usable: false, trouble: broken });
    const none = trouble('no_active_integration', 'No active integration can send.');
    const found = inTheWay({ status: { ...status(ill), trouble: none }, trouble: none }, ill, ann.address);
    expect(found).toMatchObject({ code: 'no_active_integration', title: none.title, detail: broken.detail });
  });

  test('is the plan before all else', () => {
    const ended = trouble('subscription_inactive');
    const ill = mailbox('ann', { usable: false, trouble: broken });
    expect(inTheWay({ status: status(ill), trouble: ended }, ill, ann.address)).toBe(ended);
  });

  test('is an address that nobody connected', () => {
    const found = inTheWay({ status: status(ann), trouble: null }, null, 'eve@example.com');
    expect(found).toMatchObject({ code: 'not_connected', detail: expect.stringContaining('eve@example.com') });
  });
});

describe('a colleague’s mailbox', () => {
  const role = trouble('role_required', 'This is somebody else’s mailbox.');
  const eve = mailbox('eve', { usable: false, trouble: role });
  const known = { ...status(ann), others: [eve] };

  test('is told as such where Gmail sends from it, also where nothing else works', () => {
    expect(inTheWay({ status: known, trouble: null }, null, eve.address)).toBe(role);
    const none = trouble('no_active_integration');
    expect(inTheWay({ status: { ...known, trouble: none }, trouble: none }, null, eve.address)).toBe(role);
  });

  test('does not matter to who sends from their own', () =>
    expect(inTheWay({ status: known, trouble: null }, ann, eve.address)).toBeNull());

  test('comes after the plan', () => {
    const ended = trouble('subscription_inactive');
    expect(inTheWay({ status: { ...known, trouble: ended }, trouble: ended }, null, eve.address)).toBe(ended);
  });
});

describe('what became of a try', () => {
  test('stays while its cause lasts', () => expect(shownResult(broken, broken, status(ann))).toBe(broken));
  test('is told to be over once the status says so', () =>
    expect(shownResult(broken, null, status(ann))?.code).toBe('ready_again'));
  test('stays where the status has no say in it', () => {
    const suppressed = trouble('suppressed');
    expect(shownResult(suppressed, null, status(ann))).toBe(suppressed);
  });
});
