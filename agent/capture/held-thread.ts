/**
 * The program of the thread that holds an isolate's object ids: its connection stays open from the first snapshot until
 * they are released, since V8 forgets them with it.
 *
 *     open ──> take … take … sentinel … take ──> release (ids) ──> close (connection)
 *
 * Nothing is computed here but the columns, while their bytes arrive: a target that ends waits for this connection, so the
 * thread must hear of it at once. Whoever asked gets the columns and classifies them elsewhere. (Of a snapshot of 300 MB the
 * longest step here takes 70 ms, 30 while it comes; classifying it by kind and comparing it, a second.)
 */

import type { Channel } from '../cdp/channel.ts';
import type { SnapshotConnection } from '../cdp/connection.ts';
import { channelOf } from '../cdp/isolate-channel.ts';
import { openConnection } from '../cdp/open-connection.ts';
import { askToBeToldOfTheEnd } from '../cdp/session.ts';
import { buffersOf, packed } from '../parse/packed.ts';
import { ColumnsParser } from '../parse/parser.ts';
import { converse, type Reply } from '../threads/conversation.ts';
import { throttled } from '../threads/throttle.ts';
import type { Canary, HeldEvent, HeldOpen, HeldTake, HeldTaken } from './held-job.ts';
import { Output } from './output.ts';
import { notBegun, type Received, takeSnapshot } from './receiver.ts';

/** The object groups of the handles that we keep in the target. */
const SENTINEL = 'heapwatch sentinel';
const NEWBORN = 'heapwatch newborn';
const RELEASE_MS = 1_000;

interface Held {
  readonly connection: SnapshotConnection;
  readonly channel: Channel;
  readonly isolate: string;
  /** Handle of an object that lives as long as ids are held. */
  readonly sentinel: string;
}

let held: Held | undefined;

const conversation = converse({
  async open({ inspectorUrl, isolate }: HeldOpen): Promise<Reply> {
    const connection = await openConnection(inspectorUrl);
    const opening = async (): Promise<Held> => {
      await askToBeToldOfTheEnd((method, params) => connection.main.send(method, params));
      const channel = await channelOf(connection, isolate);
      return { connection, channel, isolate, sentinel: await newObject(channel, SENTINEL) };
    };
    try {
      held = await connection.until(opening());
    } catch (error) {
      await connection.close();
      throw error;
    }
    // between two questions nobody would notice
    connection.until(new Promise<never>(() => {})).catch((error) => conversation.end(error));
    return { result: undefined };
  },

  async take(job: HeldTake, tell: (event: HeldEvent) => void): Promise<Reply> {
    const parser = new ColumnsParser();
    using output = job.output ? new Output(job.output) : null;
    const { received, canary } = await opened().connection.until(
      take(opened(), job, tell, (chunk) => {
        output?.write(chunk);
        parser.write(chunk);
      }),
    );
    const columns = packed(parser.end());
    tell({ phase: 'received', received });
    await output?.commit();
    const result: HeldTaken = { received, canary, columns };
    return { result, transfer: buffersOf(columns) };
  },

  async sentinel(): Promise<Reply> {
    const { connection, channel, sentinel } = opened();
    return { result: await connection.until(idOf(channel, sentinel)) };
  },

  async release(): Promise<Reply> {
    const { connection, channel } = opened();
    const released = async () => {
      await channel.send('HeapProfiler.disable', {}, { timeoutMs: RELEASE_MS });
      await channel.send('Runtime.releaseObjectGroup', { objectGroup: SENTINEL }, { timeoutMs: RELEASE_MS });
    };
    await connection.until(released());
    return { result: undefined };
  },

  async close(): Promise<Reply> {
    await opened().connection.close();
    return { result: undefined };
  },
});

function opened(): Held {
  if (!held) throw new Error('Cannot hold object ids: nothing is open');
  return held;
}

async function take(
  { connection, channel, isolate, sentinel }: Held,
  { startTimeoutMs, bounds, output }: HeldTake,
  tell: (event: HeldEvent) => void,
  onChunk: (chunk: Uint8Array) => void,
): Promise<{ received: Received; canary: Canary }> {
  const timer = setTimeout(() => connection.fail(notBegun(isolate, startTimeoutMs)), startTimeoutMs);
  const tellSometimes = throttled(tell);
  let bytes = 0;
  try {
    const newborn = await newObject(channel, NEWBORN);
    tell({ phase: 'waiting' });
    // not awaited between the two, so that nothing comes between them
    const before = idOf(channel, sentinel);
    const taking = takeSnapshot(connection, channel, {
      isolate,
      bounds,
      ...(output && { output }),
      onBegin: () => clearTimeout(timer),
      onWalk: (doneNodes, totalNodes) => tellSometimes({ phase: 'walking', doneNodes, totalNodes }),
      onChunk(chunk) {
        onChunk(chunk);
        bytes += chunk.length;
        tellSometimes({ phase: 'receiving', bytes });
      },
    });
    const [received, ...ids] = await Promise.all([taking, before]);
    const canary = { before: ids[0], after: await idOf(channel, sentinel), newborn: await idOf(channel, newborn) };
    await channel.send('Runtime.releaseObjectGroup', { objectGroup: NEWBORN });
    return { received, canary };
  } finally {
    clearTimeout(timer);
  }
}

/** Makes an empty object in the target; gives its handle. */
async function newObject(channel: Channel, objectGroup: string): Promise<string> {
  const answer = (await channel.send('Runtime.evaluate', { expression: '({})', objectGroup, silent: true })) as {
    result?: { objectId?: unknown };
  };
  const handle = answer.result?.objectId;
  if (typeof handle !== 'string') throw new Error('Cannot hold object ids: the target gave no handle of an object');
  return handle;
}

async function idOf(channel: Channel, objectId: string): Promise<number> {
  const { heapSnapshotObjectId } = (await channel.send('HeapProfiler.getHeapObjectId', { objectId })) as {
    heapSnapshotObjectId?: unknown;
  };
  return Number(heapSnapshotObjectId) || 0;
}
