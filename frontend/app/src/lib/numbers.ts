import { numberFormat } from './formatters.ts';

/** A figure we do not hold is a dash; a rate without a base is n/a (F4). */
export function count(value: number | null | undefined, locale?: string): string {
  return value === null || value === undefined ? '–' : numberFormat(locale, {}).format(value);
}

export function percent(rate: number | null | undefined, locale?: string): string {
  if (rate === null || rate === undefined) return 'n/a';
  const digits = rate !== 0 && Math.abs(rate) < 0.01 ? 2 : 1;
  const options: Intl.NumberFormatOptions = { style: 'percent', maximumFractionDigits: digits };
  return numberFormat(locale, options).format(rate);
}

export function plural(n: number, one: string, many = `${one}s`, locale?: string): string {
  return `${count(n, locale)} ${new Intl.PluralRules(locale ?? 'en').select(n) === 'one' ? one : many}`;
}

type Bounces = { bounced: number | null; hard_bounced: number | null; soft_bounced: number | null };

/** "30 hard", "20 soft"; nothing, where the provider does not tell them apart. Of several providers one may not. */
export function bounceKinds({ bounced, hard_bounced: hard, soft_bounced: soft }: Bounces): string[] {
  if (hard === null && soft === null) return [];
  const rest = (bounced ?? 0) - (hard ?? 0) - (soft ?? 0);
  return [`${count(hard)} hard`, `${count(soft)} soft`, ...(rest > 0 ? [`${count(rest)} not told apart`] : [])];
}
