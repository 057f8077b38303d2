import { getDeliverabilityScoreOptions } from '@mailwarden/api-client/react-query';
import { numberFormat } from './formatters.ts';
import type { Score } from './types.ts';

export type Band = NonNullable<Score['band']>;
type Tone = 'success' | 'brand' | 'warning' | 'danger';

/** Changes with syncs and checks, some seconds after them. */
export const scoreOptions = (domain?: string) => ({
  ...getDeliverabilityScoreOptions({ query: { domain } }),
  refetchInterval: 60_000,
});

export const BAND_TONES: Record<Band, Tone> = {
  excellent: 'success',
  good: 'success',
  fair: 'warning',
  poor: 'danger',
  critical: 'danger',
};

/** As elsewhere on the pages: a sign as wide as the plus. */
const minus = (words: string) => words.replace('-', '−');

/** Points come in 1/100 and are shown to the last of them: what is written adds up. */
export function points(hundredths: number, locale?: string): string {
  return minus(numberFormat(locale, { maximumFractionDigits: 2 }).format(hundredths / 100));
}

/** "+2.4" and "−3": what a change would bring. */
export function gainText(hundredths: number, locale?: string): string {
  const options: Intl.NumberFormatOptions = { maximumFractionDigits: 2, signDisplay: 'exceptZero' };
  return minus(numberFormat(locale, options).format(hundredths / 100));
}
