import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threeDigits, wholePercent } from '../../protocol/numerals.ts';
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
