/** The bench's tables as text. */
import type { SnapshotFile } from './files.ts';
import type { Goal } from './goals.ts';
import type { Result } from './measure.ts';

const MB = 2 ** 20;
const HEAD = [
  'task',
  'CPU s',
  'wall s',
  'loops',
  'by clock',
  'DevTools ÷',
  'RSS MB',
  'beyond bare',
  'byte/byte',
  'runs',
];

/** One row a contender: CPU and wall seconds, both against the readSync loop, CPU against DevTools' engine, peak RSS. */
export function fileTable(file: SnapshotFile, results: readonly Result[]): string {
  const done = (name: string) => {
    const result = results.find(({ contender }) => contender.name === name);
    return result?.failure === null ? result : undefined;
  };
  const [loop, engine] = [done('read-loop'), done('devtools')];
  const bareBytes = done('nothing')?.peakRssBytes ?? 0;
  const rows = results.map((result) => {
    if (result.failure !== null) return [result.contender.title, result.failure];
    const { contender, cpuMs, wallMs, peakRssBytes, runs } = result;
    const beyondBytes = peakRssBytes - bareBytes;
    const idle = contender.name === 'nothing';
    return [
      contender.title,
      idle ? '' : (cpuMs / 1000).toFixed(2),
      idle ? '' : (wallMs / 1000).toFixed(2),
      idle ? '' : times(cpuMs, loop?.cpuMs),
      idle ? '' : times(wallMs, loop?.wallMs),
      idle ? '' : times(engine?.cpuMs, cpuMs),
      (peakRssBytes / MB).toFixed(0),
      idle ? '' : (beyondBytes / MB).toFixed(1),
      idle ? '' : (beyondBytes / file.bytes).toFixed(3),
      String(runs),
    ];
  });
  return [sizeLine(file), table(HEAD, rows), ...partsOf(results)].join('\n');
}

/** What file the figures below are of. */
export function sizeLine(file: SnapshotFile): string {
  const millions = (count: number) => `${(count / 1e6).toFixed(1)} M`;
  const size = `${(file.bytes / 1e6).toFixed(0)} MB`;
  return `Snapshot of ${size} (${millions(file.nodes)} nodes, ${millions(file.edges)} edges), Node ${process.version}`;
}

export function goalTable(goals: readonly Goal[]): string {
  return goals.map(({ text, measured, met }) => `  ${met ? 'met    ' : 'NOT MET'}  ${text}: ${measured}`).join('\n');
}

/** First column left-aligned, the others right-aligned; a short row's last cell may be as long as it likes. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const full = [head, ...rows.filter((row) => row.length === head.length)];
  const widths = head.map((_, at) => Math.max(...full.map((row) => row[at].length)));
  widths[0] = Math.max(...[head, ...rows].map((row) => row[0].length));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 || row.length < head.length ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map((row) => `  ${line(row)}`).join('\n');
}

/** CPU of the parts of each task that has any, a line each. */
export function partsOf(results: readonly Result[]): string[] {
  return results.flatMap((result) => {
    if (result.failure !== null || !result.parts) return [];
    const parts = Object.entries(result.parts).map(([name, cpuMs]) => `${name} ${(cpuMs / 1000).toFixed(2)} s`);
    return [`  (${result.contender.title}: ${parts.join('; ')})`];
  });
}

function times(of: number | undefined, by: number | undefined): string {
  return of === undefined || by === undefined ? '' : (of / by).toFixed(1);
}
