/** From a trace's events to what is counted: on events as V8 writes them, made small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../../agent/cdp/open-session.ts';
import type { Session } from '../../../agent/cdp/session.ts';
import { type Collection, collectionsOf } from '../../../agent/probe/gc-stats/collections.ts';
import { objectStatsOf } from '../../../agent/probe/gc-stats/object-stats.ts';
import { isKnown, lastOf, type Wanted } from '../../../agent/probe/gc-stats/own-isolate.ts';
import { eventsIn, type TraceEvent, traced } from '../../../agent/probe/gc-stats/tracing.ts';
import { kindOfType } from '../../../agent/probe/gc-stats/type-kinds.ts';
import { Refusal, startFakeInspector } from '../../support/fake-inspector.ts';

type Counts = Record<string, readonly [count: number, bytes: number]>;

function statsEvent(tid: number, isolate: string, live: Counts, dead: Counts = {}): TraceEvent {
  const counted = (counts: Counts) => {
    const types = Object.entries(counts).map(([name, [count, overall]]) => [name, { type: 1, count, overall }]);
    // V8 ends the list so
    return JSON.stringify({ isolate, id: 3, type_data: { ...Object.fromEntries(types), END: {} } });
  };
  return { name: 'V8.GC_Objects_Stats', ph: 'I', tid, ts: 0, args: { live: counted(live), dead: counted(dead) } };
}

function begin(tid: number, ts: number, type = 'sampling profiler'): TraceEvent {
  return { name: 'MajorGC', ph: 'B', tid, ts, args: { usedHeapSizeBefore: 9_000, type } };
}

function end(tid: number, ts: number): TraceEvent {
  return { name: 'MajorGC', ph: 'E', tid, ts, args: { usedHeapSizeAfter: 8_000 } };
}

test('what is no object of the heap is left out, what is counted twice or in parts is counted once', () => {
  const { live, dead } = objectStatsOf(
    statsEvent(
      1,
      '0xa',
      {
        HEAP_NUMBER_TYPE: [2, 32],
        JS_OBJECT_TYPE: [0, 0],
        SCRIPT_SOURCE_EXTERNAL_ONE_BYTE_TYPE: [3, 900_000],
        WASTED_DESCRIPTOR_ARRAY_VALUES_TYPE: [5, 80],
        HOLE_TYPE: [12, 786_528],
        FEEDBACK_VECTOR_HEADER_TYPE: [2, 96],
        FEEDBACK_VECTOR_SLOT_CALL_TYPE: [40, 640],
        FUNCTION_CONTEXT_TYPE: [10, 480],
        UNHEARD_OF_TYPE: [1, 8],
      },
      { HEAP_NUMBER_TYPE: [7, 112] },
    ),
  );
  assert.deepEqual(Object.fromEntries(live), {
    HEAP_NUMBER_TYPE: { count: 2, sizeBytes: 32 },
    FEEDBACK_VECTOR_TYPE: { count: 2, sizeBytes: 736 },
    FUNCTION_CONTEXT_TYPE: { count: 5, sizeBytes: 240 },
    UNHEARD_OF_TYPE: { count: 1, sizeBytes: 8 },
  });
  assert.deepEqual(Object.fromEntries(dead), { HEAP_NUMBER_TYPE: { count: 7, sizeBytes: 112 } });
});

test('a target that sends something else is told in one line', async () => {
  const event = { ...statsEvent(1, '0xa', {}), args: { live: '{"isolate":', dead: '{}' } };
  assert.throws(() => objectStatsOf(event), {
    name: 'TracingError',
    message: /^Cannot read the trace of .*SyntaxError/,
  });
  const shapeless = { ...event, args: { live: '{"isolate":"0xa"}', dead: '{}' } };
  assert.throws(() => objectStatsOf(shapeless), { name: 'TracingError', message: /: unexpected type_data$/ });
  await using fake = await startFakeInspector({
    answers: {
      'NodeTracing.start': {},
      'NodeTracing.stop': async (_params, peer) => {
        await peer.event('NodeTracing.dataCollected', { value: [{ ph: 'I' }] });
        return {};
      },
    },
  });
  await using connection = await openSession(fake.wsUrl);
  const { frames } = await traced(connection, ['v8'], async () => {});
  assert.throws(() => eventsIn(frames), { name: 'TracingError', message: /: unexpected value.0.name$/ });
});

test('a trace of more events than there can be is not read', () => {
  const frame = Buffer.from(
    `{"method":"NodeTracing.dataCollected","params":{"value":[${Array(100_001).fill('{"name":"","ph":"","tid":1,"ts":1}').join(',')}]}}`,
  );
  assert.throws(() => eventsIn([frame]), { name: 'TracingError', message: /: more than 100000 events$/ });
});

test('a trace without an end ends its session and nothing else', async () => {
  const frame = `{"method":"NodeTracing.dataCollected","params":{"value":[${Array(15_000).fill('{"name":"","ph":"","tid":1,"ts":1}').join(',')}]}}`;
  await using fake = await startFakeInspector({
    answers: {
      'NodeTracing.start': {},
      'NodeTracing.stop': async (_params, peer) => {
        while (peer.socket.readyState === peer.socket.OPEN) await peer.raw(frame);
        return {};
      },
    },
  });
  await using connection = await openSession(fake.wsUrl);
  const message = /it sent a trace of more than 33554432 bytes/;
  await assert.rejects(
    traced(connection, ['v8'], async () => {}),
    { name: 'DetachedError', message },
  );
  assert.match((await connection.closed).message, message);
});

test('a second reading of a trace that is refused takes nothing from the first', async () => {
  let isOn = false;
  await using fake = await startFakeInspector({
    answers: {
      'NodeTracing.start': () => {
        if (isOn) throw new Refusal(-32000, 'Call NodeTracing::end to stop tracing before updating the config');
        isOn = true;
        return {};
      },
      'NodeTracing.stop': async (_params, peer) => {
        await peer.event('NodeTracing.dataCollected', { value: [begin(1, 1_000), end(1, 2_000)] });
        return {};
      },
    },
  });
  await using connection = await openSession(fake.wsUrl);
  const first = traced(connection, ['v8'], async () => {
    await assert.rejects(
      traced(connection, ['v8'], async () => {}),
      { name: 'TracingError' },
    );
  });
  assert.equal((await first).frames.length > 0, true);
  assert.equal(eventsIn((await first).frames).length >= 2, true);
});

test('a collection is what lies between its begin and its end on one thread, whole or not at all', () => {
  const collections = collectionsOf([
    end(1, 500), // began before the trace
    begin(1, 1_000),
    begin(2, 1_500, 'allocation limit'),
    statsEvent(2, '0xb', { HEAP_NUMBER_TYPE: [1, 16] }),
    statsEvent(1, '0xa', { HEAP_NUMBER_TYPE: [2, 32] }),
    end(1, 3_500),
    end(2, 4_000),
    begin(1, 5_000),
    end(1, 6_000), // not counted: the category was not on yet
    begin(2, 7_000),
    statsEvent(2, '0xb', { HEAP_NUMBER_TYPE: [3, 48] }),
  ]);
  assert.deepEqual(
    collections.map(({ isolate, tid, reason, pauseMs, heapUsedBytes }) => ({
      isolate,
      tid,
      reason,
      pauseMs,
      heapUsedBytes,
    })),
    [
      { isolate: '0xa', tid: 1, reason: 'sampling profiler', pauseMs: 2.5, heapUsedBytes: 8_000 },
      { isolate: '0xb', tid: 2, reason: 'allocation limit', pauseMs: 2.5, heapUsedBytes: 8_000 },
    ],
  );
});

test('an isolate is known by its thread, or by the collection that was caused in it', () => {
  const one = (tid: number, isolate: string, reason: string): Collection => ({
    isolate,
    tid,
    reason,
    pauseMs: 1,
    heapUsedBytes: 1,
    live: new Map(),
    dead: new Map(),
  });
  const wanted = (isolate: string): Wanted => ({ session: {} as Session, isolate, pid: 1 });
  const main = one(1, '0xa', 'allocation limit');
  const worker = one(2, '0xb', 'sampling profiler');
  const other = one(3, '0xc', 'allocation limit');
  assert.equal(lastOf(wanted('main'), [main, worker, other]), main);
  const first = wanted('worker:1');
  assert.equal(isKnown(first), false);
  assert.equal(lastOf(first, [main, other]), undefined);
  assert.equal(lastOf(first, [main, worker, other]), worker);
  assert.equal(isKnown(first), true);
  const own = one(2, '0xb', 'allocation limit');
  assert.equal(lastOf(first, [other, own, main]), own);
  // two of them: whose is whose cannot be known
  assert.equal(lastOf(wanted('worker:2'), [worker, one(4, '0xd', 'sampling profiler')]), undefined);
});

test('kinds are told from types, and an unknown type is a kind of its own', () => {
  const kinds = {
    SEQ_ONE_BYTE_STRING_TYPE: 'string',
    ONE_BYTE_INTERNALIZED_STRING_TYPE: 'string',
    STRING_TYPE: 'string',
    JS_STRING_ITERATOR_TYPE: 'JS_STRING_ITERATOR_TYPE',
    HEAP_NUMBER_TYPE: 'number',
    JS_OBJECT_TYPE: 'object',
    JS_COLLECTION_TABLE_TYPE: 'table',
    ARRAY_ELEMENTS_TYPE: 'elements',
    MAP_STABLE_TYPE: 'hidden class',
    TURBOFAN: 'code',
    SCRIPT_SOURCE_NON_EXTERNAL_ONE_BYTE_TYPE: 'string',
    UNHEARD_OF_TYPE: 'UNHEARD_OF_TYPE',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(kinds).map((type) => [type, kindOfType(type)])), kinds);
});
