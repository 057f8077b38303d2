import type { Tone } from '../../components/tones.ts';
import { money } from '../../lib/money.ts';
import { count, plural } from '../../lib/numbers.ts';
import { daysLeft } from '../../lib/standing-words.ts';
import type { Plan, PlanLimits, PlanUsage, Standing } from '../../lib/types.ts';

type Look = { tone: Tone; label: string };

const LOOKS: Record<Standing['status'], Look> = {
  trialing: { tone: 'brand', label: 'Trial' },
  active: { tone: 'success', label: 'Active' },
  past_due: { tone: 'warning', label: 'Payment failed' },
  canceling: { tone: 'warning', label: 'Ends soon' },
  inactive: { tone: 'danger', label: 'Inactive' },
};

export const lookOf = ({ status }: Standing): Look => LOOKS[status];

export const price = ({ amount, currency, interval }: Plan) => `${money(amount, currency)} a ${interval}`;

export const left = (until: string) => `${plural(daysLeft(until), 'day')} left`;

type Limit = { name: keyof PlanLimits; label: string; one: string; many: string };

export const LIMITS: Limit[] = [
  { name: 'connections', label: 'Connected accounts', one: 'connected account', many: 'connected accounts' },
  { name: 'mailboxes', label: 'Mailboxes', one: 'mailbox', many: 'mailboxes' },
  { name: 'members', label: 'Members and open invitations', one: 'member', many: 'members' },
  { name: 'messages_a_day', label: 'Messages a day', one: 'message a day', many: 'messages a day' },
];

/** Null: no limit. */
export const mostOf = (limits: PlanLimits, name: keyof PlanLimits) => limits[name] ?? null;

export function allows(limits: PlanLimits, { name, one, many }: Limit): string {
  const most = mostOf(limits, name);
  return most === null ? `Any number of ${many}` : plural(most, one, many);
}

/** What is in use beyond a plan's limits. It stays; only adding is refused. */
export function beyond(limits: PlanLimits, usage: PlanUsage | undefined): string[] {
  return LIMITS.flatMap(({ name, many }) => {
    const used = name === 'messages_a_day' ? undefined : usage?.[name];
    const most = mostOf(limits, name);
    return used !== undefined && most !== null && used > most ? [`${count(used)} of ${count(most)} ${many}`] : [];
  });
}
