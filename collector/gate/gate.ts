/** Rounds of load on a server, what is alive after each, and the verdict. */
import { delay } from '../../agent/base/waiting.ts';
import { type GraphAsk, type WalkedGraph, Walker } from '../../agent/probe/walk.ts';
import { findMemory } from '../../agent/probe/walked-memory.ts';
import { adviceFor } from '../leak/advice.ts';
import { stoppedOrNot } from '../measure/read-walk.ts';
import type { Io } from '../terminal/io.ts';
import { doses } from '../testing/rounds.ts';
import { type KindSlope, objectsTotal, type RoundReading, slopesOf, suspects, total } from '../testing/verdict.ts';
import { CountedServer } from './counted-server.ts';
import { judgeGate } from './judge.ts';
import { runLoad } from './load.ts';
import type { GateBaseline, GateReport } from './report.ts';

/** Kinds that a report lists. */
const MAX_KINDS = 20;
const MAX_CANDIDATES = 8;

export interface GateQuestion {
  /** A command that starts a server. */
  readonly command?: readonly string[];
  /** A process that runs. */
  readonly target?: string;
  readonly load: string;
  /** That one run of the load makes; counted in the server where it is not given. */
  readonly requests?: number | undefined;
  readonly rounds: number;
  /** Runs of the load before the first reading. */
  readonly warmUp: number;
  readonly maxBytes: number;
  readonly confidence: number;
  /** Between a load and its reading: connections close, timers run out. */
  readonly settleMs: number;
  readonly readyMs: number;
  readonly baseline?: GateBaseline | undefined;
}

/** @throws as Walker, CountedServer and `runLoad` do */
export async function runGate(question: GateQuestion, io: Io): Promise<GateReport> {
  const startedMs = performance.now();
  const { command, target, load, rounds } = question;
  await using server = command && (await CountedServer.start(command, question.readyMs, io.signal));
  io.progress('warming up');
  const put = (runs: number) => loaded(load, runs, server, io.signal);
  await put(question.warmUp);
  const place = server ? { pid: (await server.told()).pid } : (await findMemory(String(target), io)).place;
  await using walker = await Walker.open(place, io.signal);
  const name = command?.join(' ') ?? String(target);
  const count = async (): Promise<number | undefined> => (await server?.told())?.requests;
  const readings: RoundReading[] = [];
  let last: WalkedGraph | undefined;
  const plan = doses(rounds, 1);
  for (const [round, runs] of [0, ...plan].entries()) {
    const before = await count();
    await put(runs);
    await delay(question.settleMs, io.signal);
    const requests =
      question.requests === undefined ? requestsOf(before, await count(), runs) : question.requests * runs;
    last = await graph(walker, round === plan.length ? candidates(readings) : [], io);
    readings.push({
      iterations: requests,
      kinds: new Map((last.partitions[0]?.rows ?? []).map((row) => [row.kind, row])),
    });
    io.progress(`round ${round} of ${plan.length}`);
  }
  io.progress('');
  const { confidence, maxBytes, baseline } = question;
  const bytes = total(readings, confidence);
  const objects = objectsTotal(readings, confidence);
  const kinds = slopesOf(readings, confidence);
  const heldBy = last?.holders?.paths ?? [];
  return {
    ...judgeGate({ bytes, objects, kinds, rounds }, maxBytes, confidence, baseline),
    ...{ target: name, maxBytes, confidence, rounds, bytes, objects },
    requests: readings.reduce((sum, { iterations }) => sum + iterations, 0),
    kinds: kinds.slice(0, MAX_KINDS).map(({ kind, objects, bytes }) => ({ kind, objects, bytes })),
    ...(baseline && { baseline }),
    heldBy,
    ...(heldBy.length > 0 && { advice: adviceFor(heldBy[0]) }),
    tookMs: Math.round(performance.now() - startedMs),
  };
}

/** A load that fails since the server has gone is no fault of the load's. @throws DetachedError; as runLoad */
async function loaded(
  load: string,
  runs: number,
  server: CountedServer | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runLoad(load, runs, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (server && !(await server.listens())) throw await server.gone();
    throw error;
  }
}

/** @throws Error where the server has counted none */
function requestsOf(before: number | undefined, after: number | undefined, runs: number): number {
  const requests = (after ?? 0) - (before ?? 0);
  if (requests > 0 || runs === 0) return requests;
  throw new Error(
    'Cannot judge a request: the server counted none of the load; say how many one run of it makes (--requests 1000)',
  );
}

/** What the program's roots reach: garbage is none of it, and the server need not collect. */
function graph(walker: Walker, grown: readonly KindSlope[], io: Io): Promise<WalkedGraph> {
  const shares = Object.fromEntries(grown.map(({ kind, born, now }) => [kind, now > 0 ? Math.min(1, born / now) : 0]));
  const holders = { kinds: grown.map(({ kind }) => kind), grown: shares, strings: false };
  const ask: GraphAsk = { by: ['kind'], reachable: true, ...(grown.length > 0 && { holders }) };
  const options = { target: 'gate', signal: io.signal };
  return stoppedOrNot((stop) => walker.graph('main', ask, { ...options, stop }), undefined, io);
}

/** Who holds what seems to grow so far, the last reading is to say. */
function candidates(readings: readonly RoundReading[]): KindSlope[] {
  return suspects(slopesOf(readings, 0.99)).slice(0, MAX_CANDIDATES);
}
