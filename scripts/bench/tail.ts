/**
 * What a tail and a collector cost their target, beside the share that the tail shows: `npm run build && node
 * dist/scripts/bench/tail.js [MAJOR…]`, by default on Node 20, 24 and 26, a quarter of an hour each.
 *
 * The target (requests.ts) works off requests as fast as it can on a heap of 85 MB, and tells after how many of them its main
 * thread, and all its threads together, have used how much CPU. Requests by CPU are what it gets done, however many others
 * want the machine; what a probe costs, and what it slows down afterwards, are requests that are missing.
 *
 *     bare ─ tail ─ bare ─ tail ─ bare … of one process, seconds each       loss = 1 - tail / mean of the bare ones beside it
 *
 * A span with a tail goes from the begin of one reading of the kinds to that of another, so that it has whole cycles, as
 * long as the tail says that they are; the loss is held against the share that it showed in that very span. What a collector
 * costs on its default schedule is too little to be seen, so its probes are run ten times as often, and its sampling, which
 * goes on all the time, by itself: the default costs the sampling, and a tenth of the rest. Figures are Hodges–Lehmann medians of the spans with their confidence
 * interval of 95 % (paired.ts). The last line: spans after everything has been detached against spans before anything was.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_MAJORS, type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { type Estimate, estimate } from './paired.ts';
import { type Rate, Throughput } from './throughput.ts';

/** Entries that make a heap of 85 MB. */
const KEPT = '420000';
const WARM_MS = 8_000;
/** Left out after each detaching: hot code is slow for its first 100,000 operations. */
const SETTLE_MS = 1_500;

/** A share larger than the default, so that it stands out of the noise, and that a span has cycles. */
const TAILS = [
  { probe: 'types', every: '1s', maxShare: '10%', spanMs: 6_000, spans: 10 },
  { probe: 'census', every: '1s', maxShare: '25%', spanMs: 6_000, spans: 6 },
] as const;
type Tail = (typeof TAILS)[number];

/** The default: usage 5s, sampling and types at most once a minute each. */
const COLLECTORS = [
  { who: 'collector × 10', every: 'usage=500ms,sampling=6s,types=6s', spanMs: 12_000, spans: 8 },
  { who: 'only sampling', every: 'usage=1h,sampling=1h,types=false', spanMs: 6_000, spans: 8 },
] as const;

const ALONE_MS = 4_000;
const ALONE_SPANS = 6;

/** What one span has lost to one that was bare, of the main thread's CPU and of all threads'. */
interface Loss {
  readonly main: number;
  readonly all: number;
  /** Absent where nothing is shown. */
  readonly shown?: number;
}

/** A span of the target's time. */
interface Span {
  readonly rate: Rate;
  readonly shown?: number;
}

const majors = process.argv.slice(2).map(Number) as NodeMajor[];
const main = fileURLToPath(new URL('../../collector/cli/main.js', import.meta.url));
const program = fileURLToPath(new URL('requests.js', import.meta.url));

print('Node', 'followed by', 'shown', 'lost by main thread', 'by all threads', 'main - shown', 'all - shown');
for (const major of NODE_MAJORS) {
  if (majors.length > 0 ? majors.includes(major) : major === 20 || major >= 24) await bench(major);
}

async function bench(major: NodeMajor): Promise<void> {
  await using target = await startTarget(program, { nodeBinary: await nodeBinary(major), args: [KEPT] });
  const throughput = new Throughput();
  void follow(target, throughput);
  await throughput.watch(WARM_MS);
  const before = await alone(throughput);
  for (const tail of TAILS) {
    const losses = await lossesOf(throughput, tail, () => tailed(target, throughput, tail));
    show(major, `tail, ${tail.probe}`, losses);
  }
  for (const collector of COLLECTORS) {
    const losses = await lossesOf(throughput, collector, () => collected(target, throughput, collector));
    show(major, collector.who, losses);
  }
  const after = await alone(throughput);
  show(
    major,
    'nobody any more',
    after.map((rate, at) => lossOf({ rate }, [before[at]!])),
  );
}

async function follow(target: Target, throughput: Throughput): Promise<void> {
  // until the target ends
  for (;;) throughput.add(await target.line(/^\d+ \d+ /).catch(() => new Promise<never>(() => {})));
}

async function alone(throughput: Throughput): Promise<Rate[]> {
  const rates: Rate[] = [];
  while (rates.length < ALONE_SPANS) rates.push(await throughput.watch(ALONE_MS));
  return rates;
}

/** Spans in which somebody follows the target, with bare ones before, between and after them. */
async function lossesOf(
  throughput: Throughput,
  { spanMs, spans }: { readonly spanMs: number; readonly spans: number },
  watched: () => Promise<Span>,
): Promise<Loss[]> {
  const losses: Loss[] = [];
  let before = await throughput.watch(spanMs);
  while (losses.length < spans) {
    const span = await watched();
    await throughput.watch(SETTLE_MS);
    const after = await throughput.watch(spanMs);
    losses.push(lossOf(span, [before, after]));
    before = after;
  }
  return losses;
}

function lossOf({ rate, shown }: Span, bare: readonly Rate[]): Loss {
  const lost = (figure: 'perMainSecond' | 'perCpuSecond') =>
    1 - rate[figure] / (bare.reduce((sum, each) => sum + each[figure], 0) / bare.length);
  return { main: lost('perMainSecond'), all: lost('perCpuSecond'), ...(shown !== undefined && { shown }) };
}

interface Line {
  readonly type: string;
  readonly takenAt: string;
  readonly tail?: { readonly shareRatio: number };
}

/** Tails for whole cycles of one probe. */
async function tailed(target: Target, throughput: Throughput, { probe, every, maxShare, spanMs }: Tail): Promise<Span> {
  const how = ['--probe', probe, '--every', every, '--max-share', maxShare, '--yes'];
  const child = run('tail', `${target.port}`, ...how);
  const exited = once(child, 'exit');
  const shares: number[] = [];
  const readAtMs: number[] = [];
  for await (const text of createInterface({ input: child.stdout! })) {
    const { type, takenAt, tail } = JSON.parse(text) as Line;
    const atMs = Date.parse(takenAt);
    // the first cycle knows its price only at its end
    if (readAtMs.length > 1 && tail) shares.push(tail.shareRatio);
    if (type === 'partition' && readAtMs.push(atMs) > 2 && atMs >= readAtMs[1]! + spanMs) break;
  }
  child.kill('SIGINT');
  await exited;
  const shown = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return { rate: await throughput.between(readAtMs[1]!, readAtMs.at(-1)!), shown };
}

/** Whole rounds of a collector's schedule. */
async function collected(
  target: Target,
  throughput: Throughput,
  { every, spanMs }: (typeof COLLECTORS)[number],
): Promise<Span> {
  const child = run('collect', '--target', `bench=${target.port}`, '--listen', '127.0.0.1:0', '--every', every);
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stderr! })) if (line.includes('target attached')) break;
  await throughput.watch(SETTLE_MS);
  const rate = await throughput.watch(spanMs);
  child.kill('SIGINT');
  await exited;
  return { rate };
}

function run(...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function show(major: number, who: string, losses: readonly Loss[]): void {
  const of = (figure: (loss: Loss) => number) => text(estimate(losses.map(figure)));
  const shown = losses.flatMap((loss) => loss.shown ?? []);
  const mean = shown.reduce((sum, share) => sum + share, 0) / shown.length;
  const beside =
    shown.length === 0 ? [] : [of((loss) => loss.main - loss.shown!), of((loss) => loss.all - loss.shown!)];
  const lost = [of(({ main }) => main), of(({ all }) => all)];
  print(`${major}`, who, shown.length === 0 ? '' : percent(mean), ...lost, ...beside);
}

function print(...cells: string[]): void {
  const widths = [6, 17, 8, 26, 26, 26, 26];
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('')
      .trimEnd()}\n`,
  );
}

function text({ middle, low, high }: Estimate): string {
  return `${percent(middle)} (${percent(low)} to ${percent(high)})`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
