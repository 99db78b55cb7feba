/** The ladder of probes on one idle heap, beside the plain major collections that it is to be compared with. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Agent, attach } from '../../agent/attach/agent.ts';
import { mainThreadCpuMs, residentBytes } from '../../agent/attach/local-process.ts';
import { type Weights, weighed } from '../../agent/probe/census/sizes.ts';
import { census } from '../../agent/probe/census.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';
import { types } from '../../agent/probe/types.ts';
import type { Partition } from '../../protocol/partition.ts';
import { type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { startTarget } from '../../test/support/target.ts';
import { median } from './median.ts';

const PROGRAM = fileURLToPath(new URL('shapes.js', import.meta.url));

/** `mixed`: 85 MB. `tiny`: 2,000,000 objects. */
export type Shape = 'mixed' | 'tiny';

export type Rung = 'plain collection' | 'collectGarbage' | 'types' | 'census' | 'snapshot';

/** What one rung did cost the target: medians of its runs. */
export interface Step {
  readonly rung: Rung;
  /** CPU of the main thread: on an idle core, its pause. */
  readonly mainCpuMs: number;
  /** CPU of the whole process, V8's helper threads included. */
  readonly cpuMs: number;
  /** From the first command to the last answer. */
  readonly wallMs: number;
  /** How far RSS rose above what it was before, in the first run: the probe's own figure where it has one, else at its end. */
  readonly rssBytes: number;
  readonly partition?: Partition;
}

export interface LadderResult {
  readonly nodeVersion: string;
  readonly shape: Shape;
  readonly heapUsedBytes: number;
  readonly rssBytes: number;
  readonly steps: readonly Step[];
  /** How far the census' sizes are off, kind by kind, of what the objects that it counts weigh in the snapshot. */
  readonly sizesOff: { readonly usualRatio: number; readonly scaledRatio: number };
}

/** Cheapest first, as what comes later leaves its weight in RSS; a snapshot once. */
const RUNS: readonly (readonly [rung: Rung, runs: number])[] = [
  ['plain collection', 5],
  ['collectGarbage', 5],
  ['types', 5],
  ['census', 3],
  ['snapshot', 1],
];

export async function benchLadder(major: NodeMajor, shape: Shape): Promise<LadderResult> {
  await using target = await startTarget(PROGRAM, { nodeBinary: await nodeBinary(major), args: [shape] });
  await target.line(/ready/);
  await using agent = await attach(String(target.port));
  await agent.session.send('HeapProfiler.collectGarbage');
  const rssBytes = residentBytes(target.pid) ?? Number.NaN;
  const { usedSize } = await agent.session.send('Runtime.getHeapUsage');
  const steps: Step[] = [];
  for (const [rung, runs] of RUNS) steps.push(await stepOf(agent, rung, runs));
  const { nodeVersion } = agent.identity;
  return { nodeVersion, shape, heapUsedBytes: usedSize, rssBytes, steps, sizesOff: sizesOffOf(steps) };
}

async function stepOf(agent: Agent, rung: Rung, runs: number): Promise<Step> {
  const { pid } = agent.identity;
  const before = residentBytes(pid) ?? Number.NaN;
  let rssBytes = Number.NaN;
  let partition: Partition | undefined;
  const seen: { mainCpuMs: number; cpuMs: number; wallMs: number }[] = [];
  while (seen.length < runs) {
    const began = clocksOf(pid);
    partition = await climb(agent, rung);
    const ended = clocksOf(pid);
    if (seen.length === 0) rssBytes = partition?.cost?.extraBytes ?? (residentBytes(pid) ?? Number.NaN) - before;
    seen.push({
      mainCpuMs: ended.mainCpuMs - began.mainCpuMs,
      cpuMs: ended.cpuMs - began.cpuMs,
      wallMs: ended.wallMs - began.wallMs,
    });
  }
  return {
    rung,
    mainCpuMs: median(seen.map(({ mainCpuMs }) => mainCpuMs)),
    cpuMs: median(seen.map(({ cpuMs }) => cpuMs)),
    wallMs: median(seen.map(({ wallMs }) => wallMs)),
    rssBytes,
    ...(partition && { partition }),
  };
}

async function climb(agent: Agent, rung: Rung): Promise<Partition | undefined> {
  const context = { target: 'bench', isolate: 'main' };
  switch (rung) {
    case 'plain collection':
      // a profile of no samples: V8 does one major collection before it gives it
      await agent.session.send('HeapProfiler.startSampling', { samplingInterval: 2 ** 40 });
      await agent.session.send('HeapProfiler.stopSampling');
      return undefined;
    case 'collectGarbage':
      await agent.session.send('HeapProfiler.collectGarbage');
      return undefined;
    case 'types':
      return await types(agent, { ...context, by: 'kind' });
    case 'census':
      return await census(agent, context);
    case 'snapshot':
      return (await snapshot(agent, { ...context, by: ['kind'] })).partitions[0];
  }
}

function sizesOffOf(steps: readonly Step[]): LadderResult['sizesOff'] {
  const [totals, counted, taken] = (['types', 'census', 'snapshot'] as const).map(
    (rung) => steps.find((step) => step.rung === rung)?.partition,
  );
  if (!totals || !counted || !taken)
    throw new Error('Cannot compare sizes: types, census and snapshot were not all run');
  const counts = new Map(counted.rows.map(({ kind, count }) => [kind, count]));
  const exact = new Map(taken.rows.map(({ kind, sizeBytes }) => [kind, sizeBytes]));
  const offRatio = (weights: Weights): number => {
    let off = 0;
    let sum = 0;
    for (const { kind, sizeBytes } of weighed(counts, weights)) {
      const bytes = exact.get(kind) ?? 0;
      off += Math.abs(sizeBytes - bytes);
      sum += bytes;
    }
    return off / sum;
  };
  return { usualRatio: offRatio({}), scaledRatio: offRatio({ totals }) };
}

function clocksOf(pid: number): { mainCpuMs: number; cpuMs: number; wallMs: number } {
  return { mainCpuMs: mainThreadCpuMs(pid) ?? Number.NaN, cpuMs: processCpuMs(pid), wallMs: performance.now() };
}

/** In steps of 10, as /proc counts. */
function processCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
