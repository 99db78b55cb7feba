/**
 * The program of the thread that takes snapshots of the process it is in, by an inspector session to the main thread. The
 * snapshot is parsed here, and what is ours taken out of it (own-objects.ts).
 *
 *     take      session ──> snapshot ──> ids given back ──> session closed
 *     mark      the same session stays open from here on, and ids with it, until release
 *
 * Whether the ids still mean what they did is seen as in ../epoch.ts: by an object of ours that keeps its id, and by a new
 * one whose id is above all others.
 */
import { randomUUID } from 'node:crypto';
import { Session } from 'node:inspector';
import { epochError } from '../base/errors.ts';
import { without } from '../graph/without.ts';
import type { Columns } from '../parse/columns.ts';
import { buffersOf, type PackedColumns, packed } from '../parse/packed.ts';
import { ColumnsParser } from '../parse/parser.ts';
import { maxIdOf } from '../partition/since.ts';
import { converse, type Reply } from '../threads/conversation.ts';
import type { MarkQuestion, TakeQuestion } from './live-job.ts';
import { ownObjects } from './own-objects.ts';
import { isOwnScript } from './own-script.ts';

export interface OwnTaken {
  readonly columns: PackedColumns;
  readonly takenAt: string;
  readonly ownIds: readonly number[];
  readonly epoch?: string;
}

/** Object groups of our handles in the main thread. */
const SENTINEL = 'heapwatch sentinel';
const NEWBORN = 'heapwatch newborn';

interface Held {
  readonly session: Session;
  /** Handle of an object that lives as long as ids are held. */
  readonly sentinel: string;
  sentinelId: number;
  maxId: number;
  epoch: string;
}

let held: Held | undefined;
/** The epoch of each checkpoint. */
const marks = new Map<string, string>();

converse({
  async take({ since }: TakeQuestion): Promise<Reply> {
    if (since === undefined && !held) return handedOver(await takeOnce());
    if (!held) throw epochError(String(since));
    const taken = await takeHeld(held);
    if (since !== undefined && marks.get(since) !== taken.epoch) throw epochError(since);
    return handedOver(taken);
  },

  async mark({ label }: MarkQuestion): Promise<Reply> {
    held ??= await hold();
    const taken = await takeHeld(held);
    marks.set(label, held.epoch);
    return handedOver(taken);
  },

  async release(): Promise<Reply> {
    await release();
    return { result: undefined };
  },

  async distrust(): Promise<Reply> {
    if (held) held.epoch = randomUUID();
    return { result: undefined };
  },

  async close(): Promise<Reply> {
    await release();
    return { result: undefined };
  },
});

function handedOver(taken: OwnTaken): Reply {
  return { result: taken, transfer: buffersOf(taken.columns) };
}

async function takeOnce(): Promise<OwnTaken> {
  const session = connected();
  try {
    const takenAt = new Date().toISOString();
    const columns = await parsed(session);
    await send(session, 'HeapProfiler.disable');
    return { columns: packed(withoutOurs(columns)), takenAt, ownIds: [] };
  } finally {
    session.disconnect();
  }
}

async function takeHeld(held: Held): Promise<OwnTaken> {
  const { session, sentinel } = held;
  const newborn = await newObject(session, NEWBORN);
  const before = await idOf(session, sentinel);
  const takenAt = new Date().toISOString();
  const columns = await parsed(session);
  const after = await idOf(session, sentinel);
  const newbornId = await idOf(session, newborn);
  await send(session, 'Runtime.releaseObjectGroup', { objectGroup: NEWBORN });
  const lives = before === held.sentinelId && after === held.sentinelId && newbornId > held.maxId;
  if (held.sentinelId !== 0 && !lives) held.epoch = randomUUID();
  held.sentinelId = after;
  held.maxId = maxIdOf(columns);
  return { columns: packed(withoutOurs(columns)), takenAt, ownIds: [after, newbornId], epoch: held.epoch };
}

async function hold(): Promise<Held> {
  const session = connected();
  return { session, sentinel: await newObject(session, SENTINEL), sentinelId: 0, maxId: 0, epoch: randomUUID() };
}

async function release(): Promise<void> {
  const session = held?.session;
  held = undefined;
  marks.clear();
  if (!session) return;
  await send(session, 'HeapProfiler.disable');
  await send(session, 'Runtime.releaseObjectGroup', { objectGroup: SENTINEL });
  session.disconnect();
}

function connected(): Session {
  const session = new Session();
  session.connectToMainThread();
  return session;
}

async function parsed(session: Session): Promise<Columns> {
  const parser = new ColumnsParser();
  const onChunk = ({ params }: { params: { chunk: string } }) => parser.write(Buffer.from(params.chunk));
  session.on('HeapProfiler.addHeapSnapshotChunk', onChunk);
  try {
    // progress is not asked for: V8 then calls into the session it is in the middle of (nodejs/node#44634)
    await send(session, 'HeapProfiler.takeHeapSnapshot');
    return parser.end();
  } finally {
    session.off('HeapProfiler.addHeapSnapshotChunk', onChunk);
  }
}

function withoutOurs(columns: Columns): Columns {
  return without(columns, ownObjects(columns, isOwnScript));
}

async function newObject(session: Session, objectGroup: string): Promise<string> {
  const { result } = await send<{ result: { objectId: string } }>(session, 'Runtime.evaluate', {
    expression: '({})',
    objectGroup,
  });
  return result.objectId;
}

async function idOf(session: Session, objectId: string): Promise<number> {
  const { heapSnapshotObjectId } = await send<{ heapSnapshotObjectId: string }>(
    session,
    'HeapProfiler.getHeapObjectId',
    { objectId },
  );
  return Number(heapSnapshotObjectId);
}

function send<T>(session: Session, method: string, params: object = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result as T)));
  });
}
