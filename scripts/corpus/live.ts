/**
 * The shapes of the corpus as real Node processes, read by a real collector whose rules have windows of a minute: a day of
 * the simulation takes as long. What fires is held against what is true of each shape.
 *
 *     node dist/scripts/corpus/live.js               seed 1, 280 s
 *     node dist/scripts/corpus/live.js --seed 2
 *
 * Exits with 1 where an alert is missing or false.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { DEFAULT_LIMITS } from '../../agent/price/limits.ts';
import { connect } from '../../collector/client/node.ts';
import { RuleFile } from '../../collector/config/rule-file.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { configOf } from '../../test/support/collector.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { LIVE_DAY_MS, LIVE_SHAPES, liveShape, objectsAt, objectsPerHour } from './live-pace.ts';
import { aboveTruth, growthTruth, type Truth } from './live-truth.ts';
import type { Shape } from './shapes.ts';

const MB = 2 ** 20;
const LEAK_PER_HOUR = 5 * MB;
/** How often objects are counted. */
const CENSUS_MS = 800;
const ABOVE = 1_500;
const GROWTH = 700;
const GROWTH_WITHIN_MS = LIVE_DAY_MS / 2;

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, for: { type: 'string', default: '280' } },
});
const seed = Number(values.seed);
const untilMs = Number(values.for) * 1_000;

const watch = { kind: 'Item', probe: 'census' };
const rules = [
  { name: 'trend', watch, when: { trend: `${objectsPerHour(LEAK_PER_HOUR)}/h`, within: `${LIVE_DAY_MS}ms` } },
  { name: 'growth', watch, when: { growth: GROWTH, within: `${GROWTH_WITHIN_MS}ms` } },
  { name: 'above', watch, when: { above: ABOVE } },
].map((rule) => RuleFile.parse(rule));

interface Running {
  readonly name: string;
  readonly shape: Shape;
  readonly target: Target;
  readonly beganAtMs: number;
  /** When each rule fired first, in milliseconds since the process began. */
  readonly fired: Map<string, number>;
}

const programs = await Promise.all(LIVE_SHAPES.map(begin));
try {
  await watchAll();
} finally {
  await Promise.all(programs.map(({ target }) => target[Symbol.asyncDispose]()));
}

const wrong: string[] = [];
print(
  `seed ${seed}, ${values.for} s, a day in ${LIVE_DAY_MS / 1_000} s; seconds until an alert fired (and should have)\n`,
);
print(row('program', ...rules.map(({ name }) => name)));
for (const running of programs) print(row(running.name, ...rules.map(({ name }) => cell(running, name))));
print(wrong.length === 0 ? '\nevery alert and no other' : `\n${wrong.join('\n')}`);
process.exitCode = wrong.length > 0 ? 1 : 0;

async function begin(name: string): Promise<Running> {
  const args = [name, String(seed), String(LEAK_PER_HOUR)];
  const target = await startTarget(join(import.meta.dirname, 'live-program.js'), { args });
  const beganAtMs = Number((await target.line(/^begun/)).split(' ')[1]);
  return { name, shape: liveShape(name, seed, LEAK_PER_HOUR), target, beganAtMs, fired: new Map() };
}

/** Notes what fires, until the time is over. */
async function watchAll(): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 } };
  const targets = programs.map(({ name, target: { port } }) => {
    return { name, inspect: `127.0.0.1:${port}`, schedule: { census: CENSUS_MS }, limits };
  });
  const config = { ...configOf(targets), alerts: rules };
  await using collector = await startCollector(config, { logger: pino({ level: 'silent' }) });
  await using client = connect(collector.url, { signal: AbortSignal.timeout(untilMs) });
  for await (const event of client.subscribe({ topics: ['alert'] })) {
    const running = programs.find(({ name }) => name === event.target);
    if (!running || event.type !== 'alert' || event.state !== 'firing' || running.fired.has(event.rule)) continue;
    running.fired.set(event.rule, Date.parse(event.at) - running.beganAtMs);
  }
}

function cell({ name, shape, fired }: Running, rule: string): string {
  const truth = truthOf(shape, rule);
  const atMs = fired.get(rule);
  if (truth.fires === true && atMs === undefined) wrong.push(`${rule} has not fired on ${name}`);
  if (truth.fires === false && atMs !== undefined) wrong.push(`${rule} has fired on ${name}`);
  const due = truth.afterMs === null ? '' : ` (${seconds(truth.afterMs)})`;
  return atMs === undefined ? (truth.fires === null ? 'near' : '-') : `${seconds(atMs)}${due}`;
}

/** A trend is there if the shape leaks; the statistics say when that is known. */
function truthOf(shape: Shape, rule: string): Truth {
  const objects = (sinceMs: number) => objectsAt(shape, sinceMs);
  if (rule === 'above') return aboveTruth(objects, ABOVE, untilMs);
  if (rule === 'growth') return growthTruth(objects, GROWTH, GROWTH_WITHIN_MS, untilMs);
  return { fires: shape.leakPerHour > 0, afterMs: null };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function row(first: string, ...rest: readonly string[]): string {
  return first.padEnd(14) + rest.map((text) => text.padStart(16)).join('');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
