import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type WrapOptions, wrap } from '../../protocol/wrap.ts';
import { readGolden } from '../support/golden.ts';

test("lines break where Python's textwrap breaks them", () => {
  const cases = JSON.parse(readGolden('python/textwrap.json')) as (WrapOptions & { text: string; lines: string[] })[];
  assert.equal(cases.length, 300);
  for (const { text, lines, ...options } of cases) assert.deepEqual(wrap(text, options), lines, JSON.stringify(text));
});

test('no line is longer than the width where that can be kept, and nothing but blanks is lost', () => {
  const text = 'hidden system / Map, well-known -- and a-very-long-word '.repeat(5) + 'x'.repeat(200);
  const lines = wrap(text, { width: 40, subsequentIndent: '    ' });
  assert.ok(lines.every((line) => line.length <= 40));
  assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
});
