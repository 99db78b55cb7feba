import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsOf, readableInterval } from '../../../agent/probe/allocation-size.ts';

/** What V8 does: the size of a sample of one object. */
function sampleOf(size: number, intervalBytes: number): number {
  return size * Math.floor(1 / (1 - Math.exp(-size / intervalBytes)) + 0.5);
}

test('from the default interval, every object of up to 80 bytes is read back exactly', () => {
  const interval = readableInterval(512 * 1024);
  assert.equal(interval, 524_160);
  for (let size = 8; size <= 80; size += 8) {
    const sample = sampleOf(size, interval);
    assert.equal(objectsOf(sample, interval), sample / size);
  }
});

test('larger objects are read back to the same order of magnitude, the largest exactly', () => {
  const interval = readableInterval(512 * 1024);
  for (const size of [88, 136, 1000, 16_400]) {
    const sample = sampleOf(size, interval);
    const ratio = objectsOf(sample, interval) / (sample / size);
    assert.ok(ratio >= 1, `${size}: ${ratio}`);
  }
  assert.equal(objectsOf(sampleOf(160_016, interval), interval), 4);
  assert.equal(objectsOf(2_400_016, interval), 1);
});

test('an interval that V8 did not use gives one object a sample', () => {
  assert.equal(objectsOf(7, 524_160), 1);
  assert.equal(objectsOf(100_003, 524_160), 1);
});

test('a small interval is taken as it is', () => {
  assert.equal(readableInterval(4096), 4096);
  assert.equal(readableInterval(2 ** 20) % 20_160, 0);
});
