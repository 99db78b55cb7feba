/** What walls of kinds cost a browser as text, and the goals that they are held against. */
import type { WallCost } from './dashboard.ts';
import type { Goal } from './goals.ts';

const GOAL_TASK_MS = 50;
const GOAL_ROWS = 200;
const GOAL_TIMES = 2;

export function dashboardTable(costs: readonly WallCost[]): string {
  const lines = costs.map(
    ({ kinds, loadedMs, longestLoadTaskMs, longestScrollTaskMs, mostRows, updateMs, wholeUpdateMs }) =>
      [
        `  ${kinds.toLocaleString('en-US')} kinds`,
        `loaded in ${(loadedMs / 1_000).toFixed(1)} s, longest task ${longestLoadTaskMs.toFixed(0)} ms`,
        `scrolled with at most ${mostRows} rows, longest task ${longestScrollTaskMs.toFixed(0)} ms`,
        `a sample of 100 rows ${updateMs.toFixed(1)} ms of scripting, of all ${wholeUpdateMs.toFixed(1)} ms`,
      ].join('; '),
  );
  return ['The wall of kinds in Chromium (0 ms: no task over 50 ms)', ...lines].join('\n');
}

/** @param costs of the smallest wall first, the largest last */
export function dashboardGoals(costs: readonly WallCost[]): Goal[] {
  const [small, large] = [costs[0]!, costs.at(-1)!];
  const times = large.updateMs / small.updateMs;
  const kinds = large.kinds.toLocaleString('en-US');
  return [
    {
      text: `no task over ${GOAL_TASK_MS} ms while ${kinds} rows are scrolled`,
      measured: `${large.longestScrollTaskMs.toFixed(0)} ms`,
      met: large.longestScrollTaskMs <= GOAL_TASK_MS,
    },
    {
      text: `fewer than ${GOAL_ROWS} of them in the document`,
      measured: `${large.mostRows}`,
      met: large.mostRows < GOAL_ROWS,
    },
    {
      text: `an update of ${kinds} rows at most ${GOAL_TIMES} times one of ${small.kinds}`,
      measured: `${times.toFixed(1)} times`,
      met: times <= GOAL_TIMES,
    },
  ];
}
