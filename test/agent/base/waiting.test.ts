/** What ends when its time is over. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Timeout, within } from '../../../agent/base/waiting.ts';

test('what is late says what could not be done, and after how long', async () => {
  using limit = new Timeout(1, undefined, 'price a census of main');
  await once(limit.signal, 'abort');
  const { name, message } = limit.signal.reason as DOMException;
  assert.deepEqual([name, message], ['TimeoutError', 'Cannot price a census of main: no answer within 1 ms']);
  await assert.rejects(within(1, 'read usage', new Promise(() => {})), {
    name: 'TimeoutError',
    message: 'Cannot read usage: no answer within 1 ms',
  });
});

test('a limit ends with the signal that it was given, for its reason', () => {
  const stop = new AbortController();
  using limit = new Timeout(60_000, stop.signal);
  stop.abort('over');
  assert.equal(limit.signal.reason, 'over');
});
