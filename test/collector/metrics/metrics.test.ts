import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { kindSeries } from '../../../collector/metrics/kinds.ts';
import { label } from '../../../collector/metrics/label.ts';
import { Metrics } from '../../../collector/metrics/metrics.ts';
import type { Turn } from '../../../collector/metrics/standstills.ts';
import type { TargetState } from '../../../protocol/events.ts';
import { partitionEvent, probeEvent, targetEvent, usageEvent } from '../../support/events.ts';

const AT = '2026-11-22T06:24:45.123Z';

/** Metrics of a log with `events`, which have happened while they were counted. */
async function textOf(fill: (log: RingLog) => void, states: TargetState[] = [], turns: Turn[] = []): Promise<string> {
  const log = new RingLog(DEFAULT_STREAM);
  const metrics = new Metrics({
    log,
    states: () => states,
    turns: () => turns,
    clients: () => 3,
    refusals: () => 2,
    alerts: () => [{ rule: 'Leak', target: 'api', inactive: 7, undecided: 1, pending: 2, firing: 3, unit: 'objects' }],
    receivers: () => [{ name: 'ops', tally: { sent: 4, failed: 5, refused: 6 } }],
    version: '1.2.3',
  });
  fill(log);
  await log.settled();
  try {
    return await metrics.text();
  } finally {
    metrics.close();
  }
}

/** The samples of a metric: what is in braces, and the value. */
function samples(text: string, name: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => new RegExp(`^${name}(?:\\{(.*)\\})? (.*)$`).exec(line)?.slice(1).join(' ') ?? []);
}

describe('metrics', () => {
  it('give the gauges of each isolate under the names that prom-client has for them', async () => {
    const text = await textOf((log) => {
      log.append(usageEvent('api', { heapUsedBytes: 10, spaces: [{ name: 'old_space', usedBytes: 7, sizeBytes: 8 }] }));
      log.append(usageEvent('api', { heapUsedBytes: 20, spaces: [{ name: 'old_space', usedBytes: 9, sizeBytes: 9 }] }));
      log.append(usageEvent('api', { isolate: 'worker:1', heapUsedBytes: 30 }));
    });
    assert.deepEqual(samples(text, 'nodejs_heap_size_used_bytes'), [
      'target="api",isolate="main" 20',
      'target="api",isolate="worker:1" 30',
    ]);
    // a process has one, however many isolates it has
    assert.match(samples(text, 'process_resident_memory_bytes').join(), /^target="api" \d+$/);
    assert.deepEqual(samples(text, 'nodejs_heap_space_size_used_bytes'), ['target="api",isolate="main",space="old" 9']);
    assert.deepEqual(samples(text, 'heapwatch_stream_clients'), [' 3']);
    assert.deepEqual(samples(text, 'heapwatch_access_refusals_total'), [' 2']);
    assert.deepEqual(samples(text, 'heapwatch_events_total'), ['topic="usage" 3']);
  });

  it('tell the labels of targets, under names that Prometheus takes', async () => {
    const labels = { region: 'eu', 'app.kubernetes.io/name': 'a "b"' };
    const text = await textOf(() => {}, [
      { target: 'api', state: 'attached', at: AT, labels },
      { target: 'web', state: 'attached', at: AT },
    ]);
    assert.deepEqual(samples(text, 'heapwatch_target_labels'), [
      'target="api",label_region="eu",label_app_kubernetes_io_name="a \\"b\\"" 1',
    ]);
  });

  it('tell how rules stand and what receivers were told', async () => {
    const text = await textOf(() => {});
    assert.deepEqual(samples(text, 'heapwatch_alerts'), [
      'rule="Leak",target="api",state="undecided" 1',
      'rule="Leak",target="api",state="pending" 2',
      'rule="Leak",target="api",state="firing" 3',
    ]);
    assert.deepEqual(samples(text, 'heapwatch_notifications_total'), [
      'receiver="ops",outcome="sent" 4',
      'receiver="ops",outcome="failed" 5',
      'receiver="ops",outcome="refused" 6',
    ]);
  });

  it('tell how the store is, where there is one', async () => {
    const metrics = new Metrics({
      log: new RingLog(DEFAULT_STREAM),
      states: () => [],
      turns: () => [],
      clients: () => 0,
      refusals: () => 0,
      alerts: () => [],
      receivers: () => [],
      store: () => ({ durable: false, fault: 'full', unsaved: 7, lost: 3 }),
      version: '1.2.3',
    });
    const text = await metrics.text();
    metrics.close();
    const found = ['durable', 'unsaved_events', 'lost_events_total'].map((name) =>
      samples(text, `heapwatch_store_${name}`),
    );
    assert.deepEqual(found, [[' 0'], [' 7'], [' 3']]);
    assert.ok(!(await textOf(() => {})).includes('heapwatch_store'));
  });

  it('tell how targets are', async () => {
    const states: TargetState[] = [
      { target: 'api', state: 'attached', at: AT },
      { target: 'web', state: 'blocked', at: AT },
    ];
    const text = await textOf(() => {}, states);
    assert.deepEqual(samples(text, 'heapwatch_target_up'), ['target="api" 1', 'target="web" 0']);
    assert.deepEqual(samples(text, 'heapwatch_targets').slice(0, 3), [
      'state="attached" 1',
      'state="paused" 0',
      'state="blocked" 1',
    ]);
  });

  it('tell how long event loops took to turn and collections stopped isolates', async () => {
    const fill = (log: RingLog) => {
      for (const probe of ['types', 'sampling', 'census'] as const) {
        log.append(partitionEvent('api', { probe, by: probe, cost: { pauseMs: 40 } }));
      }
    };
    const text = await textOf(fill, [], [{ target: 'api', turnMs: 2.5 }]);
    assert.deepEqual(samples(text, 'nodejs_eventloop_lag_seconds'), ['target="api" 0.0025']);
    assert.deepEqual(samples(text, 'heapwatch_gc_pause_seconds'), [
      'target="api",isolate="main",probe="types" 0.04',
      'target="api",isolate="main",probe="sampling" 0.04',
    ]);
  });

  it('tell what probes cost beside what was forecast, and how they ended', async () => {
    const forecast = { pauseMs: 900, extraBytes: 1_000 };
    const states: TargetState[] = ['api', 'web'].map((target) => ({ target, state: 'attached', at: AT }));
    const text = await textOf((log) => {
      log.append(probeEvent('api'));
      log.append(probeEvent('api', { phase: 'done', cost: { forecast, pauseMs: 750, extraBytes: -5 } }));
      log.append(probeEvent('api', { phase: 'done', cost: { forecast, pauseMs: 250 } }));
      log.append(probeEvent('api', { phase: 'failed' }));
      log.append(probeEvent('web', { phase: 'refused' }));
    }, states);
    const of = 'target="api",probe="snapshot"';
    assert.deepEqual(samples(text, 'heapwatch_probes_total'), [
      `${of},phase="done" 2`,
      `${of},phase="failed" 1`,
      'target="web",probe="snapshot",phase="refused" 1',
    ]);
    assert.deepEqual(samples(text, 'heapwatch_probe_refusals_total'), ['target="web",probe="snapshot" 1']);
    assert.deepEqual(samples(text, 'heapwatch_probe_pause_seconds_total'), [`${of} 1`]);
    assert.deepEqual(samples(text, 'heapwatch_probe_pause_seconds'), [`${of},isolate="main" 0.25`]);
    assert.deepEqual(samples(text, 'heapwatch_probe_pause_forecast_seconds'), [`${of},isolate="main" 0.9`]);
    assert.deepEqual(samples(text, 'heapwatch_probe_extra_bytes'), [`${of},isolate="main" -5`]);
  });

  it('end with their target and their isolate', async () => {
    const left: TargetState[] = [{ target: 'web', state: 'attached', at: AT }];
    const text = await textOf((log) => {
      const cost = { pauseMs: 250, extraBytes: 1 };
      for (let at = 0; at < 300; at++) log.append(probeEvent(`gone${at}`, { phase: 'done', cost }));
      for (let at = 0; at < 300; at++) log.append(probeEvent('web', { phase: 'done', isolate: `worker:${at}`, cost }));
      for (let at = 0; at < 300; at++) log.forget('web', { isolate: `worker:${at}` });
      log.append(probeEvent('web', { phase: 'done', cost }));
    }, left);
    assert.deepEqual(samples(text, 'heapwatch_probes_total'), ['target="web",probe="snapshot",phase="done" 301']);
    assert.deepEqual(samples(text, 'heapwatch_probe_pause_seconds'), [
      'target="web",probe="snapshot",isolate="main" 0.25',
    ]);
  });

  it('have as many isolates of a target as are told apart, and no more', async () => {
    const text = await textOf((log) => {
      for (let at = 0; at < 5_000; at++) log.append(usageEvent('api', { isolate: `worker:${at}` }));
      log.append(usageEvent('web'));
    });
    const heaps = samples(text, 'nodejs_heap_size_used_bytes');
    assert.equal(heaps.length, 65);
    assert.ok(heaps.some((heap) => heap.includes('target="web"')));
  });

  it('bound the kinds of a partition, and sum up the rest', () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ kind: `K${i}`, count: 1, sizeBytes: 100 - i }));
    const event = { ...partitionEvent('api', { rows, count: 60, sizeBytes: 10_000 }), offset: 1 };
    const series = kindSeries([event], 3);
    assert.deepEqual(
      series.map(({ labels, count, sizeBytes }) => [labels.kind, count, sizeBytes]),
      [
        ['K0', 1, 100],
        ['K1', 1, 99],
        ['K2', 1, 98],
        ['(other)', 57, 9_703],
      ],
    );
  });

  it('give no two samples of one name and labels, whatever kinds are called, and stay under their bound', async () => {
    const wild = [
      'a\nb',
      'a\\nb',
      'q"uote',
      'back\\slash',
      '\u001b[31m',
      '\ud800',
      '\udfff',
      'x'.repeat(500),
      `${'x'.repeat(500)}y`,
    ];
    const text = await textOf((log) => {
      const rows = wild.map((kind, i) => ({ kind, count: 1, sizeBytes: 100 - i }));
      log.append(partitionEvent('api', { rows, count: 9, sizeBytes: 900 }));
      const many = Array.from({ length: 20 }, (_, i) => ({ kind: `K${i}`, count: 1, sizeBytes: 1 }));
      for (let i = 0; i < 600; i++) log.append(partitionEvent(`t${i}`, { rows: many, count: 20, sizeBytes: 20 }));
    });
    const lines = samples(text, 'heapwatch_kind_objects');
    // three pairs look alike and are one series each
    assert.equal(lines.length, 10_000 - 3);
    assert.equal(new Set(lines.map((line) => line.replace(/ \S+$/, ''))).size, lines.length);
    assert.deepEqual(samples(text, 'heapwatch_kind_series_dropped'), [' 2009']);
    assert.ok(!/(?!\n)\p{Cc}/u.test(text), 'no control characters');
  });

  it('are what promtool takes, where it is installed', async (t) => {
    if (spawnSync('promtool', ['--version']).error) return t.skip('no promtool here');
    const text = await textOf(
      (log) => {
        log.append(usageEvent('api'));
        log.append(partitionEvent('api'));
        log.append(targetEvent('api'));
        log.append(probeEvent('api', { phase: 'done', cost: { pauseMs: 1, extraBytes: 2 } }));
      },
      [{ target: 'api', state: 'attached', at: AT }],
    );
    const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
});

describe('a label', () => {
  it('is one line that can be sent, and short', () => {
    assert.equal(label('a\u001b[2Jb\nc\td'), 'a\\x1b[2Jb\\nc\\td');
    assert.equal(label('\ud800x'), '\ufffdx');
    assert.equal(label('é'.repeat(500)).length, 120);
    assert.equal(label('x'.repeat(120)), 'x'.repeat(120));
  });
});
