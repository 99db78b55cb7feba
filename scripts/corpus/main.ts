/**
 * What `trend` rules find and what they raise by mistake, over simulated weeks whose truth is known.
 *
 *     npm run corpus                      20 seeds of 3 weeks, 500 kinds read once a minute
 *     npm run corpus -- --seeds 100       more of them
 *     npm run corpus -- --window 6        another window of the rule, in hours
 *
 * Prints, by shape, how many were found and how soon, how many alarms were false, and the upper end of the 95 % interval of
 * their rate (Clopper and Pearson's; 3/n where there was none). Exits with 1 if a leak of the rule's rate was missed or an
 * alarm was false.
 */
import { parseArgs } from 'node:util';
import { loneThreshold } from '../../collector/alert/statistics/false-discovery-rate.ts';
import { medianOf } from '../../collector/alert/statistics/theil-sen.ts';
import { FLOORS_PER_WINDOW } from '../../collector/alert/statistics/trend.ts';
import { BUDGET_MS, SCALES } from '../../collector/alert/trend-watch.ts';
import { DAY_MS, HOUR_MS, LONGEST_FILL_MS } from './shapes.ts';
import { type Outcome, type TrialOptions, trial } from './trial.ts';
import { upperBound } from './upper-bound.ts';

const MB = 2 ** 20;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    days: { type: 'string', default: '21' },
    kinds: { type: 'string', default: '500' },
    window: { type: 'string', default: '24' },
  },
});

const rule = { windowMs: Number(values.window) * HOUR_MS, perHour: 5 * MB, confidence: 0.99 };
const seeds = Number(values.seeds);
const outcomes: Outcome[] = [];
for (let seed = 1; seed <= seeds; seed++) {
  const options: TrialOptions = { seed, days: Number(values.days), kinds: Number(values.kinds), ...rule };
  outcomes.push(...trial(options));
  if (process.stderr.isTTY) process.stderr.write(`\r${seed} of ${seeds} seeds`);
}
if (process.stderr.isTTY) process.stderr.write('\n');

print(
  `trend: 5MB/h, confidence: ${rule.confidence}, within: ${values.window}h; ` +
    `${seeds} seeds, ${values.days} days, ${values.kinds} kinds, a look a minute\n`,
);
const leaks = groups(outcomes.filter(({ shape }) => shape.leakPerHour > 0));
print(row('leak', 'MB/h', 'found', 'median', 'slowest', 'least'));
for (const [, group] of leaks) print(leakRow(group));
const healthy = outcomes.filter(({ shape }) => shape.leakPerHour === 0);
print(`\n${row('no leak', 'kinds', 'alarms', 'undecided')}`);
for (const [, group] of groups(healthy)) print(healthyRow(group));

const asked = outcomes.filter(({ shape }) => shape.leakPerHour >= rule.perHour);
const seen = asked.filter(({ risingAfterMs }) => risingAfterMs !== null).length;
const falseAlarms = healthy.filter(({ risingAfterMs }) => risingAfterMs !== null).length;
const weeks = (seeds * Number(values.days)) / 7;
print(
  `\nleast: ${days(leastMs())}; a cache of this corpus fills evenly for up to ${days(LONGEST_FILL_MS)}, and no test of ranks can tell ` +
    `at this confidence before ${bestFloors()} floors stand in strict order, ${days(rankMs())}`,
);
print(
  `\nrecall ${seen} of ${asked.length}; precision ${seen} of ${seen + falseAlarms}; ` +
    `false alarms a week of one rule over ${values.kinds} kinds: ${(falseAlarms / weeks).toFixed(4)}, ` +
    `at most ${(upperBound(falseAlarms) / weeks).toFixed(4)} (95 %)`,
);
process.exitCode = seen < asked.length || falseAlarms > 0 ? 1 : 0;

/** The fewest floors whose one best order of all is rarer than what a lone kind has to reach. */
function bestFloors(): number {
  const looks = BUDGET_MS / ((rule.windowMs * SCALES[0].windows) / FLOORS_PER_WINDOW);
  const threshold = loneThreshold(Number(values.kinds), (1 - rule.confidence) / SCALES.length / looks);
  let floors = 2;
  for (let orders = 2; 1 / orders > threshold; orders *= floors) floors++;
  return floors;
}

function rankMs(): number {
  return (bestFloors() * rule.windowMs * SCALES[0].windows) / FLOORS_PER_WINDOW;
}

/** No rule that never takes a cache of the corpus for a leak can find one sooner. */
function leastMs(): number {
  return Math.max(rankMs(), LONGEST_FILL_MS);
}

function days(ms: number): string {
  return `${(ms / DAY_MS).toFixed(2)} d`;
}

function groups(of: readonly Outcome[]): Map<string, Outcome[]> {
  const byShape = new Map<string, Outcome[]>();
  for (const outcome of of) {
    const key = `${outcome.shape.name} ${outcome.shape.leakPerHour}`;
    byShape.set(key, [...(byShape.get(key) ?? []), outcome]);
  }
  return byShape;
}

function leakRow(group: readonly Outcome[]): string {
  const { shape } = group[0]!;
  const after = group.flatMap(({ risingAfterMs }) => risingAfterMs ?? []);
  const found = (ms: number) => (after.length > 0 ? days(ms) : '');
  const perHour = (shape.leakPerHour / MB).toFixed(2);
  return row(
    shape.name,
    perHour,
    `${after.length} of ${group.length}`,
    found(medianOf(after)),
    found(Math.max(...after)),
    days(leastMs()),
  );
}

function healthyRow(group: readonly Outcome[]): string {
  const alarms = group.filter(({ risingAfterMs }) => risingAfterMs !== null).length;
  const undecided = group.filter(({ atEnd }) => atEnd === 'undecided').length;
  return row(group[0]!.shape.name, String(group.length), String(alarms), String(undecided));
}

function row(first: string, ...rest: readonly string[]): string {
  return first.padEnd(14) + rest.map((cell) => cell.padStart(11)).join('');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
