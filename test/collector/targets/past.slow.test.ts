/** What probes have cost a target, and that it died of one, is known to a collector that begins anew. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { AlertEvent } from '../../../protocol/events.ts';
import { startCli } from '../../support/cli.ts';
import { startTestCollector } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { type Frame, startInspectorProxy } from '../../support/inspector-proxy.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

interface Life {
  readonly client: StreamClient;
  kill(): Promise<void>;
}

/** A collector in a process of its own. */
async function startLife(config: string): Promise<Life> {
  const cli = startCli(['collect', '--config', config]);
  const [, url] = await cli.said(/"url":"(ws:[^"]+)"/);
  const client = await connect(url!);
  await client.hello();
  await client.subscribe({ topics: ['probe', 'footprint', 'alert'] });
  const kill = async () => {
    cli.process.kill('SIGKILL');
    await cli.result;
    await client.closed;
  };
  return { client, kill };
}

test('kill -9 of a collector gives its targets no fresh budget', async () => {
  await using dir = await folder();
  await using target = await startTarget('puppet');
  const path = dir.join('heapwatch.yaml');
  await writeFile(
    path,
    [
      'listen: 127.0.0.1:0',
      `store: { path: ${dir.join('hw.db')} }`,
      `targets: [{ name: api, inspect: "127.0.0.1:${target.port}" }]`,
      'schedule: { usage: false, sampling: false, types: 100ms }',
      'limits: { pauseBudget: 60ms/h }',
      'alerts: []',
    ].join('\n'),
  );
  const first = await startLife(path);
  const { hourPauseMs } = await first.client.next('footprint');
  const spent = await first.client.next('probe', ({ phase }) => phase === 'refused');
  assert.match(spent.reason ?? '', /\(pauseBudget\)$/);
  await first.kill();
  const second = await startLife(path);
  const answer = await second.client.next('probe', ({ phase, replay }) => !replay && phase !== 'failed');
  assert.equal(answer.phase, 'refused', JSON.stringify(answer));
  assert.match(answer.reason ?? '', /after [\d.]+ m?s within 60 min, is over the budget of 60 ms/);
  assert.ok(hourPauseMs > 0);
  await second.kill();
});

test('a collector that was killed in a probe is charged with it', async () => {
  await using dir = await folder();
  await using target = await startTarget('idle-sessions');
  await target.line(/ready/);
  const path = dir.join('heapwatch.yaml');
  await writeFile(
    path,
    [
      'listen: 127.0.0.1:0',
      `store: { path: ${dir.join('hw.db')} }`,
      `targets: [{ name: api, inspect: "127.0.0.1:${target.port}" }]`,
      'schedule: { usage: false, sampling: false, types: false, census: 200ms }',
      'limits: { maxPause: 60s, pauseBudget: 10m/h }',
      'alerts: []',
    ].join('\n'),
  );
  const first = await startLife(path);
  await first.client.next('probe', ({ phase, probe }) => phase === 'started' && probe === 'census');
  await first.kill();
  const second = await startLife(path);
  const footprint = await second.client.next('footprint', ({ cause }) => cause === 'census');
  assert.ok(footprint.pauseMs > 0 && footprint.hourPauseMs >= footprint.pauseMs);
  await second.kill();
});

test('a target that died of a snapshot is not asked for another by the schedule, but by hand', async () => {
  await using first = await startTarget('idle-sessions');
  await using successor = await startTarget('idle-sessions');
  let isArmed = true;
  const onFrame = ({ method }: Frame) => {
    if (!isArmed || method !== 'HeapProfiler.addHeapSnapshotChunk') return;
    isArmed = false;
    proxy.pointAt(successor.port);
    first.kill('SIGKILL');
  };
  await using proxy = await startInspectorProxy(first.port, { onFrame });
  const limits = { maxPauseMs: 60_000, maxExtraBytes: 2 ** 33, pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 } };
  const common = { limits, group: 'web', schedule: { snapshot: 300 } };
  await using running = await startTestCollector([{ name: 'api', inspect: proxy.address, ...common }]);
  const fatal = await running.client.next('footprint', (event) => event.fatal === true);
  assert.equal(fatal.cause, 'snapshot');
  const refused = await running.client.next(
    'probe',
    ({ phase, offset }) => phase === 'refused' && offset > fatal.offset,
  );
  assert.equal(refused.probe, 'snapshot');
  assert.match(refused.reason ?? '', /^"api" of its group died during a snapshot at .*Z; ask for one by hand/);
  // by hand it is taken, and survived
  const answer = await running.client.request('probe', { target: 'api', probe: 'snapshot', yes: true });
  assert.ok('result' in answer, JSON.stringify(answer));
  await running.client.next(
    'probe',
    ({ phase, probe, offset }) => probe === 'snapshot' && phase === 'done' && offset > refused.offset,
  );
});

test('kill -9 of a collector, and another process of the target, give evidence no fresh ration', async () => {
  await using dir = await folder();
  await using before = await startTarget('idle-sessions');
  await using after = await startTarget('idle-sessions');
  const path = dir.join('heapwatch.yaml');
  const write = (port: number, kind: string) =>
    writeFile(
      path,
      [
        'listen: 127.0.0.1:0',
        `store: { path: ${dir.join('hw.db')} }`,
        `targets: [{ name: api, inspect: "127.0.0.1:${port}" }]`,
        'schedule: { usage: 1s, memory: false, walk: 500ms, sampling: false, types: false }',
        'evidence: { perHour: 1, between: 0s }',
        `alerts: [{ name: Big, watch: { kind: ${kind}, probe: walk }, when: { above: 100 }, escalate: types }]`,
      ].join('\n'),
    );
  const isGathered = ({ state, evidence, replay }: AlertEvent) =>
    state === 'firing' && evidence?.state === 'done' && !replay;
  await write(before.port, 'Session');
  const first = await startLife(path);
  const gathered = await first.client.next('alert', isGathered);
  assert.equal(gathered.evidence?.partitions?.length, 1, JSON.stringify(gathered.evidence));
  await first.kill();
  before.kill('SIGKILL');
  // what fires already needs no other evidence: the rule sees something else
  await write(after.port, 'Point');
  const second = await startLife(path);
  const again = await second.client.next('alert', (event) => isGathered(event) && event.kind === 'Point');
  assert.equal(again.evidence?.partitions, undefined);
  assert.match(again.evidence?.refused?.join() ?? '', /has had 1 probes of api within an hour already/);
  await second.kill();
});
