/** Who attacks through a proxy shares its address with all others there, and cannot have them locked out. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { it } from 'node:test';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { configOf } from '../../support/collector.ts';
import { LogLines } from '../../support/log-lines.ts';
import { startProxy } from '../../support/proxy.ts';
import { connect } from '../../support/stream-client.ts';

const OPS = 'the-operators-own-token';
const tokens: TokenConfig[] = [{ name: 'ops', role: 'operator', source: { env: 'OPS' } }];
const MAX = 8;

async function start() {
  const config = { ...configOf([], { maxConnectionsPerAddress: MAX }), auth: { tokens, origins: [] } };
  const collector = await startCollector(config, { logger: new LogLines().logger, env: { OPS } });
  const proxy = await startProxy(Number(new URL(collector.url).port));
  const statusOf = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}`, Connection: 'close' };
    const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/targets`, { headers });
    await response.text();
    return response.status;
  };
  return { collector, proxy, statusOf, url: `ws://127.0.0.1:${proxy.port}/v1/stream` };
}

it('wrong tokens in any number keep nobody out who has a right one', async () => {
  const { collector, proxy, statusOf, url } = await start();
  await using _ = collector;
  await using __ = proxy;
  const statuses: number[] = [];
  for (let i = 0; i < 30; i++) statuses.push(await statusOf(`a-wrong-token-number-${i}`));
  assert.deepEqual(statuses, [...Array<number>(10).fill(401), ...Array<number>(20).fill(429)]);
  await using wrong = await connect(url);
  wrong.send({ type: 'hello', token: 'a-wrong-token-once-more' });
  assert.equal((await wrong.closed).code, 4429);
  assert.equal(await statusOf(OPS), 200);
  await using right = await connect(url);
  right.send({ type: 'hello', token: OPS });
  assert.equal((await right.next('welcome')).role, 'operator');
});

it('connections that nobody was let in by make room for those of others, and never take theirs', async () => {
  const { collector, proxy, statusOf, url } = await start();
  await using _ = collector;
  await using __ = proxy;
  await using client = await connect(url);
  client.send({ type: 'hello', token: OPS });
  await client.next('welcome');
  const idle: Socket[] = [];
  for (let i = 0; i < 3 * MAX; i++) {
    const socket = connectSocket(proxy.port, '127.0.0.1');
    socket.on('error', () => {}); // it is dropped to make room
    await once(socket, 'connect');
    idle.push(socket);
  }
  assert.equal(await statusOf(OPS), 200, 'all connections were taken');
  await using other = await connect(url);
  other.send({ type: 'hello', token: OPS });
  await other.next('welcome');
  const { type } = await client.request('targets');
  assert.equal(type, 'response', 'who was there is there');
  for (const socket of idle) socket.destroy();
});
