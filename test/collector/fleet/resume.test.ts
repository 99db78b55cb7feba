/** One log for all collectors of a fleet: what an agent sees comes to each, once, in order, at the same offsets. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAgent } from '../../../collector/main/agent.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { Topic } from '../../../protocol/events.ts';
import { fleetConfig } from '../../support/fleet.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, type Nats, startNats } from '../../support/nats.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

const TOPICS = Topic.options;

/** Takes events until one of them is of this offset; gives them as they came. */
async function upTo(client: StreamClient, offset: number): Promise<{ type: string; offset: number }[]> {
  const got: { type: string; offset: number }[] = [];
  while (got.at(-1)?.offset !== offset) {
    const frame = await client.any();
    assert.notEqual(frame.type, 'gap');
    if ('offset' in frame && Topic.safeParse(frame.type).success) got.push({ type: frame.type, offset: frame.offset });
  }
  return got;
}

describe('a fleet', { skip: hasNats ? false : 'no nats-server here', timeout: 60_000 }, () => {
  let nats: Nats;
  let target: Target;

  before(async () => {
    [nats, target] = await Promise.all([startNats(), startTarget('puppet')]);
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });

  const api = () => ({ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 20, types: 200 } });
  const silent = () => ({ logger: new LogLines().logger });
  const store = { path: '', retention: { fullMs: 86_400_000, hourlyMs: 86_400_000, keepMs: 86_400_000 } };

  it('lets a client go on at another collector with exactly what it missed', async () => {
    await using dir = await folder();
    const stored = { ...store, path: dir.join('b.db') };
    await using _agent = await startAgent(fleetConfig(nats.url, 'one', [api()], { stream: 'resume' }), silent());
    const config = (name: string) => fleetConfig(nats.url, name, [], { stream: 'resume' });
    const a = await startCollector(config('a'), silent());
    await using b = await startCollector({ ...config('b'), store: stored }, silent());
    await using all = await connect(b.url);
    const { log } = await all.hello();
    await all.subscribe({ topics: TOPICS, from: { log, offset: 0 } });
    const client = await connect(a.url);
    assert.equal((await client.hello()).log, log);
    await client.subscribe({ topics: TOPICS });
    const seen = await client.next('usage');
    assert.equal(seen.target, 'api@one');
    await client.next('partition');
    const last = await client.next('usage', ({ replay }) => replay === undefined);
    await a.close();
    await client.closed;

    await using other = await connect(b.url);
    await other.hello();
    const { offset: until } = await other.subscribe({ topics: TOPICS, from: { log, offset: last.offset } });
    const missed = await upTo(other, until);
    const everything = await upTo(all, until);
    assert.deepEqual(
      missed,
      everything.filter(({ offset }) => offset > last.offset && offset <= until),
    );
    assert.equal(everything.length, new Set(everything.map(({ offset }) => offset)).size);

    // what was seen elsewhere first is waited for
    const next = await all.next('usage', ({ offset }) => offset > until);
    await using c = await startCollector(config('c'), silent());
    await using ahead = await connect(c.url);
    await ahead.hello();
    await ahead.subscribe({ topics: ['usage'], from: { log, offset: next.offset + 3 } });
    assert.equal((await ahead.any()).type, 'usage');
  });
});
