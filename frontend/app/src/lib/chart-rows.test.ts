import { expect, test } from 'vitest';
import { isAlone, rowsOf, softKey, spansOf } from './chart-rows.ts';

const drawn = (values: (number | null)[], soft: boolean[]) => {
  const rows = rowsOf([{ key: 'sent', color: '#000', values }], soft);
  return { firm: rows.map((row) => row['sent']), dashed: rows.map((row) => row[softKey('sent')]) };
};

test('a line is dashed where an end of a stroke may still change, and a gap stays one', () => {
  const soft = [false, false, false, false, false, true];
  expect(drawn([1, 2, null, 4, 5, 6], soft)).toEqual({
    firm: [1, 2, null, 4, 5, null],
    dashed: [null, null, null, null, 5, 6],
  });
});

test('ground is shaded from the first to the last of what moves', () => {
  expect(spansOf([true, false, true, true])).toEqual([
    { from: 0, to: 0 },
    { from: 2, to: 3 },
  ]);
});

test('a point that no line leads to is known as such', () => {
  expect([0, 2, 3].map((at) => isAlone([1, null, 3, 4], at))).toEqual([true, false, false]);
});
