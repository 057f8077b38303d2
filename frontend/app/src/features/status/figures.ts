import { numberFormat } from '../../lib/formatters.ts';
import { duration } from '../../lib/time.ts';
import type { Measured } from '../../lib/types.ts';

export const NOT_ENOUGH = 'Not enough data';

/** A share on fewer cases than this says little, and the page says so. */
export const FEW = 20;

/** Rounded down, so that 99.996 % never reads as a perfect record. */
export function shareText(share: number | null, locale?: string): string {
  if (share === null) return NOT_ENOUGH;
  const floored = Math.floor(share * 10_000 + 1e-9) / 10_000;
  return numberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(floored);
}

export const secondsText = (seconds: number | null) => (seconds === null ? '–' : duration(seconds * 1000));

type Times = { p50: number; p99: number };

/** Of the slowest provider: an average over providers would hide it. */
export function slowest({ providers }: Measured): Times | null {
  const p50 = providers.flatMap((one) => one.detection_p50_s ?? []);
  const p99 = providers.flatMap((one) => one.detection_p99_s ?? []);
  return p50.length > 0 && p99.length > 0 ? { p50: Math.max(...p50), p99: Math.max(...p99) } : null;
}

/** Refused ones are grants that ended; they are told apart and do not count as tries of ours. */
export function refreshCalls({ providers }: Measured): { tries: number; refused: number } {
  const refused = providers.reduce((total, one) => total + one.refused, 0);
  return { refused, tries: providers.reduce((total, one) => total + one.refreshes, 0) - refused };
}
