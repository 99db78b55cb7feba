import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Request } from '../../protocol/frames.ts';
import { readCall, readResult } from '../../protocol/requests.ts';

function request(method: string, params?: Record<string, unknown>): Request {
  return { type: 'request', id: '1', method, ...(params && { params }) };
}

test('a request is read as the call it makes', () => {
  assert.deepEqual(readCall(request('targets')), { method: 'targets', params: {} });
  const params = { target: 'api', probe: 'snapshot', by: ['kind', 'module'], label: 'before' };
  assert.deepEqual(readCall(request('probe', params)), { method: 'probe', params });
  assert.deepEqual(readCall(request('partition', { id: 'p1' })), { method: 'partition', params: { id: 'p1' } });
});

test('what is wrong with a request is told by code and message', () => {
  const wrong: [Request, code: string, message: string][] = [
    [
      request('reboot'),
      'unknown-method',
      'Cannot run "reboot": expected one of targets, probe, checkpoint, release, mark, alerts, silence, unsilence, history, events, partitions, partition, prices, snapshots, explore, operations, cancel, audit',
    ],
    [
      request('toString'),
      'unknown-method',
      'Cannot run "toString": expected one of targets, probe, checkpoint, release, mark, alerts, silence, unsilence, history, events, partitions, partition, prices, snapshots, explore, operations, cancel, audit',
    ],
    [request('targets', { all: true }), 'bad-params', 'Cannot run "targets": expected no field "all"'],
    [
      request('probe', { probe: 'usage' }),
      'bad-params',
      'Cannot run "probe": expected "target" to be a non-empty string, got nothing',
    ],
    [
      request('probe', { target: 'api', probe: 'guess' }),
      'bad-params',
      'Cannot run "probe": expected "probe" to be one of "usage", "walk", "sampling", "types", "census", "snapshot", got "guess"',
    ],
    [
      request('probe', { target: 'api', probe: 'snapshot', by: [] }),
      'bad-params',
      'Cannot run "probe": expected "by" to be an array of at least 1, got an array of 0',
    ],
    [
      request('probe', { target: 'api', probe: 'snapshot', by: 7 }),
      'bad-params',
      'Cannot run "probe": expected "by" to be a classifier or an array of 1 to 16 of them, got 7',
    ],
  ];
  for (const [bad, code, message] of wrong) {
    assert.throws(() => readCall(bad), { name: 'RequestError', code, message });
  }
});

test('a result is checked against its method', () => {
  assert.deepEqual(readResult('probe', { partitions: ['p1'] }), { partitions: ['p1'] });
  assert.throws(() => readResult('probe', { partitions: 'p1' }), {
    name: 'RequestError',
    code: 'internal',
    message: 'Cannot read the result of "probe": expected "partitions" to be an array, got "p1"',
  });
});
