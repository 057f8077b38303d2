import { count, percent, plural } from '../../lib/numbers.ts';
import type { Compared, DifferenceKind, DifferencePart, Reconciliation } from '../../lib/types.ts';

type Verdict = Compared['verdict'];
type Advice = { title: string; what: string };

const METRICS: Record<string, string> = {
  sent: 'Sent',
  delivered: 'Delivered',
  opened: 'Opened',
  clicked: 'Clicked',
  bounced: 'Bounced',
  complaints: 'Complaints',
  unsubscribes: 'Unsubscribes',
};

export const metricWords = (metric: string) => METRICS[metric] ?? metric;

export const VERDICTS: Record<Verdict, string> = {
  normal: 'normal',
  watch: 'watch',
  alarm: 'alarm',
  unknown: 'nothing to compare',
};

export const KINDS: Record<DifferenceKind, Advice> = {
  time_zone: {
    title: 'Time zones',
    what: 'Sent on a day of the range in one of the two time zones only. Nothing is missing.',
  },
  late_events: {
    title: 'Sync timing',
    what: 'Happened at the provider after our last reading. The next syncs bring it.',
  },
  definition: { title: 'Metric definitions', what: 'Both count in another way. Nothing is missing.' },
  rounding: { title: 'Rounding', what: 'No more than what rounding of the provider’s numbers explains.' },
  missing_page: {
    title: 'Campaigns not read',
    what: 'The provider counts campaigns that our syncs were not given, or were given without figures.',
  },
  unexplained: { title: 'Unexplained', what: 'No cause that we know explains it.' },
};

/** F7 to F9: what the worst of the differences means, and what to do about it. */
export function adviceOf(found: Reconciliation, providerLabel: string): Advice {
  const worst = found.metrics.find(({ metric }) => metric === found.metric);
  switch (found.verdict) {
    case 'normal':
      return {
        title: 'The figures agree',
        what: `A difference of up to 3% (or 3 in number) against ${providerLabel} is normal: time zones, sync timing, rounding and metric definitions differ. There is nothing to do.`,
      };
    case 'watch':
      return {
        title: 'A difference to watch',
        what: `Between 3% and 5%${of(worst)}. Often the next syncs close it; look again tomorrow. If it grows beyond 5%, check the sync settings.`,
      };
    case 'alarm':
      return {
        title: `More than 5% apart${of(worst)}`,
        what:
          worst?.needs_care === false
            ? HARMLESS
            : `${cause(found.part)}Check the sync settings of this account, or contact support.`,
      };
    default:
      return { title: 'Nothing to compare', what: `${providerLabel} tells no totals of these days.` };
  }
}

const HARMLESS = 'Most of it comes from time zones, definitions or rounding, so nothing of ours is missing or wrong.';
const of = (worst: Compared | undefined) => (worst ? ` (${metricWords(worst.metric).toLowerCase()})` : '');
const cause = (part: DifferenceKind | null) => (part ? `Most of it: ${KINDS[part].title.toLowerCase()}. ` : '');

/** "−600 (6%)": ours − theirs. */
export function differenceWords({ difference, relative }: Compared): string {
  const share = relative === null ? '' : ` (${percent(relative)})`;
  return `${signed(difference)}${difference === 0 ? '' : share}`;
}

export const signed = (n: number) => (n > 0 ? `+${count(n)}` : n < 0 ? `−${count(-n)}` : '0');

export const partWords = ({ part, amount, campaigns }: DifferencePart) =>
  `${KINDS[part].title}: ${signed(amount)}${campaigns > 0 ? `, of ${plural(campaigns, 'campaign')}` : ''}`;
