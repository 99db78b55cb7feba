/**
 * A walk beside a census and a snapshot of the same heap in one run, and beside a bare copy of the same pages:
 *
 *     node dist/scripts/bench/walk.js [--shape mixed] [--times 1] [--node 20] [--runs 5] [--census] [--snapshot]
 *
 * `--times 6.5` is 600 MB of `mixed`, `--times 22` 2 GB. Each reading is a process of its own, so that each has its own peak of
 * memory. Medians of the runs; a census and a snapshot once. Exit code 1 if a goal is not met.
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
    times: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    census: { type: 'boolean', default: false },
    snapshot: { type: 'boolean', default: false },
  },
});

async function read(pid: number, what: 'copy' | 'classes' | 'graph'): Promise<WalkReading> {
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

const binary = await nodeBinary(Number(values.node) as NodeMajor);
await using target = await startTarget(PROGRAM, {
  nodeBinary: binary,
  execArgv: ['--max-old-space-size=8192'],
  args: [values.shape, values.times],
});
await target.line(/ready/);
const resident = () => residentBytes(target.pid) ?? Number.NaN;
const before = resident();
const copy = await read(target.pid, 'copy');
const classes = await read(target.pid, 'classes');
const graph = await read(target.pid, 'graph');
const targetBytes = resident() - before;
await using agent = await attach(String(target.port));
const of = { target: 'bench', isolate: 'main' };
const censusMs = values.census ? await timedMs(() => census(agent, of)) : undefined;
const snapshotMs = values.snapshot ? await timedMs(() => snapshot(agent, { ...of, by: ['retained'] })) : undefined;
const result = { node: values.node, copy, classes, graph, censusMs, snapshotMs, targetBytes };
const goals = walkGoals(result);
process.stdout.write(`${walkTable(result)}\n${goalTable(goals)}\n`);
process.exitCode = goals.every(({ met }) => met) ? 0 : 1;
