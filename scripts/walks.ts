/**
 * Walks a process that allocates millions of objects a second, again and again, on each version of Node, and looks whether it was
 * harmed: whether it lives, goes on, is stopped, and whether what it holds was counted right each time.
 *
 *     node dist/scripts/walks.js --walks 200 --running 50 --kills 50 --majors 18,20,22,24,26
 *
 * `running` are walks without a stop, whose error is measured and printed; in `kills` the walking process is killed (SIGKILL) at a
 * random moment, and the target has to go on by itself. Prints each fault, and exits 1 if there is one.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LayoutRefusal } from '../agent/layout/refusal.ts';
import { isStopped } from '../agent/memory/process-state.ts';
import { Walker } from '../agent/probe/walk.ts';
import { MidCollectionError } from '../agent/walk/collecting.ts';
import type { Partition } from '../protocol/partition.ts';
import { type NodeMajor, nodeBinary } from '../test/support/node-versions.ts';
import { startTarget, type Target } from '../test/support/target.ts';

const { values: options } = parseArgs({
  options: {
    walks: { type: 'string', default: '200' },
    running: { type: 'string', default: '50' },
    kills: { type: 'string', default: '50' },
    majors: { type: 'string', default: '18,20,22,24,26' },
  },
});

/** What test/fixtures/walked-load.mjs holds. */
const KEPT = 20_000;
/** On a busy machine a stop takes many times what is forecast. */
const LIMIT_MS = 20_000;
/** How long after a kill the target may still be stopped: its guard has to be given a processor. */
const FREE_MS = 10_000;
/** The latest moment of a kill, after the walks have begun. */
const WITHIN_MS = 1_500;
const LOOK_MS = 20;

const say = (line: string) => void process.stdout.write(`${line}\n`);
let faults = 0;
const fault = (line: string) => {
  faults++;
  say(`FAULT ${line}`);
};

function keptIn([main]: readonly Partition[]): number {
  return main?.rows.find(({ kind }) => kind === 'Kept')?.count ?? 0;
}

/** V8 counts a class's prototype too. */
function isExact(count: number): boolean {
  return count === KEPT || count === KEPT + 1;
}

/** Whether the target goes on: it says so twice a second. */
async function goesOn(target: Target, after: string): Promise<void> {
  const deadline = AbortSignal.timeout(60_000);
  const late = once(deadline, 'abort').then(() => null);
  const said = await Promise.race([target.line(/^made /), target.exited, late]);
  if (typeof said !== 'string') fault(`${after}: the target ${said === null ? 'says nothing' : 'has ended'}`);
  if (isStopped(target.pid) && (await waitFree(target)) === null) fault(`${after}: the target is stopped`);
}

/** How long it took until the target was not stopped any more; null: longer than it may. */
async function waitFree(target: Target): Promise<number | null> {
  const from = performance.now();
  while (isStopped(target.pid)) {
    if (performance.now() - from > FREE_MS) return null;
    await wait(LOOK_MS);
  }
  return performance.now() - from;
}

async function walks(target: Target, count: number): Promise<string> {
  await using walker = await Walker.open({ pid: target.pid });
  let stoppedMs = 0;
  let busy = 0;
  for (let i = 0; i < count; i++) {
    const partitions = await walker.walk({ target: 'load', limitMs: LIMIT_MS }).catch((error: Error) => {
      if (error.name !== MidCollectionError.name) throw error;
      return null;
    });
    if (partitions === null) {
      busy++;
      continue;
    }
    stoppedMs += partitions[0]?.cost?.pauseMs ?? 0;
    const kept = keptIn(partitions);
    if (!isExact(kept)) fault(`walk ${i}: ${kept} Kept, not ${KEPT}`);
  }
  const read = count - busy;
  return `${count} walks, ${(stoppedMs / read).toFixed(0)} ms of stop each, ${busy} given up in collections`;
}

async function running(target: Target, count: number): Promise<string> {
  await using walker = await Walker.open({ pid: target.pid });
  let [exact, refused, most] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    try {
      const off = Math.max(0, Math.abs(keptIn(await walker.walk({ target: 'load', stop: false })) - KEPT) - 1);
      if (off === 0) exact++;
      most = Math.max(most, off / KEPT);
    } catch (error) {
      if ((error as Error).name !== LayoutRefusal.name) throw error;
      refused++;
    }
  }
  return `${count} without a stop: ${exact} exact, at most ${(100 * most).toFixed(2)} % off, ${refused} refused`;
}

async function kills(target: Target, count: number): Promise<string> {
  let longestMs = 0;
  for (let i = 0; i < count; i++) {
    const child = fork(fileURLToPath(import.meta.url), { env: { ...process.env, WALKED_PID: String(target.pid) } });
    await once(child, 'message');
    await wait(Math.random() * WITHIN_MS);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const tookMs = await waitFree(target);
    if (tookMs === null) {
      fault(`kill ${i}: the target is still stopped after ${FREE_MS} ms`);
      process.kill(target.pid, 'SIGCONT');
    } else longestMs = Math.max(longestMs, tookMs);
  }
  return `${count} kills in the middle: free again after ${longestMs.toFixed(0)} ms at most`;
}

async function run(major: number): Promise<void> {
  await using target = await startTarget('walked-load', {
    nodeBinary: await nodeBinary(major as NodeMajor),
    execArgv: ['--expose-gc'],
    inspect: false,
  });
  await target.line(/^loaded/);
  await target.line(/^made /);
  const parts = [
    [walks, Number(options.walks)],
    [running, Number(options.running)],
    [kills, Number(options.kills)],
  ] as const;
  for (const [part, count] of parts) {
    if (count === 0) continue;
    say(`Node ${major}: ${await part(target, count)}`);
    await goesOn(target, `Node ${major}, ${part.name}`);
  }
  const [, made, ms] = /^made (\d+) in (\d+)/.exec(await target.line(/^made /)) ?? [];
  say(`Node ${major}: the target makes ${(Number(made) / Number(ms) / 1_000).toFixed(1)} million objects a second`);
}

/** The process that is killed: it walks until then. */
async function walkForEver(pid: number): Promise<never> {
  await using walker = await Walker.open({ pid });
  process.send?.('begun');
  for (;;) await walker.walk({ target: 'load', limitMs: LIMIT_MS });
}

if (process.env.WALKED_PID !== undefined) await walkForEver(Number(process.env.WALKED_PID));
for (const major of options.majors.split(',').map(Number)) await run(major);
say(faults === 0 ? 'no fault' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
