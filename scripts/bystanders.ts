/**
 * Starts and ends collectors at random moments beside 20 real targets of Node 18 to 26, whose heaps are probed in every way,
 * 200 times (or `--rounds N`). Ends with 1 where a target died, or is not as it was: it or its worker sampled, or with object
 * ids.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { attach } from '../agent/attach/agent.ts';
import { MAIN } from '../agent/cdp/isolate-name.ts';
import type { Session } from '../agent/cdp/session.ts';
import { startCli } from '../test/support/cli.ts';
import { folder } from '../test/support/folder.ts';
import { NODE_MAJORS, nodeBinary } from '../test/support/node-versions.ts';
import { startTarget, type Target } from '../test/support/target.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const;

/** How long the end of a session may take when a target comes out of a pause. */
const SETTLE_MS = 30_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    targets: { type: 'string', default: '20' },
    life: { type: 'string', default: '5000' },
  },
});
const problems: string[] = [];
await using dir = await folder();
const targets: { readonly target: Target; readonly major: number; end?: string }[] = [];
for (let at = 0; at < Number(values.targets); at++) {
  const major = NODE_MAJORS[at % NODE_MAJORS.length]!;
  const target = await startTarget('population', { nodeBinary: await nodeBinary(major), args: ['--worker'] });
  await target.line(/^ready/);
  const each: (typeof targets)[number] = { target, major };
  void target.exited.then(({ code, signal }) => {
    each.end = `${signal ?? code}`;
  });
  targets.push(each);
}
const named = targets.map(({ target }, at) => `  - { name: t${at}, inspect: "127.0.0.1:${target.port}" }`);
const config = dir.join('heapwatch.yaml');
writeFileSync(
  config,
  `listen: 127.0.0.1:0
store: { path: ${dir.join('hw.db')}, snapshots: { dir: ${dir.join('kept')}, keep: 1 } }
limits: { maxPause: 5m, maxExtraMemory: 8GB, pauseBudget: 1h/h }
schedule: { usage: 1s, sampling: 1s, types: 2s, census: 3s, snapshot: 4s }
targets:
${named.join('\n')}
`,
);
for (let round = 1; round <= Number(values.rounds); round++) {
  const collector = startCli(['collect', '--config', config, '--log', 'error']);
  await wait(Math.random() * Number(values.life));
  const signal = SIGNALS[Math.floor(Math.random() * SIGNALS.length)]!;
  // SIGHUP has the configuration read anew
  collector.process.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  await collector.result;
  for (const [at, { end, major }] of targets.entries()) {
    if (end !== undefined) problems.push(`round ${round}, ${signal}: target ${at} (Node ${major}) ended with ${end}`);
  }
  if (problems.length > 0) break;
  process.stderr.write(`\r${round} starts and ends`);
}
process.stderr.write('\n');

for (const [at, { target, major, end }] of targets.entries()) {
  if (end !== undefined) continue;
  await using agent = await attach(target.wsUrl, { timeoutMs: 60_000 });
  for (const isolate of await agent.isolates()) {
    const left = await leftIn(await agent.isolate(isolate), isolate);
    if (left !== undefined) problems.push(`target ${at} (Node ${major}): ${isolate} ${left}`);
  }
}
await Promise.all(targets.map(({ target }) => target[Symbol.asyncDispose]()));
for (const problem of problems) process.stdout.write(`PROBLEM: ${problem}\n`);
process.stdout.write(
  `${values.rounds} starts and ends beside ${targets.length} targets: ${problems.length} problems\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

/** What a collector has left in an isolate, when its standby process has had time to end it. */
async function leftIn(session: Session, isolate: string): Promise<string | undefined> {
  const untilMs = performance.now() + SETTLE_MS;
  for (;;) {
    const left = await leftNow(session, isolate);
    if (left === undefined || performance.now() > untilMs) return left;
  }
}

async function leftNow(session: Session, isolate: string): Promise<string | undefined> {
  const sampled = await session.send('HeapProfiler.getSamplingProfile').then(
    () => true,
    () => false,
  );
  if (sampled) return 'is still sampled';
  const expression = isolate === MAIN ? 'globalThis.population' : 'globalThis.process';
  const { result } = await session.send('Runtime.evaluate', { expression });
  const { heapSnapshotObjectId } = await session.send('HeapProfiler.getHeapObjectId', { objectId: result.objectId! });
  return heapSnapshotObjectId === '0' ? undefined : 'still has object ids';
}
