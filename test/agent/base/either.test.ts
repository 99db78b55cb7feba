/** A signal of several. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Either } from '../../../agent/base/either.ts';

test('it is aborted with the first, for its reason', () => {
  const [one, two] = [new AbortController(), new AbortController()];
  using either = new Either([one.signal, undefined, two.signal]);
  assert.equal(either.signal.aborted, false);
  two.abort('two');
  one.abort('one');
  assert.equal(either.signal.reason, 'two');
  using late = new Either([one.signal]);
  assert.equal(late.signal.reason, 'one');
});

test('it leaves nothing with what outlives it', () => {
  const long = new AbortController();
  {
    using either = new Either([long.signal]);
    either.signal.addEventListener('abort', () => {});
    assert.equal(getEventListeners(long.signal, 'abort').length, 1);
  }
  assert.equal(getEventListeners(long.signal, 'abort').length, 0);
});
