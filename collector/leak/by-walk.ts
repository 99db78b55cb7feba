/** Leaks of a process of this machine, read from outside several times: what is alive at each moment, and who holds what grew. */
import { setTimeout as wait } from 'node:timers/promises';
import { causeWeight } from '../../agent/classify/generic.ts';
import type { WalkedGraph } from '../../agent/probe/walk.ts';
import { humanDuration } from '../../protocol/human.ts';
import { openWalk } from '../measure/open-walker.ts';
import { stoppedOrNot } from '../measure/read-walk.ts';
import type { Io } from '../terminal/io.ts';
import { adviceFor } from './advice.ts';
import { type Finding, isOfProgram, ranked } from './finding.ts';
import { type GrownKind, judge, type LiveReading, newShare } from './judge.ts';
import type { LeakQuestion } from './question.ts';

/** Readings within the time, if each is quick enough. */
const READINGS = 7;
/** Fewer tell too little, and show no bend: where a reading takes long it takes longer than asked for. */
const LEAST_READINGS = 6;
/** Kinds whose holders are looked for. */
const MAX_CANDIDATES = 8;

/** @throws as `openWalk` does */
export async function leakByWalk(question: LeakQuestion, io: Io): Promise<Finding> {
  const { target, isolate, forMs, confidence, strings } = question;
  await using opened = await openWalk(target, { consent: question.consent, stop: question.stop }, io);
  const { walker, options } = opened;
  const read = (candidates: readonly GrownKind[]): Promise<WalkedGraph> => {
    const grown = Object.fromEntries(candidates.map((each) => [each.kind, newShare(each)]));
    const holders = { kinds: candidates.map(({ kind }) => kind), grown, strings };
    const ask = { by: ['kind'], reachable: true, ...(candidates.length > 0 && { holders }) };
    return stoppedOrNot((stop) => walker.graph(isolate, ask, { ...options, stop }), question.stop, io);
  };
  const readings: LiveReading[] = [];
  const startedMs = performance.now();
  let last: WalkedGraph | undefined;
  for (let dueMs = 0; ; ) {
    await until(startedMs + dueMs, readings.length, io);
    const isLast = dueMs >= forMs && readings.length + 1 >= LEAST_READINGS;
    last = await read(isLast ? candidatesOf(readings, confidence) : []);
    readings.push(liveReading(last));
    if (isLast) break;
    dueMs = nextDueMs(performance.now() - startedMs, forMs);
  }
  io.progress('');
  const kinds = judge(readings, confidence).filter(({ kind }) => isOfProgram(kind));
  return finding(question, readings, kinds, last);
}

/** The next moment of the grid of readings; the end is one. */
function nextDueMs(passedMs: number, forMs: number): number {
  const stepMs = forMs / (READINGS - 1);
  return Math.max(Math.min(forMs, Math.ceil(passedMs / stepMs) * stepMs), Math.ceil(passedMs));
}

async function until(atMs: number, readings: number, io: Io): Promise<void> {
  const leftMs = atMs - performance.now();
  if (readings > 0) io.progress(`${readings} readings; the next is taken in ${humanDuration(Math.max(0, leftMs))}`);
  if (leftMs > 0) await wait(leftMs, undefined, { signal: io.signal });
}

/** What grew so far: the last reading looks for who holds it. */
function candidatesOf(readings: readonly LiveReading[], confidence: number): GrownKind[] {
  const weight = ({ kind, bornBytes }: GrownKind) => causeWeight(kind, bornBytes);
  return judge(readings, Math.min(confidence, LOOSE))
    .filter(({ kind }) => isOfProgram(kind))
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, MAX_CANDIDATES);
}

/** The last reading may make sure of what was not sure before it. */
const LOOSE = 0.9;

function liveReading({ partitions: [partition], takenAtMs }: WalkedGraph): LiveReading {
  return { atMs: takenAtMs, kinds: new Map((partition?.rows ?? []).map((row) => [row.kind, row])) };
}

function finding(
  { target, isolate, forMs, confidence }: LeakQuestion,
  readings: readonly LiveReading[],
  kinds: readonly GrownKind[],
  { holders, cost }: WalkedGraph,
): Finding {
  const leaks = ranked(
    kinds.filter(({ state }) => state === 'leaks'),
    holders?.kind,
    holders?.retained,
  );
  const isHeld = leaks[0] !== undefined && leaks[0].kind === holders?.kind;
  const heldBy = isHeld ? holders.paths : [];
  return {
    ...{ target, isolate, probe: 'walk', readings: readings.length, forMs, confidence },
    leaks: leaks.map(({ state: _, ...leak }) => leak),
    fills: kinds.filter(({ state }) => state === 'fills').map(({ state: _, ...leak }) => leak),
    heldBy,
    pattern: isHeld ? holders.pattern : [],
    ...(leaks.length > 0 && { advice: adviceFor(heldBy[0]) }),
    ...(cost && { cost }),
  };
}
