/**
 * Fifty targets on one collector, read every second, while a large snapshot of one of them is received and parsed: are
 * readings of the others lost, and how late is the collector's event loop?
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTarget, type Target } from '../../test/support/target.ts';
import type { SnapshotFile } from './files.ts';
import type { LoopDelay } from './fleet-collector.ts';
import { followUsage } from './usage-stream.ts';

const IDLE = fileURLToPath(new URL('idle.js', import.meta.url));
/** Targets beside the replayed one. */
const OTHERS = 49;
const EVERY_MS = 1000;
/** How long the collector is watched without a snapshot. */
const QUIET_MS = 10_000;
const REPLAYED = 'replayed';

export interface FleetResult {
  readonly targets: number;
  readonly quiet: LoopDelay;
  readonly busy: LoopDelay;
  /** From the request for the partition to its answer. */
  readonly busyMs: number;
  /** Readings of the other targets that came while the snapshot was read, and those that should have come and did not. */
  readonly readings: number;
  readonly lost: number;
}

export async function benchFleet(file: SnapshotFile): Promise<FleetResult> {
  await using others = await startTargets(OTHERS);
  using replay = await start<number>('replay.js', [file.path]);
  const names = others.targets.map(({ port }, at) => `t${at}=${port}`);
  using collector = await start<string>('fleet-collector.js', [...names, `${REPLAYED}=${replay.hello}`]);
  using stream = await followUsage(collector.hello);
  await stream.allRead(OTHERS + 1);

  await delaysOf(collector.child);
  await wait(QUIET_MS);
  const quiet = await delaysOf(collector.child);
  const beganAtMs = Date.now();
  await stream.probe({ target: REPLAYED, probe: 'snapshot', by: 'kind' });
  const endedAtMs = Date.now();
  const busy = await delaysOf(collector.child);
  // the readings that were due while the snapshot was read have come by then
  await wait(2 * EVERY_MS);
  return {
    targets: OTHERS + 1,
    quiet,
    busy,
    busyMs: endedAtMs - beganAtMs,
    ...readingsBetween(stream.readings, beganAtMs, endedAtMs),
  };
}

/** Counts the readings around the span; a gap of n periods between two of them is n - 1 lost. */
function readingsBetween(readings: ReadonlyMap<string, number[]>, fromMs: number, toMs: number) {
  let count = 0;
  let lost = 0;
  for (const [target, takenAtMs] of readings) {
    if (target === REPLAYED) continue;
    const span = takenAtMs.filter((atMs) => atMs >= fromMs - EVERY_MS && atMs <= toMs + 2 * EVERY_MS);
    count += span.length;
    for (let at = 1; at < span.length; at++) lost += Math.round((span[at] - span[at - 1]) / EVERY_MS) - 1;
  }
  return { readings: count, lost: Math.max(0, lost) };
}

async function startTargets(count: number): Promise<AsyncDisposable & { targets: Target[] }> {
  const targets: Target[] = [];
  for (let started = 0; started < count; started++) targets.push(await startTarget(IDLE));
  return {
    targets,
    async [Symbol.asyncDispose]() {
      await Promise.all(targets.map((target) => target[Symbol.asyncDispose]()));
    },
  };
}

/** Forks a program beside this one and waits for its first message; disposing ends it. */
async function start<Hello>(
  program: string,
  args: string[],
): Promise<Disposable & { child: ChildProcess; hello: Hello }> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, { execArgv: [] });
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`Cannot bench the fleet: ${program} ended with ${code}`);
  });
  const [hello] = (await Promise.race([once(child, 'message'), exit])) as [Hello];
  // once it is up, its end is that of the bench
  exit.catch(() => {});
  return { child, hello, [Symbol.dispose]: () => void child.kill() };
}

async function delaysOf(collector: ChildProcess): Promise<LoopDelay> {
  collector.send('delays');
  const [delay]: LoopDelay[] = await once(collector, 'message');
  return delay;
}
