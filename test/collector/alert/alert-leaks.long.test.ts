/** From a real leak to a notification that says what holds it, and to the one that says it is over. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { DEFAULT_LIMITS } from '../../../agent/price/limits.ts';
import type { Config } from '../../../collector/config/config.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { signature } from '../../../collector/notify/webhook.ts';
import { liveProbes, type Probes } from '../../../collector/targets/probes.ts';
import type { Alert } from '../../../protocol/alert.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

const SECRET = 'correct horse battery staple';
const RULE = RuleFile.parse({
  name: 'SessionLeak',
  watch: { kind: 'Session', probe: 'census' },
  when: { growth: 100, within: '6s' },
  annotations: { summary: '{{kind}} grew by {{delta}}' },
  escalate: 'snapshot',
  notify: ['ops'],
});
/** A small heap's pause on a machine that does much else. */
const LIMITS = { ...DEFAULT_LIMITS, maxPauseMs: 10_000, pauseBudget: { pauseMs: 120_000, perMs: 3_600_000 } };

function leakConfig({ port }: Target, url: string, dir: string, rule = RULE, limits = LIMITS): Config {
  const schedule = { census: 300 };
  return {
    ...configOf([{ name: 'api', inspect: `127.0.0.1:${port}`, schedule, limits, samplingIntervalBytes: 1_024 }]),
    alerts: [rule],
    evidence: { perHour: 12, betweenMs: 3_000 },
    snapshots: { dir, keep: 10 },
    notify: [{ name: 'ops', type: 'webhook', url, secret: { env: 'SECRET' }, timeoutMs: 10_000 }],
  };
}

/** Of a program on another machine. */
const ELSEWHERE: Probes = { ...liveProbes, walkObstacle: async () => 'Cannot walk its heap: elsewhere' };

interface Told {
  readonly firing: Alert;
  readonly resolved: Alert;
  /** The longest pause of any probe. */
  readonly maxPauseMs: number;
  /** What became of checkpoints. */
  readonly checkpoints: readonly string[];
  /** Snapshots that were kept. */
  readonly files: readonly string[];
}

/** Lets a program leak until somebody is notified, and waits until it is reported as over. */
async function told(
  mode: string,
  over: { rule?: typeof RULE; limits?: typeof LIMITS; probes?: Probes } = {},
): Promise<Told> {
  await using target = await startTarget('leaks', { args: [mode] });
  await target.line(/ready/);
  await using server = await startWebhookServer();
  const logger = new LogLines().logger;
  await using dir = await folder();
  const config = leakConfig(target, server.url, dir.join('snapshots'), over.rule, over.limits);
  const probes = over.probes ?? ELSEWHERE;
  await using collector = await startCollector(config, { logger, env: { SECRET }, probes });
  await using client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['partition', 'footprint', 'checkpoint'] });
  // it leaks as long as it is counted, until somebody is notified
  while (server.posted.length === 0) {
    await client.next('partition', ({ probe }) => probe === 'census');
    target.send('grow 50\n');
  }
  const [first, second] = await server.received(2);
  const frames = client.drain();
  const pauses = frames.flatMap((frame) => (frame.type === 'footprint' ? [frame.pauseMs] : []));
  const checkpoints = frames.flatMap((frame) => (frame.type === 'checkpoint' ? [frame.phase] : []));
  for (const { headers, body } of server.posted) {
    const expected = `v1=${signature(SECRET, String(headers['heapwatch-timestamp']), body)}`;
    assert.equal(headers['heapwatch-signature'], expected);
  }
  const alertIn = ({ body }: { body: string }) => JSON.parse(body).alerts[0];
  await collector.close();
  assert.equal(server.posted.length, 2, 'each is told once');
  const files = await readdir(dir.join('snapshots'));
  return { firing: alertIn(first!), resolved: alertIn(second!), maxPauseMs: Math.max(...pauses), checkpoints, files };
}

/** What the first path reads like; keys of maps are not shown. */
const CULPRITS: Readonly<Record<string, RegExp>> = {
  map: /^module \/.*\/leaks\.mjs: handleRequest → closure handleRequest \(fixtures\/leaks\.mjs:\d+\): ctx\.sessionsByToken\.get\(\{\*\}\)$/,
  listeners:
    /^module \/.*\/leaks\.mjs: bus\.on\(\{\*\}\)\[\d+\] → closure onMessage \(fixtures\/leaks\.mjs:\d+\): ctx\.session$/,
  timers: /^timer refreshSession \(fixtures\/leaks\.mjs:\d+\): ctx\.session$/,
  promises:
    /^module \/.*\/leaks\.mjs: neverSettled\[\d+\] → promise → await in waitForever \(fixtures\/leaks\.mjs:\d+\): local$/,
  array: /^module \/.*\/leaks\.mjs: auditLog\[\d+\]$/,
  async: /^timer heartbeat \(fixtures\/leaks\.mjs:\d+\)/,
};

describe('a leak', { concurrency: 3 }, () => {
  for (const [mode, path] of Object.entries(CULPRITS)) {
    it(`by way of ${mode} is told with the variable and the script that hold it`, async () => {
      const { firing, resolved, maxPauseMs, checkpoints, files } = await told(mode);
      const { evidence, labels, annotations } = firing;
      assert.deepEqual([labels.alertname, labels.kind, labels.target], ['SessionLeak', 'Session', 'api']);
      assert.match(annotations.summary ?? '', /^Session grew by \d+$/);
      assert.match(evidence?.paths?.[0] ?? '', path, JSON.stringify(evidence, null, 1));
      assert.ok((evidence?.pattern?.length ?? 0) > 2);
      const [kind] = evidence?.kinds ?? [];
      assert.equal(kind?.kind, 'Session');
      assert.ok(kind.now.count - kind.before.count >= 100, JSON.stringify(kind));
      // two snapshots and the sampling profile
      assert.deepEqual([evidence?.partitions?.length, evidence?.refused], [3, undefined]);
      assert.equal(evidence?.born?.kind, 'Session');
      assert.ok(evidence.born.count >= 1 && evidence.born.count < kind.now.count, JSON.stringify(evidence.born));
      assert.ok(evidence.sites?.some(({ site }) => /leaks\.mjs/.test(site)));
      assert.deepEqual(evidence.snapshots?.toSorted(), files.toSorted());
      assert.deepEqual(checkpoints, ['taken', 'released']);
      assert.ok(maxPauseMs > 0 && maxPauseMs <= LIMITS.maxPauseMs, `${maxPauseMs} ms`);
      assert.equal(resolved.fingerprint, firing.fingerprint);
      assert.ok(Date.parse(resolved.endsAt ?? '') > Date.parse(firing.startsAt));
    });
  }
});

/** A walked path does not say yet which local of an async function holds it. */
const WALKED = { ...CULPRITS, promises: /^module \/.*\/leaks\.mjs: neverSettled\[\d+\] → promise/ };

describe('a leak on this machine', { concurrency: 3 }, () => {
  for (const [mode, path] of Object.entries(WALKED)) {
    it(`by way of ${mode} is told with what holds it, and no snapshot is taken`, async () => {
      const { firing, files, checkpoints } = await told(mode, { probes: liveProbes });
      const { evidence } = firing;
      assert.match(evidence?.paths?.[0] ?? '', path, JSON.stringify(evidence, null, 1));
      assert.ok((evidence?.pattern?.length ?? 0) > 2);
      assert.deepEqual(
        evidence?.refused,
        ['born in between: a walk has no object ids'],
        JSON.stringify(evidence, null, 1),
      );
      assert.deepEqual([evidence?.born, checkpoints], [undefined, []]);
      // its graph is kept like a snapshot
      assert.deepEqual([evidence?.snapshots, files.length], [files, 1]);
    });
  }
});

describe('a leak of many kinds', () => {
  it('is told once, as one incident of the class that holds the others', async () => {
    const rule = RuleFile.parse({
      name: 'Grows',
      watch: { kind: '*', probe: 'census' },
      when: { growth: 100, within: '6s' },
      escalate: 'snapshot',
      notify: ['ops'],
    });
    const { firing, files } = await told('map', { rule });
    assert.deepEqual(Object.keys(firing.labels).toSorted(), ['alertname', 'isolate', 'target']);
    const { cause, retained = [], paths } = firing.evidence ?? {};
    assert.equal(cause, 'Session');
    assert.match(paths?.[0] ?? '', CULPRITS.map!);
    const bytesOf = (kind: string) => retained.find((each) => each.kind === kind)?.retainedBytes ?? 0;
    assert.ok(bytesOf('Session') > bytesOf('Array') && bytesOf('Array') > 0, JSON.stringify(retained));
    assert.equal(files.length, 2, 'two snapshots, however many kinds grow');
    assert.match(firing.annotations.reason ?? '', /^Session: .* with it$/);
  });
});

describe('a rule with the defaults', () => {
  for (const kind of ['string', 'elements']) {
    it(`has readings of the scheduled types: ${kind} that grow are told`, async () => {
      await using target = await startTarget('leaks', { args: ['array'] });
      await target.line(/ready/);
      const rule = RuleFile.parse({
        name: 'Grows',
        watch: { kind, measure: 'size' },
        when: { growth: '10KB', within: '6s' },
      });
      const api = { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { types: 300 }, limits: LIMITS };
      const options = { logger: new LogLines().logger };
      await using collector = await startCollector({ ...configOf([api]), alerts: [rule] }, options);
      await using client = await connect(collector.url);
      await client.hello();
      await client.subscribe({ topics: ['partition', 'alert'] });
      const isOf = (by: string) => (partition: { probe: string; by: string }) =>
        partition.probe === 'types' && partition.by === by;
      await client.next('partition', isOf('instanceType'));
      let isOver = false;
      const fired = client
        .next('alert', ({ state }) => state === 'firing')
        .finally(() => {
          isOver = true;
        });
      // it leaks as long as it is counted, until somebody is notified
      while (!isOver) {
        target.send('grow 1000\n');
        await Promise.race([fired, client.next('partition', isOf('kind'))]);
      }
      const { labels } = await fired;
      assert.deepEqual([labels.alertname, labels.kind, labels.target], ['Grows', kind, 'api']);
    });
  }
});
