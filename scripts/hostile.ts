/**
 * A collector of eight hostile targets and one honest one, for as long as is said (default a minute).
 *
 *     node dist/scripts/hostile.js --for 5m
 *
 * Ends with 1 where the collector ended, its memory grew, the honest target's readings were late, or `/healthz` was slow. What
 * the collector's main thread and this process wait for a processor is not counted: so it says the same on a busy machine.
 * Of `/healthz` only what is asked between the readings of memory counts, which stop the collector for a collection.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseDuration } from '../collector/base/units.ts';
import { startCli } from '../test/support/cli.ts';
import { folder } from '../test/support/folder.ts';
import { MODES } from '../test/support/hostile-target.ts';
import { connect } from '../test/support/stream-client.ts';
import { startTarget } from '../test/support/target.ts';
import { growthOf, growthText, type Measure, MemoryLog, type MemoryReading, memoryTable } from './attack/memory.ts';
import { queuedMs } from './attack/queue.ts';

const USAGE_EVERY_MS = 250;
const READINGS = 30;
/** So many readings of the honest target must be there. */
const ON_TIME_RATIO = 0.5;
/** In the first minutes code is still compiled, and what is kept of each probe for a budget's day fills up. */
const ROOM_BYTES: Readonly<Partial<Record<Measure, number>>> = { heapUsedBytes: 4 * 2 ** 20 };
/** In a shorter run what is sent first is most of what RSS grows by. */
const RSS_FROM_MS = 3 * 60_000;
/** What each hostile target is asked for, again and again. */
const PROBES = ['types', 'sampling', 'snapshot'];

const { values } = parseArgs({
  options: { for: { type: 'string', default: '1m' }, healthz: { type: 'string', default: '100ms' } },
});
const forMs = parseDuration(values.for);
const healthzMs = parseDuration(values.healthz);
const program = fileURLToPath(new URL('../test/support/hostile-target.js', import.meta.url));
const problems: string[] = [];

await using dir = await folder();
await using honest = await startTarget('puppet');
const hostile = await Promise.all(
  Object.keys(MODES).map(async (mode) => {
    const child = fork(program, [mode], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const [port] = await once(child.stdout!, 'data');
    return { mode, child, port: Number(String(port)) };
  }),
);
const targets = hostile.map(({ mode, port }) => `  - { name: ${mode}, inspect: "127.0.0.1:${port}" }`);
const config = dir.join('heapwatch.yaml');
writeFileSync(
  config,
  `listen: 127.0.0.1:0
store: { path: ${dir.join('hw.db')}, snapshots: { dir: ${dir.join('kept')} } }
limits: { maxPause: 60s, maxExtraMemory: 4GB, pauseBudget: 1h/h }
schedule: { usage: 1s, sampling: 2s, types: 2s, snapshot: 20s }
stream: { ringEvents: 100 }
targets:
  - { name: honest, inspect: "127.0.0.1:${honest.port}", schedule: { usage: ${USAGE_EVERY_MS}ms, sampling: false, types: false, snapshot: false } }
${targets.join('\n')}
`,
);
// as the systemd unit and the Dockerfile start it: without that glibc keeps some 100 MB more each minute, up to what its areas hold
const environment = { MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--inspect=127.0.0.1:0' };
const collector = startCli(['collect', '--config', config], environment);
const pid = collector.process.pid!;
const [, inspector] = await collector.said(/Debugger listening on (ws:\S+)/);
const [, url] = await collector.said(/"url":"(ws:[^"]+)"/);
const http = url!.replace(/^ws/, 'http').replace(/\/v1\/stream$/, '');
let ended: string | undefined;
void collector.result.then(({ code }) => {
  ended = `the collector ended with ${code}`;
});

const friend = await connect(url!);
await friend.hello();
await friend.subscribe({ topics: ['usage', 'target'], targets: ['honest'] });
await friend.next('target', ({ state }) => state === 'attached');
await using memory = await MemoryLog.open(inspector!, pid, () => performance.now());

const stop = new AbortController();
const beganAtMs = performance.now();
/** What this process and the collector's main thread have waited for a processor. */
const queued = () => queuedMs(pid) + queuedMs(process.pid);
const queuedBefore = queuedMs(pid);
const latencies: number[] = [];
let isRead = false;
const asking = (async () => {
  while (!stop.signal.aborted && ended === undefined) {
    await wait(50);
    if (isRead) continue;
    const askedAtMs = performance.now();
    const waitedMs = queued();
    const { ok } = await fetch(`${http}/healthz`).catch(() => ({ ok: false }));
    if (!isRead) latencies.push(Math.max(0, performance.now() - askedAtMs - (queued() - waitedMs)));
    if (!ok && ended === undefined) problems.push('/healthz was not answered');
  }
})();
const probing = hostile.map(async ({ mode }) => {
  while (!stop.signal.aborted && ended === undefined) {
    for (const probe of PROBES) {
      if (stop.signal.aborted) return;
      const body = JSON.stringify({ target: mode, probe, yes: true });
      const headers = { 'Content-Type': 'application/json' };
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]);
      // what becomes of it is the target's: it is hostile
      await fetch(`${http}/v1/probe`, { method: 'POST', headers, body, signal }).catch(() => {});
    }
    await wait(500);
  }
});
const readings: MemoryReading[] = [];
for (let at = 0; at < READINGS && ended === undefined; at++) {
  await wait(forMs / READINGS);
  isRead = true;
  readings.push(await memory.read());
  isRead = false;
}
stop.abort();
await Promise.all([asking, ...probing]);
const lastedMs = performance.now() - beganAtMs;
if (ended !== undefined) problems.push(ended);
const got = friend.drain().filter(({ type }) => type === 'usage').length;
const queuedRatio = ended === undefined ? (queuedMs(pid) - queuedBefore) / lastedMs : 0;
// one that is late is skipped
const expected = (lastedMs / USAGE_EVERY_MS) * (1 - queuedRatio);
if (got < expected * ON_TIME_RATIO)
  problems.push(`the honest target was read ${got} times instead of ${Math.round(expected)}`);
const [p50, p99] = [0.5, 0.99].map((part) => latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * part)]!);
if (p99! > healthzMs) problems.push(`/healthz took ${Math.round(p99!)} ms at p99`);
if (readings.length === READINGS) {
  process.stdout.write(`${memoryTable(readings.slice(0, 3), readings, readings.slice(-3))}\n`);
  const measures = ['heapUsedBytes', 'externalBytes', 'arrayBuffersBytes', 'rssBytes'] as const;
  for (const measure of measures.slice(0, forMs < RSS_FROM_MS ? -1 : undefined)) {
    const growth = growthOf(readings, measure, ROOM_BYTES[measure]);
    if (growth.grows) problems.push(growthText(growth));
  }
}
process.stdout.write(
  `${values.for}: ${got} of ${Math.round(expected)} readings of the honest target, /healthz ${p50!.toFixed(1)} ms at p50, ${p99!.toFixed(1)} ms at p99 of ${latencies.length}; the collector waited for a processor ${Math.round(queuedRatio * 100)} % of the time\n`,
);
await friend.close();
collector.process.kill('SIGTERM');
const { code } = await collector.result;
if (code !== 143) problems.push(`SIGTERM: the collector ended with ${code}`);
for (const { child } of hostile) child.kill('SIGKILL');
for (const problem of new Set(problems)) process.stdout.write(`PROBLEM: ${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
