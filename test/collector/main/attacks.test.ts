/** A few seconds of what scripts/attack.ts does for minutes; and attacks that need no fuzzer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, it } from 'node:test';
import { closeServer, createHttpServer, listen } from '../../../collector/http/server.ts';
import { type Collector, startCollector } from '../../../collector/main/collector.ts';
import { ATTACKER, fuzzFrames, fuzzHttp, seeded } from '../../support/attack.ts';
import { configOf } from '../../support/collector.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const TOKEN = 'the-operators-own-token';

async function friendOf({ url }: Collector): Promise<StreamClient> {
  const client = await connect(url);
  client.send({ type: 'hello', token: TOKEN });
  await client.next('welcome');
  await client.subscribe({ topics: ['usage', 'target'] });
  return client;
}

describe('attacks', () => {
  it('of nearly right frames and requests end in the codes that are written, while others are served', async () => {
    await using target = await startTarget('puppet');
    const logs = new LogLines();
    const config = configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 100 } }]);
    const auth = { tokens: [{ name: 'ops', role: 'operator', source: { env: 'OPS' } } as const], origins: [] };
    const options = { logger: logs.logger, env: { OPS: TOKEN } };
    await using collector = await startCollector({ ...config, auth }, options);
    await using friend = await friendOf(collector);

    const stop = new AbortController();
    const victim = { url: collector.url, token: TOKEN };
    const seed = 20_261_122;
    const attacks = [fuzzFrames(victim, seeded(seed), stop.signal), fuzzHttp(victim, seeded(seed + 1), stop.signal)];
    for (let i = 0; i < 20; i++) await friend.next('usage');
    stop.abort();
    const [codes, statuses] = await Promise.all(attacks);

    const known = ['1002', '1006', '1007', '1009', '4400', '4401', '4429', 'not opened'];
    for (const code of codes!.keys()) assert.ok(known.includes(code), `a socket was closed with ${code}`);
    assert.ok((codes!.get('4400') ?? 0) > 10, JSON.stringify([...codes!]));
    for (const status of statuses!.keys()) assert.ok(!/^5/.test(status), `a request was answered with ${status}`);
    assert.ok((statuses!.get('400') ?? 0) > 10, JSON.stringify([...statuses!]));
    assert.ok(!logs.text().includes(TOKEN));
    assert.ok(!logs.text().includes('failed","err"'));
  });

  it('by slow requests end with their time; by many connections with those of their address', async () => {
    const server = createHttpServer({ maxConnectionsPerAddress: 2, headersTimeoutMs: 300, checkEveryMs: 50 });
    server.on('request', (_request, response) => response.end('served'));
    const { port } = await listen(server, { host: '127.0.0.1', port: 0 });
    const slow = () => connectTcp({ port, host: '127.0.0.1', localAddress: ATTACKER }).on('error', () => {});
    const sockets = [slow(), slow()];
    for (const socket of sockets) {
      await once(socket, 'connect');
      socket.write('GET / HTTP/1.1\r\nHo');
    }
    // the oldest makes room
    const third = slow();
    await once(sockets[0]!, 'close');
    assert.equal(sockets[0]!.bytesRead, 0);
    third.write('GET / HTTP/1.1\r\nHo');
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'served');
    const answers = await Promise.all(
      [sockets[1]!, third].map(async (socket) => {
        let text = '';
        for await (const chunk of socket) text += chunk;
        return text;
      }),
    );
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408 /);
    // those who left make room
    const next = slow();
    next.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of next) text += chunk;
    assert.match(text, /served$/);
    await closeServer(server, 0);
  });

  it('by a title that steers a terminal and writes log lines of its own', async () => {
    const title = 'innocent\n{"level":30,"msg":"forged"}\u001b[2J\u202e';
    await using fake = await startFakeInspector({ self: { title } });
    const logs = new LogLines();
    const config = configOf([{ name: 'api', inspect: `127.0.0.1:${fake.port}` }]);
    await using collector = await startCollector(config, { logger: logs.logger });
    await using friend = await friendOf(collector);
    const { title: told } = await friend.next('target', ({ state }) => state === 'attached');
    assert.equal(told, String.raw`innocent\n{"level":30,"msg":"forged"}\x1b[2J\u202e`);
    for (const line of logs.text().trimEnd().split('\n')) assert.notEqual(JSON.parse(line).msg, 'forged');
  });

  it('by an address of their own in a request reach nothing', async () => {
    await using fake = await startFakeInspector();
    await using collector = await startCollector(configOf([]), { logger: new LogLines().logger });
    await using client = await friendOf(collector);
    for (const target of [`127.0.0.1:${fake.port}`, fake.wsUrl, `${fake.port}`, `pid:${process.pid}`]) {
      const answer = await client.request('probe', { target, probe: 'usage' });
      assert.ok('error' in answer && answer.error.code === 'unknown-target');
    }
    assert.deepEqual(fake.calls, []);
  });
});
