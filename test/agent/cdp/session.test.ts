import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { DetachedError, ProtocolError } from '../../../agent/cdp/session.ts';
import { HOLD, startFakeInspector } from '../../support/fake-inspector.ts';
import { startTarget } from '../../support/target.ts';

test('a killed target rejects everything pending at once', async () => {
  await using target = await startTarget('puppet');
  await using session = await openSession(target.wsUrl);
  const forever = { expression: 'new Promise(() => {})', awaitPromise: true };
  const pending = [1, 2, 3].map(() => session.send('Runtime.evaluate', forever));
  target.kill('SIGKILL');
  for (const settled of await Promise.allSettled(pending)) {
    assert.ok(settled.status === 'rejected' && settled.reason instanceof DetachedError);
  }
  assert.match(
    (await session.closed).message,
    /^Detached from 127\.0\.0\.1:\d+: the process or its connection has gone/,
  );
  await assert.rejects(session.send('Runtime.getIsolateId'), DetachedError);
});

test('a refusal names the method and carries the code, and its stack the caller', async () => {
  await using target = await startTarget('puppet');
  await using session = await openSession(target.wsUrl);
  async function theCaller(): Promise<unknown> {
    return await session.send('Nothing.atAll');
  }
  await assert.rejects(theCaller(), (error) => {
    assert.ok(error instanceof ProtocolError);
    assert.equal(error.method, 'Nothing.atAll');
    assert.equal(error.code, -32601);
    assert.match(error.message, /^Nothing\.atAll was refused by the target: /);
    assert.match(error.stack ?? '', /theCaller/);
    return true;
  });
});

test('a call ends by its signal, by its time, and with the session', async () => {
  await using fake = await startFakeInspector({ answers: { 'Runtime.getHeapUsage': HOLD } });
  await using session = await openSession(fake.wsUrl);
  const stop = new AbortController();
  const aborted = session.send('Runtime.getHeapUsage', {}, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await assert.rejects(aborted, /^Error: enough$/);
  await assert.rejects(session.send('Runtime.getHeapUsage', {}, { signal: stop.signal }), /^Error: enough$/);
  await assert.rejects(session.send('Runtime.getHeapUsage', {}, { timeoutMs: 5 }), {
    name: 'TimeoutError',
    message: 'Runtime.getHeapUsage: no answer within 5 ms',
  });
  const closed = session.send('Runtime.getHeapUsage');
  await Promise.all([assert.rejects(closed, DetachedError), session.close()]);
  assert.match((await session.closed).message, /: the session was closed here$/);
});

test('rubbish and giant frames end a session with one clear error', async () => {
  const frames: [string | Uint8Array, RegExp][] = [
    ['rubbish', /: it sent a frame that is not JSON \("rubbish"\)$/],
    ['[1]', /: it sent a frame that is not a JSON object \("\[1\]"\)$/],
    ['{"id":1,"result":7}', /: it sent an answer whose result is not an object \("7"\)$/],
    [new Uint8Array(3), /: it sent a binary frame$/],
    [`{"x":"${'x'.repeat(1000)}"}`, /: it sent a frame of more than 500 bytes$/],
  ];
  for (const [frame, reason] of frames) {
    await using fake = await startFakeInspector({ answers: { 'Runtime.getHeapUsage': HOLD } });
    await using session = await openSession(fake.wsUrl, { maxFrameBytes: 500 });
    const pending = session.send('Runtime.getHeapUsage');
    for (const peer of fake.peers) await peer.raw(frame);
    await assert.rejects(pending, (error) => error instanceof DetachedError && reason.test(error.message));
    assert.match((await session.closed).message, reason);
  }
});

test('a peer that does not shake hands at the end is cut', async () => {
  await using target = await startTarget('puppet');
  const session = await openSession(target.wsUrl);
  target.kill('SIGSTOP');
  await session.close();
});

test('an abort in the middle of connecting is the reason of its signal', async () => {
  await using fake = await startFakeInspector({ answers: { 'NodeRuntime.notifyWhenWaitingForDisconnect': HOLD } });
  const stop = new AbortController();
  const opening = openSession(fake.wsUrl, { signal: stop.signal });
  await fake.called('NodeRuntime.notifyWhenWaitingForDisconnect');
  stop.abort(new Error('enough'));
  await assert.rejects(opening, /^Error: enough$/);
});

test('what is thrown while a frame is heard ends the session, and nothing else', async () => {
  await using fake = await startFakeInspector();
  await using session = await openSession(fake.wsUrl);
  session.on('Any.event', () => {
    const deep = (): number => 1 + deep();
    deep();
  });
  const [peer] = fake.peers;
  await peer!.event('Any.event', {});
  assert.match((await session.closed).message, /: it sent what could not be taken \(RangeError: Maximum call stack/);
});
