/** The bench of the graph: each task on each size, ours and others' in turns. */
import { nothing, readLoop } from './baseline.ts';
import type { Contender } from './contender.ts';
import { type Megabytes, type SnapshotFile, snapshotFile } from './files.ts';
import { GRAPH_TASKS, type GraphTask } from './graph-tasks.ts';
import { measure, type Result } from './measure.ts';

export interface TaskResult {
  readonly task: GraphTask;
  readonly results: readonly Result[];
}

export interface GraphResult {
  readonly file: SnapshotFile;
  /** Median CPU of reading one file through one buffer. */
  readonly loopMs: number;
  /** The same by the clock, inside the process. */
  readonly loopWallMs: number;
  readonly bareRssBytes: number;
  readonly tasks: readonly TaskResult[];
}

export interface GraphOptions {
  /** Of each contender; slow ones are run less. */
  readonly runs: number;
  /** Names that those begin with who take part beside us. */
  readonly others: readonly string[];
  readonly progress: (text: string) => void;
}

/** Fetches what the others are made of. */
export async function installGraph(others: readonly string[]): Promise<void> {
  for (const task of GRAPH_TASKS) for (const contender of taking(task, others)) await contender.install?.();
}

/** Ours need nothing fetched. */
function taking({ contenders }: GraphTask, others: readonly string[]): Contender[] {
  return contenders.filter(({ name, install }) => !install || others.some((other) => name.startsWith(other)));
}

export async function benchGraph(size: Megabytes, { runs, others, progress }: GraphOptions): Promise<GraphResult> {
  progress(`making the two ${size} MB snapshots, unless they are there`);
  const file = await snapshotFile(size, { later: true });
  const [bare, loop] = await measure([nothing, readLoop], file, 5);
  if (bare.failure !== null || loop.failure !== null) throw new Error('Cannot bench: reading the file failed');
  const tasks: TaskResult[] = [];
  for (const task of GRAPH_TASKS) {
    const results = await measure(taking(task, others), file, runs, (title) =>
      progress(`${size} MB: ${task.title}: ${title}`),
    );
    tasks.push({ task, results });
  }
  return { file, loopMs: loop.cpuMs, loopWallMs: loop.wallMs, bareRssBytes: bare.peakRssBytes, tasks };
}
