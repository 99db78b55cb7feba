/** A partition by the probe `walk`: of a process of this machine, without an inspector, or of a core file. */

import { randomUUID } from 'node:crypto';
import type { Agent } from '../../agent/attach/agent.ts';
import { noIsolate } from '../../agent/cdp/isolate-name.ts';
import { memoryOfAgent } from '../../agent/probe/agent-walk.ts';
import { HoldError, holdMain } from '../../agent/probe/held-main.ts';
import { type GraphAsk, type WalkedMemory, Walker, type WalkOptions } from '../../agent/probe/walk.ts';
import { memoryOfPid } from '../../agent/probe/walked-memory.ts';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Partition } from '../../protocol/partition.ts';
import { ALL, sumPartitions } from '../../protocol/sum.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import type { Consent } from './consent.ts';
import { agreeToQuote } from './price-gate.ts';
import { classifierOf, isWalked } from './probe-choice.ts';
import type { PartitionQuestion } from './question.ts';
import { walkElse } from './walk-else.ts';
import { costText } from './words.ts';

/** Whether a walk was asked for, or tells what is wanted where no probe was named. @param numbered an inspector tells the numbers of workers */
export function isWalk({ probe, by, isolate }: PartitionQuestion, numbered: boolean): boolean {
  if (probe !== undefined) return probe === 'walk';
  return (by === undefined || isWalked(by)) && (numbered || !isolate.startsWith('worker:'));
}

/**
 * @returns null where it was not asked for and cannot be: an inspector may tell it
 * @throws as Walker does; RefusedError for a stop that is not agreed to; UsageError for an isolate that there is not
 */
export async function walkPid(
  pid: number,
  target: string,
  reading: PartitionQuestion,
  io: Io,
): Promise<Partition | null> {
  if (!reading.collect) return await walkOrNot(await memoryOfPid(pid), target, reading, io);
  const { attach } = await import('../../agent/attach/agent.ts');
  await using agent = await attach(target, { signal: io.signal });
  return await walkAgent(agent, target, reading, io);
}

/** The same of a process with an inspector, which is asked for its collection and the names of its workers, as far as it answers. */
export async function walkAgent(
  agent: Agent,
  target: string,
  reading: PartitionQuestion,
  io: Io,
): Promise<Partition | null> {
  const place = await memoryOfAgent(agent);
  if (place === null) {
    if (reading.probe !== 'walk') return null;
    throw new UsageError(`Cannot walk ${target}: only a process of this machine, or a core file, can be walked`);
  }
  const isolates = (await agent.isolates()).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (reading.collect) await collect(agent, reading.isolate === ALL ? isolates : [reading.isolate], io);
  return await walkOrNot(place, target, reading, io, {
    isolates,
    ...incarnationOf(agent.identity),
    collected: reading.collect === true,
    hold: (limitMs) => holdMain(agent, limitMs),
  });
}

/** @throws as walkPid */
export async function walkCore(path: string, reading: PartitionQuestion, io: Io): Promise<Partition> {
  if (reading.collect) throw new UsageError(`Cannot use --collect on ${path}: a core file collects no more`);
  const { exe } = reading;
  return await readWalk({ core: path, ...(exe !== undefined && { exe }) }, path, reading, io);
}

type Known = Pick<WalkOptions, 'isolates' | 'incarnation' | 'process' | 'collected'> & {
  /** Holds it by its inspector where it cannot be stopped. */
  readonly hold?: Hold;
};

type Hold = NonNullable<WalkOptions['hold']>;

async function walkOrNot(
  place: WalkedMemory,
  target: string,
  reading: PartitionQuestion,
  io: Io,
  known: Known = {},
): Promise<Partition | null> {
  const walk = () => readWalk(place, target, reading, io, known);
  return reading.probe === 'walk' ? await walk() : await walkElse<Partition | null>(walk, async () => null, io);
}

async function readWalk(
  place: WalkedMemory,
  target: string,
  reading: PartitionQuestion,
  io: Io,
  known: Known = {},
): Promise<Partition> {
  const { isolate, consent, stop } = reading;
  const by = classifierOf('walk', reading.by);
  await using walker = await Walker.open(place, io.signal);
  if ('pid' in place && stop !== false) await agreeToStop(walker, target, consent, io);
  const { maxPause } = consent;
  const { hold, ...names } = known;
  const options = { target, ...names, ...(maxPause !== undefined && { limitMs: maxPause }), signal: io.signal };
  const partitions = await walked(walker, by, reading, options, io, hold);
  const found =
    isolate === ALL ? sumPartitions(partitions, randomUUID()) : partitions.find((each) => each.isolate === isolate);
  if (!found) throw notFound(target, isolate, partitions, known);
  io.say(costText(found.cost ?? {}));
  return found;
}

/** A worker that an inspector does not name has ended; without one nobody knows the numbers of workers. */
function notFound(target: string, isolate: string, partitions: readonly Partition[], { isolates }: Known): Error {
  const names = partitions.map((each) => each.isolate).join(', ');
  const message = `Cannot walk ${isolate} of ${target}: it has ${names}`;
  if (isolates !== undefined) return noIsolate(isolate, message);
  const hint = isolate.startsWith('worker:') ? '; the numbers of workers are known by an inspector only' : '';
  return new UsageError(`${message}${hint}`);
}

async function walked(
  walker: Walker,
  by: string,
  reading: PartitionQuestion,
  options: WalkOptions,
  io: Io,
  hold: Hold | undefined,
): Promise<readonly Partition[]> {
  const { isolate, stop } = reading;
  const read = (stops: boolean, held?: Hold) => {
    const how = { ...options, stop: stops, ...(held && { hold: held }) };
    const isWhole = reading.keptBy === undefined && reading.without === undefined;
    return by === 'kind' && isWhole
      ? walker.walk(how)
      : graphs(walker, { by: [by], ...filterOf(reading) }, isolate, how);
  };
  return await stoppedOrNot(read, stop, io, hold);
}

/**
 * Reads with a stop, by default. Where there is what keeps the process from going on again, held by its inspector if it has one,
 * and without a stop where that does not come to it.
 */
export async function stoppedOrNot<R>(
  read: (stop: boolean, hold?: Hold) => Promise<R>,
  stop: boolean | undefined,
  io: Pick<Io, 'say'>,
  hold?: Hold,
): Promise<R> {
  try {
    return await read(stop ?? true);
  } catch (error) {
    if (stop !== undefined || (error as Error).name !== 'StopObstacleError') throw error;
    if (hold === undefined) {
      io.say(`${(error as Error).message}; it is read as it runs`);
      return await read(false);
    }
    io.say(`${(error as Error).message}; its inspector holds it`);
    return await heldOrNot(read, hold, io);
  }
}

async function heldOrNot<R>(
  read: (stop: boolean, hold?: Hold) => Promise<R>,
  hold: Hold,
  io: Pick<Io, 'say'>,
): Promise<R> {
  try {
    return await read(false, hold);
  } catch (error) {
    if (!(error instanceof HoldError)) throw error;
    io.say(`Cannot hold it: ${error.message}; it is read as it runs`);
    return await read(false);
  }
}

/** What of a question leaves out a part of the heap. */
function filterOf({ keptBy, without }: PartitionQuestion): GraphAsk {
  return { ...(keptBy !== undefined && { keptBy }), ...(without !== undefined && { without }) };
}

/** By what only the graph tells: each isolate is read by itself. */
async function graphs(walker: Walker, ask: GraphAsk, isolate: string, options: WalkOptions): Promise<Partition[]> {
  if (isolate !== ALL) return [...(await walker.graph(isolate, ask, options)).partitions];
  let partitions: Partition[] = [];
  let count = 1;
  for (let i = 0; i < count; i++) {
    const graph = await walker.graph(i === 0 ? 'main' : `isolate:${i + 1}`, ask, options);
    count = graph.isolates;
    partitions = partitions.concat(graph.partitions);
  }
  return partitions;
}

/** Says what a stop costs, and has it agreed to. @throws RefusedError */
export async function agreeToStop(walker: Walker, target: string, consent: Consent, io: Io): Promise<void> {
  const { heldBytes, ...price } = await walker.forecast(io.signal);
  const headroom = { memory: [] };
  const quote = { probe: 'walk', price, heapUsedBytes: heldBytes, nodeVersion: walker.opened.v8, headroom } as const;
  await agreeToQuote({ target, consent, quote }, io);
}

async function collect(agent: Agent, isolates: readonly string[], io: Io): Promise<void> {
  for (const isolate of isolates) {
    await (await agent.isolate(isolate)).send('HeapProfiler.collectGarbage', {}, { signal: io.signal });
  }
}
