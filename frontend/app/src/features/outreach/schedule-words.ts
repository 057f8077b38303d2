import { zoneLabel } from '../../lib/time.ts';
import type { OutreachCampaign } from '../../lib/types.ts';

type Schedule = OutreachCampaign['schedule'];

export const DAYS: { value: Schedule['days'][number]; label: string }[] = [
  { value: 'mon', label: 'Mon' },
  { value: 'tue', label: 'Tue' },
  { value: 'wed', label: 'Wed' },
  { value: 'thu', label: 'Thu' },
  { value: 'fri', label: 'Fri' },
  { value: 'sat', label: 'Sat' },
  { value: 'sun', label: 'Sun' },
];

const WHOSE: Record<string, string> = {
  recipient: 'in each recipient’s own time zone',
  organization: 'in the organization’s time zone',
};

export function scheduleWords({ days, from, until, zone }: Schedule): string {
  const on = days.length === 7 ? 'Every day' : DAYS.filter((day) => days.includes(day.value)).map((d) => d.label);
  const when = Array.isArray(on) ? on.join(', ') : on;
  return `${when}, ${from}–${until} ${WHOSE[zone] ?? `in ${zoneLabel(zone)}`}.`;
}
