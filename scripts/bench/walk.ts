/**
 * A walk beside a census and a snapshot of the same heap in one run, and beside a bare copy of the same pages:
 *
 *     node dist/scripts/bench/walk.js [--shape mixed] [--times 1.2,7,24] [--node 20] [--runs 5] [--census 7] [--snapshot 7]
 *
 * `--times 1.2,7,24` is 100 MB, 600 MB and 2 GB of `mixed`. Each reading is a process of its own, so that each has its own peak of
 * memory. Medians of the runs; a census and a snapshot once, up to that size: a snapshot of 600 MB takes 10 GB in the target.
 * Exit code 1 if a goal is not met.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attach } from '../../agent/attach/agent.ts';
import { residentBytes } from '../../agent/attach/local-process.ts';
import { census } from '../../agent/probe/census.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';
import { type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { startTarget } from '../../test/support/target.ts';
import { goalTable } from './report.ts';
import type { WalkReading } from './walk-reader.ts';
import { walkGoals, walkTable } from './walk-report.ts';

const PROGRAM = fileURLToPath(new URL('shapes.js', import.meta.url));
const READER = fileURLToPath(new URL('walk-reader.js', import.meta.url));

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '20' },
    shape: { type: 'string', default: 'mixed' },
    times: { type: 'string', default: '1.2' },
    runs: { type: 'string', default: '5' },
    census: { type: 'string', default: '0' },
    snapshot: { type: 'string', default: '0' },
  },
});

async function read(pid: number, what: 'nothing' | 'copy' | 'classes' | 'graph'): Promise<WalkReading> {
  const child = fork(READER, [String(pid), what, values.runs]);
  const [reading] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`Cannot read ${what}: its process ended`);
    }),
  ]);
  return reading as WalkReading;
}

async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function bench(times: string): Promise<boolean> {
  await using target = await startTarget(PROGRAM, {
    nodeBinary: await nodeBinary(Number(values.node) as NodeMajor),
    execArgv: ['--max-old-space-size=8192'],
    args: [values.shape, times],
  });
  await target.line(/ready/);
  const resident = () => residentBytes(target.pid) ?? Number.NaN;
  const bare = await read(target.pid, 'nothing');
  const before = resident();
  const copy = await read(target.pid, 'copy');
  const classes = await read(target.pid, 'classes');
  const graph = await read(target.pid, 'graph');
  const targetBytes = resident() - before;
  await using agent = await attach(String(target.port));
  const of = { target: 'bench', isolate: 'main' };
  const upTo = (size: string) => Number(times) <= Number(size);
  const censusMs = upTo(values.census) ? await timedMs(() => census(agent, of)) : undefined;
  const snapshotMs = upTo(values.snapshot)
    ? await timedMs(() => snapshot(agent, { ...of, by: ['retained'] }))
    : undefined;
  const result = { node: values.node, bare, copy, classes, graph, censusMs, snapshotMs, targetBytes };
  const goals = walkGoals(result);
  process.stdout.write(`${walkTable(result)}\n${goalTable(goals)}\n`);
  return goals.every(({ met }) => met);
}

const met: boolean[] = [];
for (const times of values.times.split(',')) met.push(await bench(times));
process.exitCode = met.every(Boolean) ? 0 : 1;
