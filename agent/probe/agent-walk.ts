/**
 * Walks of attached targets: those of this machine, found by pid and start. One at a time in this process, since each holds a
 * copy of its target's pages; an isolate that was read along with another is given out without a second stop.
 */

import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import { localPid } from '../attach/local-process.ts';
import { withSnapshotFile } from '../capture/output.ts';
import { noIsolate } from '../cdp/isolate-name.ts';
import { ProcessError, readProcess } from '../process/process.ts';
import type { Redaction } from '../redact/redaction.ts';
import type { Holders, HoldersQuestion } from '../sets/holders.ts';
import { holdMain } from './held-main.ts';
import { type WalkedMemory, Walker, type WalkOptions } from './walk.ts';

export interface AgentWalkContext extends ProbeContext {
  readonly label?: string;
  /** Keeps the thread and the copy's memory for the next walk, until the target goes; for one who walks every second. */
  readonly keep?: boolean;
  /** False: it runs on while it is read, and figures are estimates. Default true. */
  readonly stop?: boolean;
}

/** The process behind an inspector; null for one of another machine, or of a container whose processes we do not see. */
export async function memoryOfAgent(agent: Agent): Promise<WalkedMemory | null> {
  const pid = await localPid(agent);
  if (pid === null) return null;
  try {
    const { startTicks } = await readProcess(pid);
    return { pid, startTicks, ...(agent.identity.isInside && { isInside: true }) };
  } catch (error) {
    if (error instanceof ProcessError) return null; // it has ended
    throw error;
  }
}

const obstacles = new WeakMap<Agent, Promise<string | null>>();

/** Why a target cannot be walked, null if it can: asked once, it costs it nothing. */
export function walkObstacle(agent: Agent): Promise<string | null> {
  const known = obstacles.get(agent) ?? findObstacle(agent);
  obstacles.set(agent, known);
  return known;
}

async function findObstacle(agent: Agent): Promise<string | null> {
  try {
    const place = await memoryOfAgent(agent);
    if (place === null) return ELSEWHERE;
    await using _ = await Walker.open(place);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const ELSEWHERE = 'Cannot walk its heap: only a process of this machine can be walked';

/** @throws as Walker does; an AttachError-like Error for a target elsewhere; RangeError for an isolate that does not exist */
export async function walk(agent: Agent, context: AgentWalkContext): Promise<Partition> {
  const along = left.get(agent);
  const read = along?.partitions.get(context.isolate);
  if (along && read && performance.now() - along.atMs < FRESH_MS) {
    along.partitions.delete(context.isolate);
    return { ...read, ...labelled(context) };
  }
  const partitions = await inTurn(() => walkNow(agent, context));
  const found = partitions.find(({ isolate }) => isolate === context.isolate);
  if (!found) {
    const names = partitions.map(({ isolate }) => isolate).join(', ');
    throw noIsolate(context.isolate, `Cannot walk ${context.isolate}: the target has ${names}`);
  }
  // the stop is reported once
  const rest = partitions.filter((each) => each !== found).map(({ cost: _, ...each }) => each);
  left.set(agent, { atMs: performance.now(), partitions: new Map(rest.map((each) => [each.isolate, each])) });
  return { ...found, ...labelled(context) };
}

/**
 * The same of one isolate, by other classifiers beside or instead of `kind`: contents are looked at in the thread that reads its
 * pages, and only rows leave that. @param context.by at least one @throws as `walk`
 */
export async function walkBy(
  agent: Agent,
  context: AgentWalkContext & { by: readonly string[] },
): Promise<Partition[]> {
  const { target, isolate, label, signal, by } = context;
  return await inTurn(async () => {
    const options = { ...(await optionsFor(agent, target, signal)), ...labelled({ label }) };
    await using walker = await openWalker(agent);
    const ask = { counted: by.includes('kind'), by: by.filter((each) => each !== 'kind') };
    return [...(await walker.graph(isolate, ask, options)).partitions];
  });
}

/**
 * The same of one isolate, and what keeps kinds alive in it, from the graph of the same moment.
 * @throws as `walk`
 */
export async function walkHolders(agent: Agent, context: HoldersContext): Promise<WalkedHolders> {
  const { target, isolate, label, signal, holders } = context;
  return await withSnapshotFile(context, (output) =>
    inTurn(async () => {
      const options = { ...(await optionsFor(agent, target, signal)), ...labelled({ label }) };
      await using walker = await openWalker(agent);
      const graph = await walker.graph(isolate, { counted: true, holders, ...(output && { output }) }, options);
      return {
        partitions: [...graph.partitions],
        holders: graph.holders ?? null,
        ...(output && { output: { path: output.path, bytes: graph.writtenBytes ?? 0 } }),
      };
    }),
  );
}

export interface HoldersContext extends AgentWalkContext {
  readonly holders: HoldersQuestion;
  /** A file that the graph is written to, a snapshot in its form. */
  readonly output?: string;
  /** How the contents of the strings in `output` are replaced; absent: they stay. */
  readonly redaction?: Redaction;
}

export interface WalkedHolders {
  readonly partitions: Partition[];
  readonly holders: Holders | null;
  readonly output?: { readonly path: string; readonly bytes: number };
}

async function optionsFor(agent: Agent, target: string, signal: AbortSignal | undefined): Promise<WalkOptions> {
  signal?.throwIfAborted();
  const isolates = (await agent.isolates()).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  // who stops the process that he is in is stopped too
  const hold = agent.identity.isInside ? { hold: (limitMs: number) => holdMain(agent, limitMs) } : {};
  return { target, isolates, ...hold, ...incarnationOf(agent.identity), ...(signal && { signal }) };
}

interface Along {
  /** When the walk was over, on `performance.now()`'s clock. */
  readonly atMs: number;
  readonly partitions: Map<string, Partition>;
}

/** What was read along, by isolate; each is given out once. */
const left = new WeakMap<Agent, Along>();
/** How long it is good for: the isolates of a target are read one right after the other. */
const FRESH_MS = 5_000;

function labelled({ label }: { readonly label?: string | undefined }): { label?: string } {
  return label === undefined ? {} : { label };
}

const kept = new WeakMap<Agent, Promise<Walker>>();

async function walkNow(
  agent: Agent,
  { target, keep = false, stop = true, signal }: AgentWalkContext,
): Promise<Partition[]> {
  const { hold, ...known } = await optionsFor(agent, target, signal);
  const options = { ...known, stop, ...(stop && hold && { hold }) };
  if (keep) return await (await keptWalker(agent)).walk(options);
  await using walker = await openWalker(agent);
  return await walker.walk(options);
}

async function openWalker(agent: Agent): Promise<Walker> {
  const place = await memoryOfAgent(agent);
  if (place === null) throw new Error(ELSEWHERE);
  return await Walker.open(place);
}

function keptWalker(agent: Agent): Promise<Walker> {
  const known = kept.get(agent);
  if (known) return known;
  const opening = openWalker(agent);
  kept.set(agent, opening);
  opening.then(
    async (walker) => {
      await agent.closed;
      await walker[Symbol.asyncDispose]();
    },
    () => kept.delete(agent), // the caller gets the error; the next one tries again
  );
  return opening;
}

let turn: Promise<unknown> = Promise.resolve();

/** Runs `work` when those before it have ended. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work, work);
  turn = mine.catch(() => {});
  return mine;
}
