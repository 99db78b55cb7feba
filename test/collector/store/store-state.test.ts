/** The states of a stored log's file, one transition after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreFault } from '../../../collector/log/store-health.ts';
import { StoreError } from '../../../collector/store/store-error.ts';
import {
  afterFailure,
  afterOpening,
  afterSaving,
  failureOf,
  type Reading,
  readingOf,
  type StoreState,
} from '../../../collector/store/store-state.ts';

// states hold a reading and never look into it
const [first, second] = [{}, {}] as [Reading, Reading];
const fault = (which: StoreFault) => new StoreError(which, which);

test('a store that works fails, is found damaged, is replaced, and works again', () => {
  let state: StoreState = { is: 'storing', reading: first };
  state = afterFailure(state, fault('full'));
  assert.deepEqual([state.is, failureOf(state)?.fault], ['failing', 'full']);
  state = afterFailure(state, fault('corrupt'));
  assert.equal(state.is, 'damaged');
  state = afterFailure(state, fault('full'));
  assert.deepEqual([state.is, failureOf(state)?.fault], ['damaged', 'full'], 'a full disk does not mend a file');
  assert.equal(afterSaving(state).is, 'damaged', 'nothing is saved to a damaged file');
  state = afterOpening(state, second);
  assert.deepEqual([state.is, readingOf(state) === second], ['failing', true], 'what waits in memory follows');
  state = afterSaving(state);
  assert.deepEqual([state.is, failureOf(state)], ['storing', undefined]);
});

test('a store that could not be opened stays so until it is opened, whatever fails', () => {
  let state: StoreState = { is: 'unopened', failure: fault('locked') };
  for (const which of ['full', 'corrupt', 'failed'] as const) {
    state = afterFailure(state, fault(which));
    assert.deepEqual([state.is, failureOf(state)?.fault, readingOf(state)], ['unopened', which, undefined]);
  }
  assert.equal(afterSaving(state).is, 'unopened');
  assert.equal(afterOpening(state, first).is, 'failing');
});
