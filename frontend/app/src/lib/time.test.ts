import { expect, test } from 'vitest';
import { dayOf, dayStart, duration, instantOf, nextDay, relative, zoneLabel } from './time.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

test.each([
  ['2026-11-22T11:57:00Z', '3 min ago'],
  ['2026-11-22T12:04:10Z', 'in 4 min'],
  ['2026-11-22T11:59:40Z', 'just now'],
  ['2026-11-22T12:00:40Z', 'in under a minute'],
  ['2026-11-21T11:00:00Z', 'yesterday'],
  ['2026-10-10T12:00:00Z', 'last month'],
])('%s is %s', (iso, text) => {
  expect(relative(iso, NOW, 'en').replace('min.', 'min')).toBe(text);
});

test('a day begins where the organization is, also on the days when clocks change', () => {
  expect(dayStart('2026-11-22', 'Europe/Madrid')).toBe('2026-11-21T23:00:00.000Z');
  expect(dayStart('2026-10-25', 'Europe/Madrid')).toBe('2026-10-24T22:00:00.000Z');
  expect(dayStart('2026-10-26', 'Europe/Madrid')).toBe('2026-10-25T23:00:00.000Z');
  expect(dayStart('2026-03-08', 'America/New_York')).toBe('2026-03-08T05:00:00.000Z');
  expect(dayStart('2026-03-09', 'America/New_York')).toBe('2026-03-09T04:00:00.000Z');
});

test('a time on the wall is an instant of its zone', () => {
  expect(instantOf('2026-11-30T09:00', 'Europe/Madrid')).toBe('2026-11-30T08:00:00.000Z');
  expect(instantOf('2026-07-01T09:30', 'America/New_York')).toBe('2026-07-01T13:30:00.000Z');
});

test('the calendar day of an instant depends on the zone', () => {
  const late = Date.parse('2026-11-22T23:30:00Z');
  expect(dayOf(late, 'UTC')).toBe('2026-11-22');
  expect(dayOf(late, 'Asia/Tokyo')).toBe('2026-11-23');
  expect(nextDay('2026-12-31')).toBe('2027-01-01');
});

test('durations read as people say them', () => {
  expect(duration(null)).toBe('–');
  expect(duration(420)).toBe('420 ms');
  expect(duration(4_210)).toBe('4.2 s');
  expect(duration(73_000)).toBe('1 min 13 s');
  expect(duration(3_900_000)).toBe('1 h 5 min');
});

test('a zone says its name and its offset', () => {
  expect(zoneLabel('Europe/Madrid', new Date(NOW))).toBe('Europe/Madrid (GMT+1)');
  expect(zoneLabel('America/New_York', new Date(NOW))).toBe('America/New York (GMT-5)');
});
