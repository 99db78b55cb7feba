import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type ClientState, connect, StreamError } from '../../../collector/client/node.ts';
import type { StreamEvent } from '../../../protocol/events.ts';
import type { Gap } from '../../../protocol/frames.ts';
import { markEvent, targetEvent } from '../../support/events.ts';
import { nodeBinary } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';
import { startProxy } from '../../support/proxy.ts';
import { startStream } from '../../support/stream-server.ts';

/** Waits as short as can be. */
const FAST = { random: () => 0 };

/** Reads until `enough` says so; leaving the loop ends the subscription. */
async function read(
  items: AsyncIterable<StreamEvent | Gap>,
  enough: (seen: readonly (StreamEvent | Gap)[]) => boolean,
): Promise<(StreamEvent | Gap)[]> {
  const seen: (StreamEvent | Gap)[] = [];
  for await (const item of items) {
    seen.push(item);
    if (enough(seen)) break;
  }
  return seen;
}

const offsets = (items: readonly (StreamEvent | Gap)[]) =>
  items.map((item) => ('offset' in item ? item.offset : item.type));

/** What the client does over a WebSocket that is not ours: that of Node 22, which is a browser's. */
const ABROAD = `
  import { connect } from ${JSON.stringify(join(projectRoot, 'dist/collector/client/browser.js'))};
  const client = connect(process.argv.at(-1));
  for await (const { type, target } of client.subscribe({ topics: ['target'] })) {
    console.log(type, target);
    break;
  }
  await client.close();
`;

describe('the client of a stream', () => {
  it('runs over the WebSocket of browsers, without any module of Node', async () => {
    await using server = await startStream();
    server.log.append(targetEvent('api'));
    const args = ['--input-type=module', '--eval', ABROAD, '--', server.url];
    const { stdout } = await promisify(execFile)(await nodeBinary(22), args);
    assert.equal(stdout, 'target api\n');
  });

  it('gives the state and then what happens, of what was selected', async () => {
    await using server = await startStream();
    server.log.append(targetEvent('api'));
    server.log.append(targetEvent('web'));
    await using client = connect(server.url.replace('/v1/stream', ''), FAST);
    const reading = read(client.subscribe({ topics: ['target'], targets: ['a*'] }), (seen) => seen.length === 2);
    await client.request('targets', {});
    server.log.append(markEvent('api', 'no target event'));
    server.log.append(targetEvent('web'));
    server.log.append(targetEvent('api'));
    assert.deepEqual(offsets(await reading), [1, 5]);
  });

  it('gives each event once and in order, however often the connection breaks', async () => {
    await using server = await startStream();
    await using proxy = await startProxy(server.port);
    const states: ClientState[] = [];
    const onState = (state: ClientState) => states.push(state);
    await using client = connect(`ws://127.0.0.1:${proxy.port}`, { ...FAST, onState });
    const all = read(client.subscribe({ topics: ['mark'] }), (seen) => seen.length === 300);
    const some = read(client.subscribe({ topics: ['mark'], targets: ['even'] }), (seen) => seen.length === 150);
    await client.request('targets', {});
    for (let i = 1; i <= 300; i++) {
      server.log.append(markEvent(i % 2 === 0 ? 'even' : 'odd', `mark ${i}`));
      if (i % 20 === 0) proxy.cut();
      // gives the sockets a turn, so that cuts meet connections in every state
      if (i % 3 === 0) await new Promise(setImmediate);
    }
    const expected = Array.from({ length: 300 }, (_, i) => i + 1);
    assert.deepEqual(offsets(await all), expected);
    assert.deepEqual(
      offsets(await some),
      expected.filter((offset) => offset % 2 === 0),
    );
    assert.ok(
      states.some(({ state }) => state === 'waiting'),
      'the connection was never lost',
    );
  });

  it('says what is gone where the log does not reach back', async () => {
    await using server = await startStream({ ringEvents: 10 });
    await using proxy = await startProxy(server.port);
    await using client = connect(`ws://127.0.0.1:${proxy.port}`, FAST);
    const reading = read(client.subscribe({ topics: ['mark'] }), (seen) => seen.length === 3);
    await client.request('targets', {});
    server.log.append(markEvent('api', 'first'));
    await client.request('targets', {});
    proxy.cut();
    for (let i = 0; i < 100; i++) server.log.append(markEvent('api', 'while it was away'));
    const [first, gap, state] = await reading;
    assert.equal(first?.type, 'mark');
    assert.deepEqual([gap?.type === 'gap' && [gap.from, gap.to, gap.skipped]], [[2, 101, null]]);
    assert.equal(state?.type === 'mark' && state.offset, 101);
  });

  it('leaves off where its reader is slow, and misses nothing', async () => {
    await using server = await startStream();
    await using client = connect(server.url, FAST);
    const subscription = client.subscribe({ topics: ['mark', 'target'] });
    const iterator = subscription[Symbol.asyncIterator]();
    const first = iterator.next();
    await client.request('targets', {});
    server.log.append(markEvent('api', 'first'));
    await first;
    // labels as long as these fill what may wait after some sixteen
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`l${i}`, 'x'.repeat(1_000)]));
    for (let i = 0; i < 100; i++) {
      server.log.append({ ...targetEvent(`t${i}`), labels });
      await client.request('targets', {});
    }
    const rest: number[] = [];
    while (rest.length < 100) {
      const { value } = await iterator.next();
      if (value && 'offset' in value) rest.push(value.offset);
    }
    assert.deepEqual(
      rest,
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
    await iterator.return?.();
  });

  it('fails a request that was under way when the connection was lost, and asks those that waited', async () => {
    await using server = await startStream();
    await using proxy = await startProxy(server.port);
    await using client = connect(`ws://127.0.0.1:${proxy.port}`, FAST);
    await client.request('targets', {});
    proxy.hold();
    const lost = client.request('targets', {});
    proxy.cut();
    proxy.release();
    await assert.rejects(lost, (error: Error) => error instanceof StreamError && /^Lost ws:/.test(error.message));
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.request('targets', {})));
    assert.equal(answers.length, 40);
    await assert.rejects(client.request('partition', { id: 'none' }), { name: 'RequestError', code: 'not-found' });
  });

  it('gives up where another attempt would fare no better, or when told to', async () => {
    await using server = await startStream();
    const nobody = connect('ws://127.0.0.1:9/', { ...FAST, firstMs: 0 });
    const reason = await nobody.closed;
    assert.match(reason?.message ?? '', /^Cannot follow ws:\/\/127\.0\.0\.1:9\/v1\/stream: connect ECONNREFUSED/);
    await assert.rejects(
      read(nobody.subscribe({ topics: ['mark'] }), () => false),
      StreamError,
    );
    const elsewhere = connect(server.url.replace('stream', 'nothing'), { ...FAST, firstMs: 0 });
    assert.match((await elsewhere.closed)?.message ?? '', /404/);
    assert.throws(() => connect('http://127.0.0.1'), SyntaxError);
    const stop = new AbortController();
    const client = connect(server.url, { ...FAST, signal: stop.signal });
    const reading = read(client.subscribe({ topics: ['mark'] }), () => false);
    await client.request('targets', {});
    stop.abort();
    assert.equal(await client.closed, undefined);
    assert.deepEqual(await reading, []);
    await assert.rejects(client.request('targets', {}), { name: 'AbortError' });
  });
});
