/**
 * The probe `types`: every object of a heap by V8's own instance types, exact, from one traced major collection; hardly any
 * memory in the target.
 *
 *     NodeTracing.start ──> one major collection ──> NodeTracing.stop ──> V8.GC_Objects_Stats of the isolate ──> partition
 *
 * The collection is the one that V8 does before it gives a sampling profile: a single one, where `HeapProfiler.collectGarbage`
 * does two or more and drops compiled code too. If somebody samples, their profile is asked for and thrown away; if nobody
 * does, a sampling is started and stopped that would take its first sample after a terabyte.
 */
import { randomUUID } from 'node:crypto';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Cost, Partition, Row, Tally } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import { delay } from '../base/waiting.ts';
import { type ConnectionSession, ProtocolError, type SendOptions, type Session } from '../cdp/session.ts';
import { bySizeThenKind, limitRows, sumOf } from '../partition/partition.ts';
import type { Count } from '../price/book.ts';
import type { Footprint } from '../price/footprint.ts';
import { footprint } from './footprint.ts';
import { COLLECTION_CATEGORIES, type Collection } from './gc-stats/collections.ts';
import { addTo } from './gc-stats/object-stats.ts';
import { isKnown, lastOf, type Wanted } from './gc-stats/own-isolate.ts';
import { TracingError, traced } from './gc-stats/tracing.ts';
import { kindOfType } from './gc-stats/type-kinds.ts';
import { enterCount, startMeter } from './meter.ts';
import { readUnread } from './unread.ts';

export { TracingError };

/** `instanceType`: V8's own names. `kind`: the kinds of the default partition, as far as types tell them. */
export type TypesBy = 'instanceType' | 'kind';

export interface TypesContext extends ProbeContext {
  /** Default `instanceType`. */
  readonly by?: TypesBy;
  /**
   * Wait for V8's own next major collection instead of causing one. What died while it was marking may count as alive. A
   * worker's cannot be distinguished from another's until one was caused in it: its first reading is not passive.
   */
  readonly passive?: boolean;
  /** Milliseconds that a passive reading waits for a collection; default 60,000. */
  readonly waitMs?: number;
  readonly label?: string;
  /** Rows of the partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
}

const HEADERS: Readonly<Record<TypesBy, string>> = {
  instanceType: 'V8 instance type',
  kind: 'Kind (by V8 instance type)',
};

/** Between two samples: none is taken. */
const TERABYTE = 2 ** 40;

const WAIT_MS = 60_000;
/** How long a passive reading traces before it looks whether there was a collection; V8 does not say before tracing stops. */
const LOOK_MS = 1_000;

/**
 * Counts what lives in an isolate. Beside it, each row says what of its kind the collection found `dead`, and the partition
 * how much of all kinds. The pause that it tells is that of the whole collection, also of one that V8 would have done anyway.
 * Where V8 is in the middle of marking by itself, the collection ends that: what has died since its begin counts as alive.
 * @throws TracingError where the target's tracing cannot be used; DetachedError, RangeError; a TimeoutError (DOMException) if
 * V8 did no collection in time; the reason of `signal`
 */
export async function types(agent: Agent, context: TypesContext): Promise<Partition> {
  const { isolate, signal, passive = false, waitMs = WAIT_MS } = context;
  const sending = signal ? { signal } : {};
  const session = await agent.isolate(isolate);
  const wanted: Wanted = { session, isolate, pid: agent.identity.pid };
  if (passive && isKnown(wanted)) {
    const found = await nextCollection(agent.session, wanted, waitMs, signal);
    enterCount(agent, isolate, countOf(found, await footprint(session, sending)));
    // what came and went while we waited is the program's
    return partitionOf(agent, context, found, { pauseMs: found.collection.pauseMs });
  }
  using meter = await startMeter(agent, { probe: 'types', isolate }, sending);
  const found = await causedCollection(agent.session, wanted, sending);
  const after = await footprint(session, sending);
  const { nodes } = countOf(found, after);
  return partitionOf(agent, context, found, meter.enter(found.collection.pauseMs + found.lostMs, after, { nodes }));
}

function countOf({ collection }: TracedCollection, { heapUsedBytes }: Footprint): Count {
  return { nodes: sumOf([...collection.live.values()]).count, heapUsedBytes };
}

/**
 * How often a collection is caused until V8 has counted in it: a worker that begins, or an isolate of any other sort, ends the
 * counting in all isolates of the process until a trace begins anew.
 */
const ATTEMPTS = 3;

interface TracedCollection {
  readonly collection: Collection;
  /** What those before it took in which V8 has not counted, with their way to us. */
  readonly lostMs: number;
  readonly takenAt: string;
  readonly transferBytes: number;
}

async function causedCollection(
  tracing: ConnectionSession,
  wanted: Wanted,
  sending: SendOptions,
): Promise<TracedCollection> {
  let lostMs = 0;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const takenAt = new Date().toISOString();
    const startedAtMs = performance.now();
    const collect = () => causeCollection(wanted.session, sending);
    const { frames, transferBytes } = await traced(tracing, COLLECTION_CATEGORIES, collect, sending.signal);
    const tookMs = performance.now() - startedAtMs;
    const collection = lastOf(wanted, await readUnread({ what: 'trace', frames }, sending.signal));
    if (collection) return { collection, lostMs, takenAt, transferBytes };
    lostMs += tookMs;
  }
  throw new TracingError(
    `Cannot read types of ${wanted.isolate}: V8 has not counted in ${ATTEMPTS} collections, as happens where workers begin all the while; take a census`,
  );
}

async function nextCollection(
  tracing: ConnectionSession,
  wanted: Wanted,
  waitMs: number,
  signal?: AbortSignal,
): Promise<TracedCollection> {
  const deadlineAtMs = performance.now() + waitMs;
  for (;;) {
    const restMs = deadlineAtMs - performance.now();
    if (restMs <= 0) throw noCollection(wanted.isolate, waitMs);
    const look = () => delay(Math.min(LOOK_MS, restMs), signal);
    const { frames, transferBytes } = await traced(tracing, COLLECTION_CATEGORIES, look, signal);
    const collection = lastOf(wanted, await readUnread({ what: 'trace', frames }, signal));
    // it was within the last look: the target's clock is not ours
    if (collection) return { collection, lostMs: 0, takenAt: new Date().toISOString(), transferBytes };
  }
}

function noCollection(isolate: string, waitMs: number): DOMException {
  const message = `Cannot read types of ${isolate}: V8 did no major collection within ${waitMs} ms, ask for one (not passive)`;
  return new DOMException(message, 'TimeoutError');
}

/** Causes a major collection, and nothing else that is felt. */
async function causeCollection(session: Session, sending: SendOptions): Promise<void> {
  try {
    await session.send('HeapProfiler.getSamplingProfile', {}, { ...sending, asBytes: true });
  } catch (error) {
    if (!(error instanceof ProtocolError && error.message.includes('was not started'))) throw error;
    // both are on their way before anything can come between them
    const started = session.send('HeapProfiler.startSampling', { samplingInterval: TERABYTE }, sending);
    await Promise.all([started, session.send('HeapProfiler.stopSampling', {}, sending)]);
  }
}

function partitionOf(
  agent: Agent,
  { target, isolate, label, rows: maxRows, by = 'instanceType' }: TypesContext,
  { collection, takenAt, transferBytes }: TracedCollection,
  cost: Cost,
): Partition {
  const rows = [...collection.live]
    .map(([kind, tally]): Row => ({ kind, ...tally, dead: collection.dead.get(kind) ?? NONE }))
    .sort(bySizeThenKind);
  const types: Partition = {
    target,
    isolate,
    probe: 'types',
    by: 'instanceType',
    takenAt,
    id: randomUUID(),
    ...incarnationOf(agent.identity),
    header: HEADERS.instanceType,
    ...(label !== undefined && { label }),
    heapUsedBytes: collection.heapUsedBytes,
    ...sumOf(rows),
    rows,
    dead: sumOf([...collection.dead.values()]),
    cost: { ...cost, transferBytes },
  };
  const partition = by === 'kind' ? typesByKind(types) : types;
  return maxRows === undefined ? partition : limitRows(partition, maxRows);
}

/**
 * What the same collection says of kinds, under an id of its own. What died of a type that has nothing alive is in the
 * partition's `dead` alone, as it is by instanceType.
 * @param types all rows of a partition by instanceType
 */
export function typesByKind(types: Partition): Partition {
  const live = new Map<string, Tally>();
  const dead = new Map<string, Tally>();
  for (const row of types.rows) {
    const kind = kindOfType(row.kind);
    addTo(live, kind, row);
    addTo(dead, kind, row.dead ?? NONE);
  }
  const rows = [...live].map(([kind, tally]): Row => ({ kind, ...tally, dead: dead.get(kind) ?? NONE }));
  return { ...types, by: 'kind', id: randomUUID(), header: HEADERS.kind, rows: rows.sort(bySizeThenKind) };
}

const NONE: Tally = { count: 0, sizeBytes: 0 };
