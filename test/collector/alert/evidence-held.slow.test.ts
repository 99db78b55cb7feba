/** Object ids between the two snapshots of an alert's evidence: released whatever happens meanwhile. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_LIMITS } from '../../../agent/price/limits.ts';
import { tcpTable } from '../../../agent/process/tcp-table.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { type Collector, startCollector } from '../../../collector/main/collector.ts';
import { liveProbes, type Probes } from '../../../collector/targets/probes.ts';
import { configOf } from '../../support/collector.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

const RULE = RuleFile.parse({
  name: 'SessionLeak',
  watch: { kind: 'Session', probe: 'census' },
  when: { growth: 100, within: '6s' },
  escalate: 'snapshot',
});
const LIMITS = { ...DEFAULT_LIMITS, maxPauseMs: 10_000, pauseBudget: { pauseMs: 120_000, perMs: 3_600_000 } };

interface Held {
  readonly target: Target;
  readonly collector: Collector;
  readonly client: StreamClient;
}

interface HeldOptions {
  /** Of which a tenth is waited at least. */
  readonly betweenMs: number;
  readonly probes?: Probes;
  /** Whether it leaks on. */
  readonly leaksOn?: boolean;
}

/** Does `then` when the ids of a program that leaks are held for its alert. */
async function whileHeld(options: HeldOptions, then: (held: Held) => Promise<void>): Promise<void> {
  const { betweenMs, leaksOn = false } = options;
  // only snapshots have ids to be held
  const probes = { ...(options.probes ?? liveProbes), walkObstacle: async () => 'Cannot walk its heap: elsewhere' };
  await using target = await startTarget('leaks', { args: ['array'] });
  await target.line(/ready/);
  const api = { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { census: 300 }, limits: LIMITS };
  const config = { ...configOf([api]), alerts: [RULE], evidence: { perHour: 12, betweenMs } };
  await using collector = await startCollector(config, { logger: new LogLines().logger, probes });
  await using client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['partition', 'checkpoint', 'alert'] });
  const until = async (end: Promise<unknown>) => {
    let isOver = false;
    const over = end.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      target.send('grow 50\n');
      await Promise.race([over, client.next('partition', ({ probe }) => probe === 'census')]);
    }
    await over;
  };
  await until(client.next('checkpoint', ({ phase }) => phase === 'taken'));
  const held = then({ target, collector, client });
  await (leaksOn ? until(held) : held);
}

const isGathered = ({ evidence }: { evidence?: { state: string } | undefined }) => evidence?.state === 'done';

describe('object ids that are held for an alert', () => {
  it('are released when it resolves, and what was found is told', async () => {
    await whileHeld({ betweenMs: 600_000 }, async ({ client }) => {
      const { phase } = await client.next('checkpoint');
      assert.equal(phase, 'released');
      const { evidence } = await client.next('alert', isGathered);
      assert.match(evidence?.paths?.[0] ?? '', /auditLog/);
      assert.equal(evidence?.born, undefined);
      assert.ok(evidence?.refused?.includes('second snapshot: the alert has resolved meanwhile'));
      await client.next('alert', ({ state }) => state === 'resolved');
    });
  });

  it('are gone with their target, and what was found is told', async () => {
    await whileHeld({ betweenMs: 10_000 }, async ({ target, client }) => {
      target.kill('SIGKILL');
      const { phase } = await client.next('checkpoint');
      assert.equal(phase, 'void');
      const { evidence } = await client.next('alert', isGathered);
      assert.match(evidence?.paths?.[0] ?? '', /auditLog/);
      assert.match(evidence?.refused?.join('\n') ?? '', /^second snapshot: /m);
    });
  });

  it('are released when the collector stops: nothing of it is left at the target', async () => {
    await whileHeld({ betweenMs: 600_000 }, async ({ target, collector }) => {
      await collector.close();
      const left = (await tcpTable()).filter(({ established, localPort }) => established && localPort === target.port);
      assert.deepEqual(left, []);
      target.send('grow 1\n');
      await target.line(/grown/);
    });
  });

  it('are released at once where the limits have no room for a second snapshot, with the figures', async () => {
    await whileHeld({ betweenMs: 20_000, probes: dearSecond(), leaksOn: true }, async ({ client }) => {
      const { phase } = await client.next('checkpoint');
      assert.equal(phase, 'released');
      const { evidence } = await client.next('alert', isGathered);
      assert.match(evidence?.paths?.[0] ?? '', /auditLog/);
      const refused = 'second snapshot: about 60 s of pause is over the limit of 10 s (maxPause)';
      assert.ok(evidence?.refused?.includes(refused), evidence?.refused?.join('\n'));
    });
  });
});

/** Probes of which a snapshot after the first would take a minute. */
function dearSecond(): Probes {
  let isTaken = false;
  return {
    ...liveProbes,
    async takeCheckpoint(agent, context) {
      const live = await liveProbes.takeCheckpoint(agent, context);
      isTaken = true;
      return live;
    },
    async quote(agent, question) {
      const quote = await liveProbes.quote(agent, question);
      if (!isTaken || question.probe !== 'snapshot') return quote;
      return { ...quote, price: { ...quote.price, pauseMs: 60_000 } };
    },
  };
}
