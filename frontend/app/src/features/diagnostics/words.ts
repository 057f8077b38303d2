import type { Tone } from '../../components/tones.ts';
import type { CallbackEntry, ConnectionRecord } from '../../lib/types.ts';

type Word = { label: string; tone: Tone };

export const CALLBACK_RESULTS: Record<CallbackEntry['result'], Word> = {
  success: { label: 'Success', tone: 'success' },
  failure: { label: 'Failure', tone: 'danger' },
  waiting: { label: 'Waiting', tone: 'gray' },
};

export const CONNECTION_STATUSES: Record<ConnectionRecord['status'], string> = {
  connected: 'Connected',
  verifying: 'Checking…',
  inactive: 'Inactive',
  connecting: 'Connecting…',
  disconnected: 'Disconnected',
};

export const REFRESH_OUTCOMES = {
  refreshed: { label: 'Refreshed', tone: 'success' },
  refused: { label: 'Refused', tone: 'danger' },
  unavailable: { label: 'No usable answer', tone: 'warning' },
  rate_limited: { label: 'Told to wait', tone: 'warning' },
  misconfigured: { label: 'Our app was refused', tone: 'danger' },
  superseded: { label: 'Already done elsewhere', tone: 'gray' },
  orphaned: { label: 'Refreshed, kept after a stop', tone: 'success' },
} as const satisfies Record<string, Word>;

/** What we did about a provider's message, for one account. */
export const HOOK_OUTCOMES: Record<string, string> = {
  suspicion: 'Checked at once',
  probe: 'Checked',
  sync: 'Synced',
  refresh: 'Token refreshed',
  coalesced: 'Joined to a look already planned',
  old_news: 'Known already',
  later: 'Left to the chosen schedule',
  not_connected: 'Account not connected',
  test: 'Only a test',
  unreadable: 'Could not be read',
};

/** The API may learn outcomes that this page does not know yet: they are shown as they come. */
export function refreshWord(outcome: string): Word {
  const words: Record<string, Word> = REFRESH_OUTCOMES;
  return words[outcome] ?? plain(outcome);
}

export const plain = (word: string): Word => ({ label: spell(word), tone: 'gray' });

/** "refresh_refused" → "Refresh refused" */
export function spell(word: string): string {
  const spaced = word.replaceAll(/[_.]/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
