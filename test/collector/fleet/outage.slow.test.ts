/** NATS killed by -9 and started again, and a stream made anew: what was acknowledged stays, once and in order, everywhere. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startAgent } from '../../../collector/main/agent.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { fleetConfig } from '../../support/fleet.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, startNats } from '../../support/nats.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const ROUNDS = 3;

/** Takes readings until there are so many; gives their offsets. */
async function readings(client: StreamClient, count: number): Promise<number[]> {
  const offsets: number[] = [];
  while (offsets.length < count) offsets.push((await client.next('usage')).offset);
  return offsets;
}

describe('a fleet whose NATS is killed', { skip: hasNats ? false : 'no nats-server here', timeout: 120_000 }, () => {
  it('goes on with the same log at all collectors, nothing lost of what was appended meanwhile', async () => {
    await using nats = await startNats();
    await using target = await startTarget('puppet');
    const logs = new LogLines();
    const { logger } = logs;
    const api = { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 50 } };
    await using _agent = await startAgent(fleetConfig(nats.url, 'one', [api]), { logger });
    await using a = await startCollector(fleetConfig(nats.url, 'a'), { logger });
    await using b = await startCollector(fleetConfig(nats.url, 'b'), { logger });
    const clients = await Promise.all([a, b].map(({ url }) => connect(url)));
    for (const client of clients) {
      await client.hello();
      await client.subscribe({ topics: ['usage', 'target'] });
      await client.next('target', ({ state }) => state === 'attached');
    }
    const [one, two] = clients as [StreamClient, StreamClient];
    for (let round = 0; round < ROUNDS; round++) {
      await readings(one, 5);
      await nats.restart();
      await readings(one, 5);
    }
    const end = await one.next('usage');
    // every 50 ms one: without a hole in time nothing was lost while NATS was away
    const taken: { offset: number; takenAt: string }[] = [];
    while (taken.at(-1)?.offset !== end.offset) taken.push(await two.next('usage'));
    const offsets = taken.map(({ offset }) => offset);
    assert.deepEqual(
      offsets,
      [...new Set(offsets)].sort((x, y) => x - y),
    );
    const times = taken.map(({ takenAt }) => takenAt);
    assert.deepEqual(times, [...new Set(times)].sort());
    assert.deepEqual(
      one.drain().filter(({ type }) => type === 'target'),
      [],
      'the target was not let go',
    );
    for (const client of clients) await client.close();
  });

  it('ends a collector whose stream was made anew, with the reason', async () => {
    await using nats = await startNats();
    const { logger } = new LogLines();
    const collector = await startCollector(fleetConfig(nats.url, 'a'), { logger });
    const { connect: dial } = await import('@nats-io/transport-node');
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const connection = await dial({ servers: nats.url });
    await (await jetstreamManager(connection)).streams.delete('heapwatch');
    await using _other = await startCollector(fleetConfig(nats.url, 'b'), { logger });
    await nats.restart();
    await collector.closed;
    assert.match(String(collector.failure), /^stream "heapwatch" is another one than before: it was made anew$/);
    await connection.close();
  });
});
