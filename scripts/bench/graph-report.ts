/** The graph's figures as text, and what the project promises about them. */
import type { Goal } from './goals.ts';
import type { GraphResult, TaskResult } from './graph-bench.ts';
import type { Result } from './measure.ts';
import { partsOf, sizeLine, table } from './report.ts';

type Done = Extract<Result, { readonly failure: null }>;

const MB = 2 ** 20;
/** `by clock` is time inside the process, for which the goals in loops are: that on two cores is less than the CPU. */
const HEAD = ['CPU s', 'wall s', 'loops', 'by clock', 'DevTools ÷', 'wall ÷', 'RSS MB', 'byte/byte', 'runs'];
/** Parts below this are noise: nothing is said of their growth. */
const TELLING_MS = 20;
/** Time may grow by this power of the size: caches miss more in a larger heap. */
const LINEAR = 1.2;

/** A table a task: CPU and wall, CPU against the readSync loop over the same files and against DevTools' engine, memory. */
export function graphTables(result: GraphResult): string {
  return [sizeLine(result.file), ...result.tasks.map((task) => taskTable(result, task))].join('\n\n');
}

function taskTable({ file, loopMs, loopWallMs, bareRssBytes }: GraphResult, { task, results }: TaskResult): string {
  const engine = done(results, /^devtools/);
  const rows = results.map((result) => {
    const { title } = result.contender;
    if (result.failure !== null) return [title, result.failure];
    const { cpuMs, wallMs, peakRssBytes, runs } = result;
    return [
      title,
      (cpuMs / 1000).toFixed(2),
      (wallMs / 1000).toFixed(2),
      (cpuMs / (loopMs * task.files)).toFixed(1),
      (wallMs / (loopWallMs * task.files)).toFixed(1),
      engine ? (engine.cpuMs / cpuMs).toFixed(1) : '',
      engine ? (engine.wallMs / wallMs).toFixed(1) : '',
      (peakRssBytes / MB).toFixed(0),
      ((peakRssBytes - bareRssBytes) / (file.bytes * task.files)).toFixed(2),
      String(runs),
    ];
  });
  return [table([task.title, ...HEAD], rows), ...partsOf(results)].join('\n');
}

/** The goals that stand for one size, those without a figure left out; none for the smallest, which is mostly compiling. */
export function graphGoals({ file, loopWallMs, bareRssBytes, tasks }: GraphResult): Goal[] {
  if (file.megabytes < 300) return [];
  const find = (name: string) =>
    done(
      tasks.flatMap(({ results }) => results),
      new RegExp(`^${name}$`),
    );
  const goals: Goal[] = [];
  const atMost = (text: string, value: number | undefined, limit: number, unit: string) => {
    if (value === undefined) return;
    goals.push({ text, measured: `${value.toFixed(2)} ${unit}`, met: value <= limit });
  };
  const faster = (ours: string, theirs: string, what: string, times: number, heading: number) => {
    const [a, b] = [find(ours), find(theirs)];
    if (!a || !b) return;
    const ratio = b.cpuMs / a.cpuMs;
    goals.push({
      text: `${what}: ${times} times less CPU than DevTools' engine (heading for ${heading})`,
      measured: `${ratio.toFixed(1)} times`,
      met: ratio >= times,
    });
  };
  const [sizes, engine, path, since] = ['retained', 'devtools-retained', 'path', 'since-file'].map(find);
  faster('retained', 'devtools-retained', 'retained sizes, against its load', 10, 15);
  if (sizes && engine) {
    atMost(
      'retained sizes in a quarter of its memory',
      sizes.peakRssBytes / engine.peakRssBytes,
      0.25,
      'of its peak RSS',
    );
  }
  faster('diff-name', 'devtools-diff', 'difference by name', 30, 40);
  faster('diff-kind', 'devtools-diff', 'difference by kind', 30, 40);
  faster('since-file', 'devtools-diff', 'difference by ids, of objects by name', 30, 40);
  faster('since', 'devtools-diff', 'difference by ids, of objects by kind', 30, 40);
  const loops = (one: Done | undefined, files = 1) => one && one.wallMs / (loopWallMs * files);
  atMost('retained sizes within 20 loops by clock (heading for 14)', loops(sizes), 20, 'loops');
  atMost('a path, cold, within 12 loops by clock', loops(path), 12, 'loops');
  atMost('difference by ids within 6 loops by clock over both files', loops(since, 2), 6, 'loops');
  atMost(
    'retained sizes in 0.75 byte of RSS a file byte beyond bare Node',
    sizes && (sizes.peakRssBytes - bareRssBytes) / file.bytes,
    0.75,
    'bytes',
  );
  return goals;
}

/** How each part of our work grows from one size to the next: the exponent p of size ** p. */
export function growthTable(results: readonly GraphResult[]): { readonly text: string; readonly goals: Goal[] } {
  const head = ['part', ...results.map(({ file }) => `${file.megabytes} MB, CPU s`), ...results.slice(1).map(stepName)];
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const part of ourParts(results[0])) {
    const times = results.map((result) => partMs(result, part));
    const powers = results.slice(1).map((result, i) => power(results[i], result, times[i], times[i + 1]));
    const shown = powers.map((p) => (p === null ? '' : p.toFixed(2)));
    rows.push([part.title, ...times.map((ms) => (ms === null ? '' : (ms / 1000).toFixed(3))), ...shown]);
    const last = powers.at(-1);
    if (last !== undefined && last !== null && last > LINEAR) {
      goals.push({ text: `${part.title} grows linearly`, measured: `size ** ${last.toFixed(2)}`, met: false });
    }
  }
  if (goals.length === 0 && results.length > 1) {
    goals.push({ text: 'every part grows linearly', measured: `no power above ${LINEAR}`, met: true });
  }
  return { text: table(head, rows), goals };
}

function stepName(_: GraphResult, i: number, all: readonly GraphResult[]): string {
  return `power, ${i === all.length - 1 ? 'to the largest' : 'to the next'}`;
}

interface Part {
  readonly title: string;
  readonly contender: string;
  readonly part: string;
}

function ourParts({ tasks }: GraphResult): Part[] {
  return tasks.flatMap(({ results }) =>
    results.flatMap((result) => {
      if (result.failure !== null || !result.parts || !result.contender.title.startsWith('heapwatch')) return [];
      const { name } = result.contender;
      const parts = Object.keys(result.parts).filter((part) => part !== 'columns' || name === 'retained');
      return parts.map((part) => ({ title: `${name}: ${part}`, contender: name, part }));
    }),
  );
}

function partMs({ tasks }: GraphResult, { contender, part }: Part): number | null {
  const results = tasks.flatMap((task) => task.results);
  return done(results, new RegExp(`^${contender}$`))?.parts?.[part] ?? null;
}

function power(a: GraphResult, b: GraphResult, before: number | null, after: number | null): number | null {
  if (before === null || after === null || after < TELLING_MS) return null;
  const sizeOf = ({ file }: GraphResult) => file.nodes + file.edges;
  return Math.log(after / before) / Math.log(sizeOf(b) / sizeOf(a));
}

function done(results: readonly Result[], name: RegExp): Done | undefined {
  return results.find((result): result is Done => result.failure === null && name.test(result.contender.name));
}
