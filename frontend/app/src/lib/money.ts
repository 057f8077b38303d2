import { numberFormat } from './formatters.ts';

/** `amount` is in the currency's smallest unit, which is not a hundredth everywhere. */
export function money(amount: number, currency: string, locale?: string): string {
  const format = numberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const whole = numberFormat(locale, { style: 'currency', currency, minimumFractionDigits: 0 });
  const value = amount / 10 ** digits;
  return (Number.isInteger(value) ? whole : format).format(value);
}
