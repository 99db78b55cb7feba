import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedFrame, MAX_EVENT_BYTES } from '../../../collector/log/event-bounds.ts';
import { LogEntry, type NewEvent } from '../../../collector/log/log.ts';
import type { PartitionEvent, TargetEvent, UsageEvent } from '../../../protocol/events.ts';
import { partitionEvent, targetEvent, usageEvent } from '../../support/events.ts';

const MANY = 300_000;

function eventOf<E>(event: NewEvent): E {
  const { bytes } = new LogEntry(event, 1);
  assert.ok(bytes.length <= MAX_EVENT_BYTES, `${bytes.length}`);
  return JSON.parse(bytes.toString()) as E;
}

test('an event of ordinary size is the same event', () => {
  const event = partitionEvent('api', { rows: [{ kind: 'Session', count: 1, sizeBytes: 2 }] });
  let seen: NewEvent | undefined;
  boundedFrame(event, (each) => {
    seen = each;
    return Buffer.alloc(1);
  });
  assert.equal(seen, event);
});

test('long texts are cut and stay apart by a hash', () => {
  const text = 'x'.repeat(30 * 2 ** 20);
  const [one, other] = ['a', 'b'].map((end) => eventOf<TargetEvent>({ ...targetEvent('api'), title: text + end }));
  for (const { title = '' } of [one!, other!]) assert.match(title, /^x{1990}…#[0-9a-f]{8}$/);
  assert.notEqual(one!.title, other!.title);
});

test('a partition keeps its largest rows, and what is left out is in its sums', () => {
  const rows = Array.from({ length: MANY }, (_, i) => ({
    kind: `${'k'.repeat(100)}${i}`,
    count: 1,
    sizeBytes: MANY - i,
  }));
  const sizeBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
  const event = eventOf<PartitionEvent>(partitionEvent('api', { rows, count: MANY, sizeBytes }));
  assert.ok(event.rows.length > 1_000);
  assert.deepEqual(event.rows[0], rows[0]);
  assert.equal(event.rows.length + (event.other?.rows ?? 0), MANY);
  assert.equal(
    event.rows.reduce((sum, row) => sum + row.sizeBytes, event.other?.sizeBytes ?? 0),
    sizeBytes,
  );
});

test('other lists keep their first entries', () => {
  const spaces = Array.from({ length: MANY }, (_, i) => ({ name: `s${i}`, usedBytes: 1, sizeBytes: 2 }));
  const event = eventOf<UsageEvent>(usageEvent('api', { spaces }));
  assert.deepEqual(event.spaces[0], spaces[0]);
  assert.equal(event.spaces.length, 20_000);
});
