/**
 * What a tail and a collector cost their target, beside the share that the tail shows: `npm run build && node
 * dist/scripts/bench/tail.js [--standing] [--walk] [MAJOR…]`, by default on Node 20, 24 and 26, twelve minutes each; with
 * `--standing` only what goes on all the time, five minutes; with `--walk` only a walk each second, stopped and not, six minutes.
 *
 * The target (requests.ts) works off requests as fast as it can on a heap of 85 MB, and tells after how many of them its main
 * thread, and all its threads together, have used how much CPU. What a probe takes, and what it slows down afterwards, is CPU
 * beyond that of the requests answered meanwhile; others who want the machine change it little.
 *
 *     a reading      probe ── 2 s ──> bare until the next one        lost = CPU - requests · CPU a request in the bare time beside
 *     standing cost  bare ─ followed ─ bare ─ followed ─ bare …      lost = 1 - followed / mean of the bare ones beside it
 *
 * A reading is short and dear, so its cost stands far out of the noise; what goes on all the time (the gauges, sampling) is
 * held by spans of one process against others of it. The tail stretches its interval by what it shows that a reading has
 * cost, so lost by shown is the same at any share. The last line holds the target, when everything has been detached, against
 * a twin that nobody ever attached to, less what they differed by before. Figures are Hodges–Lehmann medians with their confidence interval of 95 % (paired.ts).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Agent, attach } from '../../agent/attach/agent.ts';
import { startSampling } from '../../agent/probe/sampling.ts';
import { types } from '../../agent/probe/types.ts';
import { usage } from '../../agent/probe/usage.ts';
import { NODE_MAJORS, type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { type Estimate, estimate } from './paired.ts';
import { type Span, Throughput } from './throughput.ts';

/** Entries that make a heap of 85 MB. */
const KEPT = '420000';
const WARM_MS = 8_000;

const READINGS = 6;
/** From one to the next: so far apart that there is bare time between them on a busy machine too. */
const EVERY_MS = 15_000;
/** In which a reading's consequences are over: V8 runs hot code more slowly for its first 100,000 operations. */
const SETTLE_MS = 2_000;

const SPANS = 10;
const SPAN_MS = 4_000;

/** CPU milliseconds that a reading has cost. */
interface Lost {
  readonly main: number;
  readonly all: number;
  /** What the tail said that it cost. */
  readonly shown?: number;
}

/** When a reading began and when its answer was there, milliseconds since 1970. */
interface PaceReading {
  readonly fromMs: number;
  readonly toMs: number;
  readonly shown?: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { standing: { type: 'boolean', default: false }, walk: { type: 'boolean', default: false } },
});
const majors = positionals.map(Number) as NodeMajor[];
const main = fileURLToPath(new URL('../../collector/cli/main.js', import.meta.url));
const program = fileURLToPath(new URL('requests.js', import.meta.url));

for (const major of NODE_MAJORS) {
  if (majors.length > 0 ? majors.includes(major) : major === 20 || major >= 24) await bench(major);
}

async function bench(major: NodeMajor): Promise<void> {
  const binary = await nodeBinary(major);
  await using target = await startTarget(program, { nodeBinary: binary, args: [KEPT] });
  const throughput = new Throughput();
  void follow(target, throughput);
  await using twin = await startTwin(binary);
  await throughput.watch(WARM_MS);
  if (options.walk) {
    print(`Node ${major}`, '', 'lost a CPU ms of main thread', 'of all threads');
    await standing('tail, a walk each second', throughput, () => tailWalks(target));
    await standing('the same, --no-stop', throughput, () => tailWalks(target, '--no-stop'));
    return;
  }
  const before = await twin.compare(throughput);
  print(`Node ${major}`, 'shown ms', 'CPU ms of main thread', 'of all threads');
  if (!options.standing) {
    for (const probe of ['types', 'census']) {
      const readings = await tailed(target, probe);
      showLost(`tail, a reading by ${probe}`, await lostBy(throughput, readings));
    }
  }
  await standing('tail, gauges each second', throughput, () => tailGauges(target));
  if (!options.standing) {
    await using agent = await attach(`${target.port}`);
    await using sampling = await startSampling(agent, 'main');
    const sampled = await apart(() => sampling.read());
    showLost('collector, sampling', await lostBy(throughput, sampled));
    const counted = await apart(() => types(agent, { target: 'bench', isolate: 'main' }));
    showLost('collector, types', await lostBy(throughput, counted));
  }
  await standing('collector, between readings', throughput, () => collectGauges(target));
  const after = await twin.compare(throughput);
  const changed = after.map(({ main, all }, at) => ({ main: main - before[at]!.main, all: all - before[at]!.all }));
  showShares('nobody any more', changed);
}

async function follow(target: Target, throughput: Throughput): Promise<void> {
  // until the target ends
  for (;;) throughput.add(await target.line(/^\d+ \d+ /).catch(() => new Promise<never>(() => {})));
}

/** Readings of a tail; the first, which loads what it needs, is left out. */
async function tailed(target: Target, probe: string): Promise<PaceReading[]> {
  await using tail = run(
    'tail',
    `${target.port}`,
    '--probe',
    probe,
    '--every',
    `${EVERY_MS}ms`,
    '--max-share',
    '100%',
    '--yes',
  );
  const readings: PaceReading[] = [];
  let seen = 0;
  for await (const text of tail.lines) {
    const line = JSON.parse(text) as { type: string; takenAt: string; tail?: { shareRatio: number; everyMs: number } };
    if (line.type === 'partition' && seen++ > 0) {
      if (seen === READINGS + 2) break;
      readings.push({ fromMs: Date.parse(line.takenAt), toMs: Date.now() });
    } else if (line.tail && readings.length > 0) {
      // what is reported after a reading is what that has cost, and the gauges meanwhile
      const shown = line.tail.shareRatio * line.tail.everyMs;
      readings[readings.length - 1] = { ...readings.at(-1)!, shown };
    }
  }
  return readings;
}

/** Does something time and again, as far apart as a tail does. */
async function apart(read: () => Promise<unknown>): Promise<PaceReading[]> {
  const readings: PaceReading[] = [];
  await read();
  while (readings.length < READINGS) {
    await passed(EVERY_MS);
    const fromMs = Date.now();
    await read();
    readings.push({ fromMs, toMs: Date.now() });
  }
  await passed(EVERY_MS);
  return readings;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The cost of each reading but the last, by the bare time before and after it. */
async function lostBy(throughput: Throughput, readings: readonly PaceReading[]): Promise<Lost[]> {
  const lost: Lost[] = [];
  for (const [at, { fromMs, toMs, shown }] of readings.entries()) {
    const last = readings[at - 1];
    const next = readings[at + 1]?.fromMs ?? fromMs + EVERY_MS;
    const during = await throughput.between(fromMs, toMs + SETTLE_MS);
    const beside = [
      await throughput.between(last ? last.toMs + SETTLE_MS : fromMs - SPAN_MS, fromMs),
      await throughput.between(toMs + SETTLE_MS, next),
    ];
    const beyond = (cpuMs: (span: Span) => number) =>
      cpuMs(during) - during.operations * mean(beside.map((span) => cpuMs(span) / span.operations));
    const figures = { main: beyond((span) => span.mainCpuMs), all: beyond((span) => span.cpuMs) };
    lost.push(shown === undefined ? figures : { ...figures, shown });
  }
  return lost;
}

interface Twin extends AsyncDisposable {
  /** What the target gets done less than its twin, in spans in which both run. */
  compare(throughput: Throughput): Promise<Lost[]>;
}

/** Another process of the same program, to which nobody ever attaches; it stands still while it is not compared with. */
async function startTwin(nodeBinary: string): Promise<Twin> {
  const twin = await startTarget(program, { nodeBinary, args: [KEPT] });
  const throughput = new Throughput();
  void follow(twin, throughput);
  await throughput.watch(WARM_MS);
  twin.kill('SIGSTOP');
  return {
    async compare(target) {
      twin.kill('SIGCONT');
      await throughput.watch(SETTLE_MS);
      const lost: Lost[] = [];
      while (lost.length < SPANS) {
        const [span, bare] = await Promise.all([target.watch(SPAN_MS), throughput.watch(SPAN_MS)]);
        lost.push(shareOf(span, [bare]));
      }
      twin.kill('SIGSTOP');
      return lost;
    },
    [Symbol.asyncDispose]: () => twin[Symbol.asyncDispose](),
  };
}

/** Spans in which somebody follows the target, each beside bare ones. */
async function standing(who: string, throughput: Throughput, begin: () => Promise<AsyncDisposable>): Promise<void> {
  const shares: Lost[] = [];
  let before = await throughput.watch(SPAN_MS);
  while (shares.length < SPANS) {
    let followed: Span;
    {
      await using _ = await begin();
      followed = await throughput.watch(SPAN_MS);
    }
    await throughput.watch(SETTLE_MS);
    const after = await throughput.watch(SPAN_MS);
    shares.push(shareOf(followed, [before, after]));
    before = after;
  }
  showShares(who, shares);
}

/** Shares of the throughput that are lost. */
function shareOf(span: Span, bare: readonly Span[]): Lost {
  const lost = (cpuMs: (span: Span) => number) => {
    const rate = (each: Span) => each.operations / cpuMs(each);
    return 1 - rate(span) / mean(bare.map(rate));
  };
  return { main: lost((each) => each.mainCpuMs), all: lost((each) => each.cpuMs) };
}

/** A tail that has read its only rows. */
async function tailGauges(target: Target): Promise<AsyncDisposable> {
  const tail = run('tail', `${target.port}`, '--probe', 'types', '--every', '1h');
  for await (const line of tail.lines) if (line.includes('"partition"')) break;
  await passed(SETTLE_MS);
  return tail;
}

/** A tail that walks each second, or as often as its share lets it; it has begun, and what it shows is printed at its end. */
async function tailWalks(target: Target, ...how: string[]): Promise<AsyncDisposable> {
  const tail = run('tail', `${target.port}`, '--probe', 'walk', '--every', '1s', '--yes', ...how);
  let shown = '';
  const following = (async () => {
    for await (const line of tail.lines) {
      const { tail: pace } = JSON.parse(line) as { tail?: { shareRatio: number; everyMs: number } };
      if (pace) shown = `${percent(pace.shareRatio)} each ${(pace.everyMs / 1_000).toFixed(1)} s`;
    }
  })();
  await passed(SETTLE_MS);
  return {
    async [Symbol.asyncDispose]() {
      await tail[Symbol.asyncDispose]();
      await following;
      process.stdout.write(`  shown: ${shown}\n`);
    },
  };
}

/** What a collector does all the time: sampling goes on, the gauges are read each five seconds. */
async function collectGauges(target: Target): Promise<AsyncDisposable> {
  const agent: Agent = await attach(`${target.port}`);
  const sampling = await startSampling(agent, 'main');
  const timer = setInterval(() => void usage(agent, { target: 'bench', isolate: 'main' }).catch(() => {}), 5_000);
  await usage(agent, { target: 'bench', isolate: 'main' });
  await passed(SETTLE_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await sampling[Symbol.asyncDispose]();
      await agent.close();
    },
  };
}

function run(...args: string[]): AsyncDisposable & { lines: AsyncIterable<string> } {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  return {
    lines: createInterface({ input: child.stdout }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await exited;
    },
  };
}

function showLost(who: string, lost: readonly Lost[]): void {
  const shown = lost.flatMap((each) => each.shown ?? []);
  const inMs = (figure: 'main' | 'all') => text(estimate(lost.map((each) => each[figure])), (ms) => ms.toFixed(0));
  print(who, shown.length === 0 ? '' : mean(shown).toFixed(0), inMs('main'), inMs('all'));
}

function showShares(who: string, lost: readonly Lost[]): void {
  const inPercent = (figure: 'main' | 'all') => text(estimate(lost.map((each) => each[figure])), percent);
  print(who, '', inPercent('main'), inPercent('all'));
}

function print(...cells: string[]): void {
  const widths = [30, 10, 27];
  process.stdout.write(`${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('')}\n`);
}

function text({ middle, low, high }: Estimate, figure: (value: number) => string): string {
  return `${figure(middle)} (${figure(low)} to ${figure(high)})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
