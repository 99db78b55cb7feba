import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, it } from 'node:test';
import type { ServerFrame } from '../../../protocol/frames.ts';
import { partitionEvent, probeEvent, rowsOf, targetEvent, usageEvent } from '../../support/events.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startStream } from '../../support/stream-server.ts';

/** `usage api 3 replay` */
function short(frame: ServerFrame): string {
  if (frame.type === 'gap') return `gap ${frame.topic} ${frame.from}-${frame.to} ${frame.skipped}`;
  if (!('target' in frame)) return frame.type;
  return `${frame.type} ${frame.target} ${frame.offset}${frame.replay ? ' replay' : ''}`;
}

async function take(client: StreamClient, count: number): Promise<string[]> {
  const frames: string[] = [];
  while (frames.length < count) frames.push(short(await client.any()));
  return frames;
}

describe('stream', () => {
  it('welcomes, and gives the state and then each event as it happens', async () => {
    await using server = await startStream();
    server.log.append(targetEvent('api'));
    server.log.append(usageEvent('api'));
    server.log.append(usageEvent('api'));
    await using client = await connect(server.url);
    const welcome = await client.hello();
    assert.deepEqual(welcome, {
      type: 'welcome',
      log: server.log.id,
      offset: 3,
      role: 'operator',
      server: { name: 'heapwatch', version: '0.0.0' },
    });
    const subscribed = await client.subscribe({ id: 'mine', topics: ['usage', 'target'] });
    assert.deepEqual(subscribed, { type: 'subscribed', id: 'mine', log: server.log.id, offset: 3 });
    server.log.append(partitionEvent('api'));
    server.log.append(usageEvent('web'));
    assert.deepEqual(await take(client, 3), ['target api 1 replay', 'usage api 3 replay', 'usage web 5']);
  });

  it('filters by topic, by globs of target names and by classifier', async () => {
    await using server = await startStream();
    await using client = await connect(server.url);
    await client.hello();
    await client.subscribe({ topics: ['partition', 'probe'], targets: ['api*', 'we?'], by: ['module'] });
    server.log.append(partitionEvent('api', { by: 'kind' }));
    server.log.append(partitionEvent('api-1', { by: 'module' }));
    server.log.append(probeEvent('api'));
    server.log.append(usageEvent('api'));
    server.log.append(partitionEvent('batch', { by: 'module' }));
    server.log.append(partitionEvent('web', { by: 'module' }));
    assert.deepEqual(await take(client, 3), ['partition api-1 2', 'probe api 3', 'partition web 6']);
  });

  it('sends an event once, however many subscriptions of a client match, until they end', async () => {
    await using server = await startStream();
    await using client = await connect(server.url);
    await client.hello();
    await client.subscribe({ id: 'one', topics: ['usage'] });
    await client.subscribe({ id: 'two', topics: ['usage', 'target'] });
    server.log.append(usageEvent('api'));
    assert.deepEqual(await take(client, 1), ['usage api 1']);
    client.send({ type: 'unsubscribe', id: 'two' });
    await client.next('unsubscribed');
    server.log.append(targetEvent('api'));
    server.log.append(usageEvent('api'));
    assert.deepEqual(await take(client, 1), ['usage api 3']);
    await client.subscribe({ id: 'two', topics: ['target'] });
    assert.deepEqual(await take(client, 1), ['target api 2 replay']);
  });

  it('answers from with exactly what was missed, in order, and then what happens', async () => {
    await using server = await startStream();
    for (const target of ['api', 'web', 'api', 'web', 'api']) server.log.append(usageEvent(target));
    await using client = await connect(server.url);
    const { log } = await client.hello();
    await client.subscribe({ topics: ['usage'], targets: ['api'], from: { log, offset: 1 } });
    server.log.append(usageEvent('api'));
    assert.deepEqual(await take(client, 3), ['usage api 3 replay', 'usage api 5 replay', 'usage api 6']);
    await client.subscribe({ id: 'now', topics: ['usage'], from: { log, offset: 6 } });
    server.log.append(usageEvent('web'));
    assert.deepEqual(await take(client, 1), ['usage web 7']);
  });

  it('tells a gap and gives the state where what was missed is gone, or of another log', async () => {
    await using server = await startStream({ ringEvents: 2 });
    for (let i = 0; i < 3; i++) server.log.append(usageEvent('api'));
    server.log.append(targetEvent('api'));
    await using client = await connect(server.url);
    const { log } = await client.hello();
    const subscribe = (id: string, from: object) => client.subscribe({ id, topics: ['usage', 'target'], from });
    await subscribe('lost', { log, offset: 1 });
    const state = ['usage api 3 replay', 'target api 4 replay'];
    assert.deepEqual(await take(client, 4), ['gap usage 2-4 null', 'gap target 2-4 null', ...state]);
    await subscribe('held', { log, offset: 2 });
    assert.deepEqual(await take(client, 2), state);
    await subscribe('other', { log: 'another', offset: 1_000 });
    assert.deepEqual(await take(client, 4), ['gap usage 1-4 null', 'gap target 1-4 null', ...state]);
    await subscribe('ahead', { log, offset: 5 });
    assert.deepEqual((await take(client, 4)).slice(2), state);
  });

  it('refuses another path, another subprotocol and pages of other origins', async () => {
    await using server = await startStream();
    const status = async (url: string, options = {}) => {
      const error = await connect(url, options).then(
        () => 'opened',
        (error: Error) => error.message,
      );
      return error.replace('Unexpected server response: ', '');
    };
    assert.equal(await status(server.url.replace('stream', 'streams')), '404');
    assert.equal(await status(server.url, { protocols: [] }), '400');
    assert.equal(await status(server.url, { protocols: ['heapwatch.v2'] }), '400');
    for (const origin of [
      'http://evil.example',
      `http://evil.example:${server.port}`,
      'null',
      `https://127.0.0.1:${server.port}`,
    ]) {
      assert.equal(
        await status(server.url, {
          headers: { Origin: origin, Host: new URL(origin === 'null' ? 'http://x' : origin).host },
        }),
        '403',
      );
    }
    for (const host of ['127.0.0.1', 'localhost']) {
      await using client = await connect(server.url, { headers: { Origin: `http://${host}:${server.port}` } });
      await client.hello();
    }
  });

  it('says goodbye with 1001', async () => {
    const server = await startStream();
    await using client = await connect(server.url);
    await client.hello();
    await server[Symbol.asyncDispose]();
    assert.deepEqual(await client.closed, { code: 1001, reason: 'The collector stops' });
  });

  it('drops a client that answers no pings', async () => {
    await using server = await startStream({ pingMs: 20 });
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.write(
      `GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: heapwatch.v1\r\n\r\n`,
    );
    let pings = 0;
    socket.on('data', (bytes) => {
      pings += bytes.filter((byte) => byte === 0x89).length;
    });
    await once(socket, 'close');
    assert.equal(pings, 2);
  });
});

describe('hostile frames', () => {
  const subscribe = { type: 'subscribe', id: 's', topics: ['usage'] };
  const request = { type: 'request', id: 'r', method: 'targets' };
  const cases: [name: string, frames: (object | string | Buffer)[], code: number, reason: RegExp][] = [
    ['no JSON', ['{'], 4400, /^Cannot read frame: expected JSON/],
    ['no object', ['[]'], 4400, /expected a JSON object, got an array of 0/],
    ['null', ['null'], 4400, /expected a JSON object/],
    ['an unknown type', [{ type: 'publish' }], 4400, /expected "type" to be one of hello, subscribe/],
    ["a prototype's name for a type", [{ type: 'constructor' }], 4400, /expected "type" to be one of/],
    ['binary', [Buffer.from('{"type":"hello"}')], 4400, /expected text, got binary/],
    ['something before hello', [subscribe], 4400, /^Cannot take "subscribe" frame: expected "hello" first$/],
    ['hello twice', [{ type: 'hello' }, { type: 'hello' }], 4400, /there was one before/],
    [
      'a wrong field',
      [{ type: 'hello' }, { ...subscribe, id: 7 }],
      4400,
      /expected "id" to be a non-empty string, got 7/,
    ],
    [
      'a field too many',
      [{ type: 'hello' }, { ...subscribe, filter: '' }],
      4400,
      /^Cannot read "subscribe" frame: expected no field "filter"/,
    ],
    [
      'a subscription id twice',
      [{ type: 'hello' }, subscribe, subscribe],
      4400,
      /"s" is the id of an open subscription/,
    ],
    [
      "an id that is no subscription's",
      [{ type: 'hello' }, { type: 'unsubscribe', id: 'x' }],
      4400,
      /there is no subscription "x"/,
    ],
    ['a request id twice', [{ type: 'hello' }, request, request], 4400, /"r" is not answered yet/],
    ['a frame too large', [{ type: 'hello' }, 'x'.repeat(2_000)], 1009, /^$/],
    ['text that is no UTF-8', [{ type: 'hello' }, Buffer.from([0xff])], 4400, /expected text/],
  ];
  for (const [name, frames, code, reason] of cases) {
    it(`closes a socket that sends ${name} with ${code}`, async () => {
      await using server = await startStream({ maxFrameBytes: 1_500 });
      await using other = await connect(server.url);
      await other.hello();
      await using client = await connect(server.url);
      for (const frame of frames) {
        if (Buffer.isBuffer(frame)) client.socket.send(frame);
        else client.send(frame);
      }
      const closed = await client.closed;
      assert.equal(closed.code, code, closed.reason);
      assert.match(closed.reason, reason);
      assert.ok(Buffer.byteLength(closed.reason) <= 123);
      assert.deepEqual(await other.request('targets'), { type: 'response', id: 'r', result: { targets: [] } });
    });
  }

  it('closes a socket that never says hello with 4408', async () => {
    await using server = await startStream({ helloMs: 30 });
    await using client = await connect(server.url);
    assert.deepEqual(await client.closed, {
      code: 4408,
      reason: 'Cannot welcome client: expected "hello" within 30 ms',
    });
  });

  it('closes with 4429 at each bound: clients, subscriptions, requests, frames in a second', async () => {
    const bounds = { maxClients: 1, maxSubscriptions: 1, maxRequests: 1 };
    await using server = await startStream(bounds);
    await using client = await connect(server.url);
    await client.hello();
    await using second = await connect(server.url);
    assert.deepEqual(await second.closed, { code: 4429, reason: 'Cannot take client: 1 are connected' });
    await client.subscribe({ id: 'one', topics: ['usage'] });
    client.send({ ...subscribe, id: 'two' });
    assert.equal((await client.closed).code, 4429);
    await using third = await connect(server.url);
    await third.hello();
    for (const id of ['a', 'b']) third.send({ ...request, id });
    assert.deepEqual(await third.closed, { code: 4429, reason: 'Cannot take request: 1 are not answered yet' });

    await using busy = await startStream({ maxFramesPerSecond: 5 });
    await using flood = await connect(busy.url);
    for (let i = 0; i < 6; i++) flood.send(i === 0 ? { type: 'hello' } : { ...request, id: `${i}` });
    assert.equal((await flood.closed).code, 4429);
  });

  it('answers what is wrong with a request, and keeps the socket', async () => {
    await using server = await startStream();
    await using client = await connect(server.url);
    await client.hello();
    const code = async (method: string, params: object) => {
      const response = await client.request(method, params);
      return 'error' in response ? response.error.code : 'answered';
    };
    assert.equal(await code('reboot', {}), 'unknown-method');
    assert.equal(await code('probe', { target: 'api' }), 'bad-params');
    assert.equal(await code('probe', { target: 'api', probe: 'usage' }), 'unknown-target');
    assert.equal(await code('probe', { target: '127.0.0.1:9229', probe: 'usage' }), 'unknown-target');
    assert.equal(await code('partition', { id: 'x' }), 'not-found');
    assert.equal(await code('targets', {}), 'answered');
  });

  it('gives one sample whole by its id', async () => {
    await using server = await startStream();
    const { type: _, ...partition } = partitionEvent('api', { id: 'p1' });
    server.log.append({ type: 'partition', ...partition });
    await using client = await connect(server.url);
    await client.hello();
    const response = await client.request('partition', { id: 'p1' });
    assert.deepEqual('result' in response && response.result, { partition });
  });
});

describe('many clients and slow ones', () => {
  it('gives each event to 1,000 clients', async () => {
    await using server = await startStream();
    const clients: StreamClient[] = [];
    const open = async () => {
      const client = await connect(server.url, { check: false });
      clients.push(client);
      await client.hello();
      await client.subscribe({ topics: ['usage'] });
    };
    for (let i = 0; i < 1_000; i += 50) await Promise.all(Array.from({ length: 50 }, open));
    for (let i = 0; i < 20; i++) server.log.append(usageEvent('api'));
    const expected = Array.from({ length: 20 }, (_, i) => `usage api ${i + 1}`);
    for (const client of clients) assert.deepEqual(await take(client, 20), expected);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('coalesces for a slow client, tells it what it missed, and keeps the others on time', async () => {
    await using server = await startStream({ highWaterBytes: 20_000, bufferBytes: 4_000_000 });
    await using slow = await connect(server.url, { check: false });
    await slow.hello();
    await slow.subscribe({ topics: ['partition'] });
    await using fast = await connect(server.url, { check: false });
    await fast.hello();
    await fast.subscribe({ topics: ['partition'] });
    slow.socket.pause();
    // more than the kernel buffers of a loopback socket take
    const events = 300;
    for (let i = 1; i <= events; i++) {
      server.log.append(partitionEvent('api', { rows: rowsOf(100_000) }));
      assert.equal((await fast.next('partition')).offset, i);
    }
    slow.socket.resume();
    let last = 0;
    let told = 0;
    let gaps = 0;
    while (last < events) {
      const frame = await slow.any();
      if (frame.type === 'gap') {
        gaps++;
        told += frame.skipped ?? 0;
      } else if (frame.type === 'partition') {
        assert.ok(frame.offset > last);
        last = frame.offset;
        told++;
      }
    }
    assert.equal(told, events);
    assert.ok(gaps > 0);
  });

  it('closes a client beyond its buffer with 4413, which can resume, while others get everything', async () => {
    await using server = await startStream({ bufferBytes: 1_000_000 });
    await using slow = await connect(server.url, { check: false });
    const { log } = await slow.hello();
    await slow.subscribe({ topics: ['usage'] });
    await using fast = await connect(server.url, { check: false });
    await fast.hello();
    await fast.subscribe({ topics: ['usage'] });
    slow.socket.pause();
    // it takes what waits for it as soon as it is given up: a second later it would be cut off without a word
    const resumed = server.logs.next('client closed').then(() => slow.socket.resume());
    const before = process.memoryUsage().arrayBuffers;
    const spaces = Array.from({ length: 2_000 }, () => ({ name: 'old_space', usedBytes: 1, sizeBytes: 2 }));
    const events = 300;
    for (let i = 1; i <= events; i++) {
      server.log.append(usageEvent(`target-${i}`, { spaces }));
      assert.equal((await fast.next('usage')).offset, i);
    }
    await resumed;
    const closed = await slow.closed;
    assert.deepEqual(closed, { code: 4413, reason: 'Cannot keep up: more than 1000000 bytes wait for it' });
    const offsets = slow.drain().map((frame) => ('offset' in frame ? frame.offset : 0));
    const last = Math.max(...offsets);
    assert.ok(last < events);
    await using again = await connect(server.url, { check: false });
    await again.hello();
    await again.subscribe({ topics: ['usage'], from: { log, offset: last } });
    for (let i = last + 1; i <= events; i++) assert.equal((await again.next('usage')).offset, i);
    assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000);
  });

  it('closes a client that takes nothing for the stall time with 4413', async () => {
    await using server = await startStream({ stallMs: 50, bufferBytes: 50_000_000 });
    await using slow = await connect(server.url, { check: false });
    await slow.hello();
    await slow.subscribe({ topics: ['partition'] });
    slow.socket.pause();
    // more than the kernel's buffers take, less than may wait
    for (let i = 0; i < 200; i++) server.log.append(partitionEvent(`target-${i}`, { rows: rowsOf(100_000) }));
    assert.equal((await server.logs.next('client closed')).reason, 'Cannot keep up: nothing was taken for 50 ms');
    slow.socket.resume();
    assert.equal((await slow.closed).code, 4413);
  });
});
