import { dateFormat, relativeFormat } from './formatters.ts';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 min ago", "in 4 min", "just now". Short, because it stands beside every status. */
export function relative(iso: string, now = Date.now(), locale?: string): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) < length) continue;
    const style = length < 86_400 ? 'short' : 'long';
    return relativeFormat(locale, { numeric: 'auto', style }).format(Math.trunc(seconds / length), unit);
  }
  return seconds > 5 ? 'in under a minute' : 'just now';
}

export function absolute(iso: string, timeZone?: string, locale?: string): string {
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone: timeZone ?? undefined,
  };
  return dateFormat(locale, options).format(new Date(iso));
}

export function shortDate(iso: string, timeZone?: string, locale?: string): string {
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric', timeZone };
  return dateFormat(locale, options).format(new Date(iso));
}

export function shortDateTime(iso: string, timeZone?: string, locale?: string): string {
  const options: Intl.DateTimeFormatOptions = {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  };
  return dateFormat(locale, options).format(new Date(iso));
}

export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "Europe/Madrid (GMT+1)": the zone's name says where, the offset says what it means today. */
export function zoneLabel(timeZone: string, at = new Date()): string {
  const parts = dateFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(at);
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const name = timeZone.replaceAll('_', ' ');
  return offset && offset !== name ? `${name} (${offset})` : name;
}

/** The instant at which a calendar day begins in a zone; two passes settle days with a clock change. */
export const dayStart = (day: string, timeZone: string): string => instantOf(`${day}T00:00`, timeZone);

/** The instant at which clocks in a zone show a time such as 2026-11-30T09:00. */
export function instantOf(local: string, timeZone: string): string {
  const wall = Date.parse(`${local}Z`);
  let instant = wall;
  for (let pass = 0; pass < 2; pass += 1) instant = wall - offsetMs(instant, timeZone);
  return new Date(instant).toISOString();
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** The calendar day on which an instant falls in a zone, as YYYY-MM-DD. */
export function dayOf(instant: number, timeZone: string): string {
  return dateFormat('en-CA', { timeZone }).format(new Date(instant));
}

function offsetMs(instant: number, timeZone: string): number {
  const format = dateFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(new Date(instant)).map((p) => [p.type, Number(p.value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}
