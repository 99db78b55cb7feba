import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeCodes, closeReason } from '../../protocol/close-codes.ts';
import { decodeClientFrame, decodeServerFrame, encode, FrameError } from '../../protocol/codec.ts';
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';

const at = '2026-11-22T06:24:45.123Z';
const cost = { forecast: { pauseMs: 1200, extraBytes: 9e7 }, pauseMs: 1210.5, extraBytes: -4096, transferBytes: 31e6 };

const clientFrames: ClientFrame[] = [
  { type: 'hello' },
  { type: 'hello', token: 's3cret' },
  { type: 'subscribe', id: 'a', topics: ['partition'] },
  {
    type: 'subscribe',
    id: 'a',
    topics: ['partition', 'usage', 'memory', 'target', 'probe', 'checkpoint', 'mark', 'footprint'],
    targets: ['api*', 'worker'],
    by: ['kind'],
    from: { log: 'l1', offset: 0 },
  },
  { type: 'unsubscribe', id: 'a' },
  { type: 'request', id: '1', method: 'targets' },
  { type: 'request', id: '2', method: 'probe', params: { target: 'api', probe: 'snapshot', by: ['kind'] } },
];

const serverFrames: ServerFrame[] = [
  { type: 'welcome', log: 'l1', offset: 0, role: 'viewer', server: { name: 'heapwatch', version: '0.1.0' } },
  { type: 'subscribed', id: 'a', log: 'l1', offset: 7 },
  {
    type: 'partition',
    offset: 8,
    target: 'api',
    isolate: 'main',
    probe: 'snapshot',
    by: 'kind',
    takenAt: at,
    id: 'p8',
    header: 'Kind (class / store of class)',
    count: 3,
    sizeBytes: 96,
    rows: [{ kind: 'Complex', count: 2, sizeBytes: 64 }],
    other: { rows: 1, count: 1, sizeBytes: 32 },
    cost,
  },
  {
    type: 'usage',
    offset: 9,
    replay: true,
    target: 'api',
    isolate: 'main',
    takenAt: at,
    heapUsedBytes: 1,
    heapTotalBytes: 2,
    heapLimitBytes: 3,
    externalBytes: 4,
    arrayBuffersBytes: 5,
    rssBytes: 6,
    spaces: [{ name: 'new_space', usedBytes: 1, sizeBytes: 2 }],
  },
  { type: 'target', offset: 10, target: 'api', state: 'gone', reason: 'Cannot attach', retryInMs: 250, at },
  { type: 'target', offset: 11, target: 'api', state: 'attached', pid: 4711, nodeVersion: 'v20.20.2', at },
  { type: 'probe', offset: 12, target: 'api', isolate: 'main', probe: 'snapshot', phase: 'started', by: ['kind'], at },
  {
    type: 'probe',
    offset: 16,
    target: 'api',
    isolate: 'main',
    probe: 'snapshot',
    phase: 'refused',
    reason: 'too much',
    instead: 'census',
    cost: { forecast: cost.forecast },
    at,
  },
  {
    type: 'footprint',
    offset: 17,
    target: 'api',
    isolate: 'main',
    cause: 'types',
    from: at,
    to: at,
    pauseMs: 12.5,
    extraBytes: 4096,
    keptBytes: -4096,
    hourPauseMs: 100,
  },
  { type: 'checkpoint', offset: 15, target: 'api', isolate: 'main', checkpoint: 'a', phase: 'taken', held: ['a'], at },
  {
    type: 'probe',
    offset: 13,
    target: 'api',
    isolate: 'main',
    probe: 'usage',
    phase: 'done',
    partitions: [],
    at,
    cost,
  },
  { type: 'mark', offset: 16, target: 'api', label: 'load test', at },
  { type: 'gap', id: 'a', topic: 'partition', target: 'api', isolate: 'main', by: 'kind', from: 3, to: 9, skipped: 2 },
  { type: 'gap', id: 'a', topic: 'usage', from: 0, to: 9, skipped: null },
  { type: 'unsubscribed', id: 'a' },
  { type: 'response', id: '1', result: { targets: [] } },
  { type: 'response', id: '2', error: { code: 'busy', message: 'Cannot probe api: a snapshot runs' } },
];

test('every frame comes back as it went', () => {
  for (const frame of clientFrames) assert.deepEqual(decodeClientFrame(encode(frame)), frame);
  for (const frame of serverFrames) assert.deepEqual(decodeServerFrame(encode(frame)), frame);
});

test('a side does not take the frames that it sends itself', () => {
  for (const frame of clientFrames) assert.throws(() => decodeServerFrame(encode(frame)), FrameError);
  for (const frame of serverFrames) assert.throws(() => decodeClientFrame(encode(frame)), FrameError);
});

const types = 'hello, subscribe, unsubscribe, request';
const badClientFrames: [text: string, message: string][] = [
  ['', 'Cannot read frame: expected JSON, got 0 characters that are not'],
  ['{"type":"hello","token":"s3cret"', 'Cannot read frame: expected JSON, got 32 characters that are not'],
  ['null', 'Cannot read frame: expected a JSON object, got null'],
  ['7', 'Cannot read frame: expected a JSON object, got 7'],
  ['"hello"', 'Cannot read frame: expected a JSON object, got "hello"'],
  ['[{"type":"hello"}]', 'Cannot read frame: expected a JSON object, got an array of 1'],
  ['{}', `Cannot read frame: expected "type" to be one of ${types}, got nothing`],
  ['{"type":7}', `Cannot read frame: expected "type" to be one of ${types}, got 7`],
  ['{"type":"constructor"}', `Cannot read frame: expected "type" to be one of ${types}, got "constructor"`],
  ['{"type":"__proto__"}', `Cannot read frame: expected "type" to be one of ${types}, got "__proto__"`],
  [
    `{"type":${JSON.stringify('\u001b[2J'.repeat(20))}}`,
    `Cannot read frame: expected "type" to be one of ${types}, got "${'\\u001b[2J'.repeat(10)}…"`,
  ],
  ['{"type":"\u009b2J"}', `Cannot read frame: expected "type" to be one of ${types}, got "\\x9b2J"`],
  ['{"type":"hello","token":7}', 'Cannot read "hello" frame: expected "token" to be a non-empty string, got a number'],
  [
    `{"type":"hello","token":"${'x'.repeat(limits.maxTokenLength + 1)}"}`,
    'Cannot read "hello" frame: expected "token" to be a string of at most 4096 characters, got a string',
  ],
  ['{"type":"hello","who":"me"}', 'Cannot read "hello" frame: expected no field "who"'],
  ['{"type":"hello","__proto__":{}}', 'Cannot read "hello" frame: expected no field "__proto__"'],
  [
    '{"type":"subscribe","id":7,"topics":["usage"]}',
    'Cannot read "subscribe" frame: expected "id" to be a non-empty string, got 7',
  ],
  [
    '{"type":"subscribe","id":"","topics":["usage"]}',
    'Cannot read "subscribe" frame: expected "id" to be a non-empty string, got ""',
  ],
  [
    '{"type":"subscribe","topics":["usage"]}',
    'Cannot read "subscribe" frame: expected "id" to be a non-empty string, got nothing',
  ],
  [
    `{"type":"unsubscribe","id":"${'i'.repeat(limits.maxIdLength + 1)}"}`,
    `Cannot read "unsubscribe" frame: expected "id" to be a string of at most 128 characters, got "${'i'.repeat(40)}…"`,
  ],
  [
    '{"type":"subscribe","id":"a","topics":[]}',
    'Cannot read "subscribe" frame: expected "topics" to be an array of at least 1, got an array of 0',
  ],
  [
    '{"type":"subscribe","id":"a","topics":"usage"}',
    'Cannot read "subscribe" frame: expected "topics" to be an array, got "usage"',
  ],
  [
    '{"type":"subscribe","id":"a","topics":["weather"]}',
    'Cannot read "subscribe" frame: expected "topics.0" to be one of "partition", "usage", "memory", "target", "probe", "checkpoint", "mark", "footprint", "alert", got "weather"',
  ],
  [
    `{"type":"subscribe","id":"a","topics":["usage"],"targets":${JSON.stringify(Array(65).fill('*'))}}`,
    'Cannot read "subscribe" frame: expected "targets" to be an array of at most 64, got an array of 65',
  ],
  [
    '{"type":"subscribe","id":"a","topics":["usage"],"from":{"log":"l","offset":-1}}',
    'Cannot read "subscribe" frame: expected "from.offset" to be at least 0, got -1',
  ],
  [
    '{"type":"subscribe","id":"a","topics":["usage"],"from":{"log":"l","offset":1.5}}',
    'Cannot read "subscribe" frame: expected "from.offset" to be an integer, got 1.5',
  ],
  [
    '{"type":"subscribe","id":"a","topics":["usage"],"from":{"log":"l","offset":1,"x":1}}',
    'Cannot read "subscribe" frame: expected no field "from.x"',
  ],
  [
    '{"type":"request","id":"1","method":"targets","params":[]}',
    'Cannot read "request" frame: expected "params" to be an object, got an array of 0',
  ],
];

test('a bad frame is explained and closes with 4400', () => {
  for (const [text, message] of badClientFrames) {
    assert.throws(() => decodeClientFrame(text), { name: 'FrameError', message, closeCode: closeCodes.badFrame });
  }
});

test('events begin at offset 1', () => {
  const event = serverFrames.find((frame) => frame.type === 'target')!;
  assert.throws(() => decodeServerFrame(encode({ ...event, offset: 0 })), {
    message: 'Cannot read "target" frame: expected "offset" to be more than 0, got 0',
  });
});

test('a client is told what is wrong with a response', () => {
  const message = 'Cannot read "response" frame: expected a response with either "result" or "error", got an object';
  for (const rest of [{}, { result: {}, error: { code: 'busy', message: '' } }, { result: 7 }, { error: 'busy' }]) {
    assert.throws(() => decodeServerFrame(JSON.stringify({ type: 'response', id: '1', ...rest })), { message });
  }
});

test('deep nesting is read or refused, never overflows', () => {
  const deep = '['.repeat(30_000) + ']'.repeat(30_000);
  decodeClientFrame(`{"type":"request","id":"1","method":"m","params":{"p":${deep}}}`);
  assert.throws(() => decodeClientFrame(deep), FrameError);
});

test('a close reason fits a close frame', () => {
  assert.equal(closeReason('too slow'), 'too slow');
  assert.equal(closeReason('x'.repeat(123)), 'x'.repeat(123));
  assert.equal(closeReason('x'.repeat(124)), `${'x'.repeat(120)}…`);
  assert.equal(closeReason('😀'.repeat(40)), `${'😀'.repeat(30)}…`);
});
