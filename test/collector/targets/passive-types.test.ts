/** Waiting for V8's own collection: what it gives, that it gives way, that it is told from a collection that never came. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PassiveTypes } from '../../../collector/targets/passive-types.ts';
import type { Ran } from '../../../collector/targets/prober.ts';

const RAN: Ran = { partitions: [], pauseMs: 12 };

/** A prober whose one reading ends when it is told to, or when it is stopped. */
function waiting() {
  let settle!: (ran: Ran | null) => void;
  const passiveTypes = (_: string, signal: AbortSignal) =>
    new Promise<Ran | null>((resolve) => {
      settle = resolve;
      signal.addEventListener('abort', () => resolve(null));
    });
  return { passive: new PassiveTypes({ passiveTypes }), settle: (ran: Ran | null) => settle(ran) };
}

test('gives what a collection has told, and null where none came', async () => {
  for (const ran of [RAN, null]) {
    const { passive, settle } = waiting();
    const watched = passive.watch('main');
    assert.equal(passive.isWatching, true);
    settle(ran);
    assert.equal(await watched, ran);
    assert.equal(passive.isWatching, false);
  }
});

test('gives way, and only then is the target left alone', async () => {
  const { passive } = waiting();
  const watched = passive.watch('main');
  await passive.stop();
  assert.equal(passive.isWatching, false);
  assert.equal(await watched, 'stopped');
  await passive.stop();
  const again = passive.watch('main');
  await passive.stop();
  assert.equal(await again, 'stopped');
});
