import { LINE_COLORS } from '../../lib/chart-rows.ts';
import { count, percent } from '../../lib/numbers.ts';
import type { Figures, Point } from '../../lib/types.ts';

type Name = keyof Pick<
  Figures,
  | 'sent'
  | 'delivered'
  | 'opened'
  | 'clicked'
  | 'bounced'
  | 'complaints'
  | 'unsubscribes'
  | 'delivery_rate'
  | 'open_rate'
  | 'click_rate'
  | 'bounce_rate'
>;
export type View = 'reach' | 'trouble' | 'rates';

export const VIEWS: { value: View; label: string }[] = [
  { value: 'reach', label: 'Reach' },
  { value: 'trouble', label: 'Trouble' },
  { value: 'rates', label: 'Rates' },
];

const LINES: Record<View, [Name, string][]> = {
  reach: [
    ['sent', 'Sent'],
    ['delivered', 'Delivered'],
    ['opened', 'Opened'],
    ['clicked', 'Clicked'],
  ],
  trouble: [
    ['bounced', 'Bounced'],
    ['complaints', 'Complaints'],
    ['unsubscribes', 'Unsubscribes'],
  ],
  rates: [
    ['delivery_rate', 'Delivered of sent'],
    ['open_rate', 'Opened of delivered'],
    ['click_rate', 'Clicked of delivered'],
    ['bounce_rate', 'Bounced of sent'],
  ],
};

export const formatOf = (view: View) => (view === 'rates' ? percent : count);

/** A day on which nothing was sent has no value: a line there would tell of a zero that nobody measured. */
export const linesOf = (view: View, points: Point[]) =>
  LINES[view].map(([key, label], index) => ({
    key,
    label,
    color: LINE_COLORS[index] ?? LINE_COLORS[0],
    values: points.map((point) => (point.campaigns > 0 ? point.figures[key] : null)),
  }));
