/** What is done in place of a probe that is too dear: by this target's prices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instead } from '../../../agent/price/advice.ts';
import type { Probe } from '../../../protocol/partition.ts';

const priced = (probe: Probe, pauseMs: number) => ({ probe, price: { pauseMs } });
const SNAPSHOT = priced('snapshot', 1_000);
const fits = () => true;

test('the one that tells most of those that are worth it', () => {
  const others = [priced('types', 50), priced('census', 200), priced('usage', 0)];
  assert.equal(instead(SNAPSHOT, others, fits)?.probe, 'census');
  assert.equal(instead(SNAPSHOT, others, ({ probe }) => probe !== 'census')?.probe, 'types');
  assert.equal(instead(priced('census', 200), others, fits)?.probe, 'types');
});

test('a census of a thousand contexts costs more than the snapshot, and is not advised', () => {
  assert.equal(instead(SNAPSHOT, [priced('census', 3_700), priced('types', 90)], fits)?.probe, 'types');
});

test('nothing where nothing else fits, or is known', () => {
  assert.equal(
    instead(SNAPSHOT, [priced('census', 600), priced('types', 90)], () => false),
    undefined,
  );
  assert.equal(instead(SNAPSHOT, [], fits), undefined);
  assert.equal(instead(priced('types', 90), [priced('usage', 0)], fits), undefined);
});
