import { expect, test } from 'vitest';
import { blocksOf, spansOf } from './markdown.ts';

test('a page is headings, paragraphs, lists and tables', () => {
  const page =
    '## First\n\nSome words\nof one kind.\n\n1. One\n2. Two\n\n- A\n- B\n\n| a | b |\n|---|---|\n| 1 | 2 |\n';
  expect(blocksOf(page)).toEqual([
    { kind: 'heading', text: 'First' },
    { kind: 'text', text: 'Some words of one kind.' },
    { kind: 'list', ordered: true, items: ['One', 'Two'] },
    { kind: 'list', ordered: false, items: ['A', 'B'] },
    { kind: 'table', head: ['a', 'b'], rows: [['1', '2']] },
  ]);
});

test('words are bold, code or links; what leads nowhere good stays words', () => {
  expect(spansOf('a **b** `c` [d](/docs) [e](javascript:x) [f](//evil.example)')).toEqual([
    { kind: 'plain', text: 'a ' },
    { kind: 'bold', text: 'b' },
    { kind: 'plain', text: ' ' },
    { kind: 'code', text: 'c' },
    { kind: 'plain', text: ' ' },
    { kind: 'link', text: 'd', href: '/docs' },
    { kind: 'plain', text: ' ' },
    { kind: 'plain', text: 'e' },
    { kind: 'plain', text: ' ' },
    { kind: 'plain', text: 'f' },
  ]);
});
