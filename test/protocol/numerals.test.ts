import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenthPercent, threeDigits, wholePercent } from '../../protocol/numerals.ts';
import { readGolden } from '../support/golden.ts';

test("three digits are C's %.3g", () => {
  const cases = JSON.parse(readGolden('python/numerals.json')) as { value: number; threeDigits: string }[];
  assert.ok(cases.length > 200);
  for (const { value, threeDigits: expected } of cases) assert.equal(threeDigits(value), expected, String(value));
});

test("whole percents are C's %.0f: halves go to the even number", () => {
  const cases = JSON.parse(readGolden('python/percents.json')) as { part: number; total: number; percent: number }[];
  assert.ok(cases.length > 150);
  for (const { part, total, percent } of cases) assert.equal(wholePercent(part, total), percent, `${part} of ${total}`);
  assert.equal(wholePercent(0, 0), 0);
});

test("tenths of percents are C's %.1f: halves go to the even digit", () => {
  const cases: [part: number, total: number, text: string][] = [
    [49, 400, '12.2'],
    [51, 400, '12.8'],
    [1, 400, '0.2'],
    [3, 400, '0.8'],
    [424, 941, '45.1'],
    [72, 941, '7.7'],
    [1, 3, '33.3'],
    [7, 7, '100.0'],
    [0, 0, '0.0'],
  ];
  for (const [part, total, text] of cases) assert.equal(tenthPercent(part, total), text, `${part} of ${total}`);
});
