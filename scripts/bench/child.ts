/** The process that a contender is run in: `node child.js <contender> <file> <class>...`, forked by measure.ts. */
import type { Counts } from './contender.ts';
import { CONTENDERS } from './contenders.ts';
import { PATH_KIND } from './files.ts';
import { GRAPH_TASKS } from './graph-tasks.ts';
import { peakRssBytes } from './peak.ts';

/** One run of one contender. */
export interface ChildReading {
  /** User and system time of all threads, without the start of Node and the loading of code. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakRssBytes: number;
  /** CPU milliseconds of the task's parts, where it has any. */
  readonly parts?: Readonly<Record<string, number>>;
  readonly counts?: Counts;
  readonly facts?: Readonly<Record<string, number>>;
}

const [name, file, ...classes] = process.argv.slice(2);
const all = [...CONTENDERS, ...GRAPH_TASKS.flatMap(({ contenders }) => contenders)];
const contender = all.find((one) => one.name === name);
if (!contender) throw new RangeError(`Cannot run contender "${name}": no such contender`);

const task = await contender.prepare();
const begunAtMs = performance.now();
const cpu = process.cpuUsage();
const outcome = await task(file, PATH_KIND);
const { user, system } = process.cpuUsage(cpu);
const reading: ChildReading = {
  cpuMs: (user + system) / 1000,
  wallMs: performance.now() - begunAtMs,
  peakRssBytes: peakRssBytes(),
  ...(outcome.parts && { parts: outcome.parts }),
  ...(outcome.count && { counts: outcome.count(classes) }),
  ...(outcome.facts && { facts: outcome.facts }),
};
process.send?.(reading, () => process.exit());
