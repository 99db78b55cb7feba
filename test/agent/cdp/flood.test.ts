import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { Flood, headOf } from '../../../agent/cdp/flood.ts';
import { type Peer, startFakeInspector } from '../../support/fake-inspector.ts';

const LIMITS = { unaskedFrames: 10, unaskedBytes: 1_000, frames: 20 };

test('a frame tells by its first bytes what it is', () => {
  const head = (text: string) => headOf(Buffer.from(text));
  assert.deepEqual(head('{"method":"Runtime.consoleAPICalled","params":{"x'), { method: 'Runtime.consoleAPICalled' });
  assert.deepEqual(head('{"id":17,"result":{'), { id: 17 });
  for (const other of [
    '',
    '{}',
    '{ "id":1}',
    '{"id":"1"}',
    '{"params":{},"method":"A.b"}',
    '{"method":"A.b.c"}',
    '[1]',
  ]) {
    assert.equal(head(other), undefined, other);
  }
  assert.equal(head(`{"method":"A.${'b'.repeat(1_000)}"}`), undefined);
});

test('too much within a second is a flood, the same over many seconds is none', () => {
  let nowMs = 0;
  const count = (flood: Flood, times: number, bytes: number, isAsked: boolean) =>
    Array.from({ length: times }, () => flood.count(bytes, isAsked)).find((what) => what !== undefined);
  const flood = () => new Flood(() => nowMs, LIMITS);
  assert.match(count(flood(), 11, 1, false) ?? '', /^more than 10 frames within a second that nobody asked for$/);
  assert.match(count(flood(), 3, 400, false) ?? '', /^more than 1000 bytes within a second that nobody asked for$/);
  assert.match(count(flood(), 21, 1, true) ?? '', /^more than 20 frames within a second$/);
  const slow = flood();
  for (let second = 0; second < 100; second++) {
    assert.equal(count(slow, 10, 100, false), undefined);
    assert.equal(count(slow, 10, 1e6, true), undefined);
    nowMs += 1_000;
  }
});

test('a target that floods us with events or answers ends its own session, unread', async () => {
  const big = 'x'.repeat(2 ** 20);
  const flood = (frame: string) => async (peer: Peer) => {
    while (peer.socket.readyState === peer.socket.OPEN) await peer.raw(frame);
  };
  for (const frame of [
    `{"method":"Runtime.consoleAPICalled","params":{"args":"${big}"}}`,
    `{"id":4711,"result":"${big}`,
    '{"method":"Runtime.consoleAPICalled","params":{}}',
  ]) {
    let begin: (peer: Peer) => void = () => {};
    await using fake = await startFakeInspector({ onConnect: (peer) => begin(peer) });
    let peer: Peer | undefined;
    begin = (connected) => {
      peer = connected;
    };
    await using agent = await attach(`${fake.port}`);
    void flood(frame)(peer!);
    const { message } = await agent.closed;
    assert.match(
      message,
      /^Detached from 127\.0\.0\.1:\d+: it sent more than \d+ \w+ within a second that nobody asked for$/,
    );
  }
});

test('events that somebody hears, and answers that somebody waits for, come as before', async () => {
  let peer: Peer | undefined;
  await using fake = await startFakeInspector({
    onConnect: (connected) => {
      peer ??= connected;
    },
    answers: {
      'HeapProfiler.enable': async () => {
        await peer!.event('Runtime.consoleAPICalled', { unheard: true });
        await peer!.event('HeapProfiler.resetProfiles', { heard: true });
        return {};
      },
    },
  });
  await using agent = await attach(`${fake.port}`);
  const heard: unknown[] = [];
  const off = agent.session.on('HeapProfiler.resetProfiles', (params: unknown) => heard.push(params));
  await agent.session.send('HeapProfiler.enable');
  assert.deepEqual(heard, [{ heard: true }]);
  off();
  await agent.session.send('HeapProfiler.enable');
  assert.equal(heard.length, 1);
});
