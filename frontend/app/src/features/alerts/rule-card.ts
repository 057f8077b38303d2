import { numberFormat } from '../../lib/formatters.ts';
import { count, plural } from '../../lib/numbers.ts';
import type { Alert, AlertRule } from '../../lib/types.ts';

/** What an alert of a rule is made of, as it stood then; the same stands in the notice of its end. */
export type RuleCard = {
  rule: AlertRule['kind'];
  rule_label: string;
  subject: string;
  value: number | null;
  baseline: number | null;
  baseline_is: string;
  volume: number | null;
  threshold: number;
  unit: AlertRule['unit'];
  minimum_volume: number | null;
  opened_at: string;
  ended_at?: string;
  ended_by?: 'recovered' | 'settled';
};

export function ruleCardOf({ card }: Alert): RuleCard | null {
  const told = card as Partial<RuleCard> | null;
  return told?.rule && told.unit && typeof told.threshold === 'number' ? (told as RuleCard) : null;
}

const decimal = (value: number, digits: number) =>
  numberFormat(undefined, { maximumFractionDigits: digits }).format(value);
const rate = (value: number) => numberFormat(undefined, { style: 'percent', maximumFractionDigits: 3 }).format(value);

/** A value or a baseline: rates are of 1, scores are points. */
export function measured(value: number | null, unit: RuleCard['unit']): string | null {
  if (value === null) return null;
  const words: Record<RuleCard['unit'], () => string | null> = {
    percent: () => plural(Number(value.toFixed(1)), 'point'),
    percentage_points: () => rate(value),
    hours: () => plural(Math.round(value), 'hour'),
    runs_in_a_row: () => `${count(value)} failed in a row`,
    tier: () => null,
  };
  return words[unit]();
}

const TIERS = ['tier A', 'tiers A and B', 'tiers A to C', 'tiers A to D'];

/** From when on the rule alerts, with its unit. */
export function thresholdWords({ threshold, unit }: RuleCard): string {
  const words: Record<RuleCard['unit'], () => string> = {
    percent: () => `${decimal(threshold, 3)} % below the baseline`,
    percentage_points: () => `${decimal(threshold, 3)} percentage points above the baseline`,
    hours: () => plural(threshold, 'hour'),
    runs_in_a_row: () => `${count(threshold)} in a row`,
    tier: () => `lists of ${TIERS[threshold - 1] ?? 'all tiers'}`,
  };
  return words[unit]();
}
