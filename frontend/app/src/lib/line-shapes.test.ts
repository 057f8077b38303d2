import { expect, test } from 'vitest';
import { niceTop, runsOf, spread } from './line-shapes.ts';

test('a line breaks at a gap, and is dashed where an end of it may still change', () => {
  const soft = [false, false, false, false, false, true];
  expect(runsOf([1, 2, null, 4, 5, 6], soft)).toEqual([
    { from: 0, to: 1, dashed: false },
    { from: 3, to: 4, dashed: false },
    { from: 4, to: 5, dashed: true },
  ]);
  expect(runsOf([null, 3, null], [false, false, false])).toEqual([]);
});

test.each([
  [0, 1],
  [0.03, 0.04],
  [7, 8],
  [1_217, 2_000],
])('the scale of up to %d ends at %d', (highest, top) => expect(niceTop(highest)).toBeCloseTo(top));

test('names along the edge are never more than fit', () => {
  expect(spread(3, 6)).toEqual([0, 1, 2]);
  expect(spread(90, 4)).toEqual([0, 30, 59, 89]);
});
