import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Repeats } from '../../../collector/targets/repeats.ts';

const HOUR_MS = 3_600_000;

test('the same failure is said once, again when its reason changes, and once an hour with how often it was', () => {
  let nowMs = 0;
  const repeats = new Repeats(() => nowMs);
  const said = (reason: string) => repeats.times('types main', reason);
  assert.deepEqual([said('a'), said('a'), said('a')], [1, null, null]);
  assert.equal(repeats.times('census main', 'a'), 1);
  assert.deepEqual([said('b'), said('b'), said('a')], [1, null, 1]);
  nowMs = HOUR_MS - 1;
  assert.deepEqual([said('a'), said('a')], [null, null]);
  nowMs = HOUR_MS;
  assert.deepEqual([said('a'), said('a')], [3, null]);
});

test('a failure after a success is news', () => {
  const repeats = new Repeats(() => 0);
  assert.equal(repeats.times('types main', 'a'), 1);
  repeats.over('types main');
  assert.equal(repeats.times('types main', 'a'), 1);
});
