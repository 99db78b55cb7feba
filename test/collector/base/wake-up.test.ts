import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WakeUp } from '../../../collector/base/wake-up.ts';

describe('bell', () => {
  it('ends the wait that is going on', async () => {
    const bell = new WakeUp();
    const waiting = bell.wait(Number.POSITIVE_INFINITY);
    bell.wake();
    await waiting;
  });

  it('ends the next wait at once if nobody waits, and only that one', async () => {
    const bell = new WakeUp();
    bell.wake();
    bell.wake();
    await bell.wait(Number.POSITIVE_INFINITY);
    let ended = false;
    const second = bell.wait(Number.POSITIVE_INFINITY).then(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    bell.wake();
    await second;
  });

  it('ends by itself after its time, also a time that no timer can hold', async () => {
    const bell = new WakeUp();
    await bell.wait(1);
    await bell.wait(0);
    const long = bell.wait(2 ** 40);
    bell.wake();
    await long;
  });
});
