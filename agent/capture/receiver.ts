/**
 * Takes a snapshot over a connection of its own and hands its bytes on while they arrive.
 *
 *     connect ──> ask for a notice of the target's end ──> takeHeapSnapshot ──> progress … chunks … result
 *             ──> HeapProfiler.disable ──> close            (only then may anybody compute)
 *
 * Ids that V8 gave out in a snapshot slow down each of the target's later collections until they are released, and a client
 * that is connected holds up the target's exit: both end here, before the result is given.
 */

import type { Channel } from '../cdp/channel.ts';
import { CHUNK_EVENT } from '../cdp/chunks.ts';
import type { SnapshotConnection } from '../cdp/connection.ts';
import { channelOf } from '../cdp/isolate-channel.ts';
import { openConnection } from '../cdp/open-connection.ts';
import { askToBeToldOfTheEnd } from '../cdp/session.ts';
import { type Bounds, Watch } from './bounds.ts';
import type { OutputPaths } from './output.ts';

export interface ReceiveOptions {
  readonly inspectorUrl: string;
  /** `main` or `worker:N`. */
  readonly isolate: string;
  /** Milliseconds until the target must have begun. */
  readonly startTimeoutMs: number;
  /** What is taken of it at most. */
  readonly bounds: Bounds;
  /** The file that it is written to. */
  readonly output?: OutputPaths;
  /** Gives the snapshot up: what the target still sends is let go, and its connection ended when it has sent everything. */
  readonly signal?: AbortSignal;
  /** Told of the snapshot's next bytes, a view that is good during the call. What it throws ends the reception. */
  onChunk(bytes: Uint8Array): void;
  /** Told how many of the heap's nodes V8 has walked, before the first chunk. */
  onWalk(doneNodes: number, totalNodes: number): void;
}

/** Instants are milliseconds since 1970. */
export interface Received {
  /** Size of the snapshot's JSON. */
  readonly bytes: number;
  /** As V8 reported it while it walked, within 0.2 %; 0 if it has not. */
  readonly nodes: number;
  /** When the snapshot was asked for, and when the target had sent all of it. */
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

/** How long the target may take to release what it holds for us; closing the connection releases it too. */
const RELEASE_MS = 1_000;

/**
 * @throws AttachError, DetachedError, ProtocolError; RangeError for an isolate that is not there; a TimeoutError for a target
 * that does not begin; what `onChunk` throws
 */
export async function receiveSnapshot(options: ReceiveOptions): Promise<Received> {
  const { signal } = options;
  const connection = await openConnection(options.inspectorUrl);
  const giveUp = () => connection.fail(signal?.reason);
  signal?.addEventListener('abort', giveUp);
  try {
    signal?.throwIfAborted();
    return await connection.until(receive(connection, options));
  } finally {
    await connection.close();
    signal?.removeEventListener('abort', giveUp);
  }
}

async function receive(connection: SnapshotConnection, options: ReceiveOptions): Promise<Received> {
  const { isolate, startTimeoutMs } = options;
  const timer = setTimeout(() => connection.fail(notBegun(isolate, startTimeoutMs)), startTimeoutMs);
  try {
    await askToBeToldOfTheEnd((method, params) => connection.main.send(method, params));
    const channel = await channelOf(connection, isolate);
    const received = await takeSnapshot(connection, channel, { ...options, onBegin: () => clearTimeout(timer) });
    await release(channel);
    return received;
  } finally {
    clearTimeout(timer);
  }
}

type TakeOptions = Pick<ReceiveOptions, 'isolate' | 'bounds' | 'output' | 'onChunk' | 'onWalk'> & { onBegin(): void };

/** What somebody who takes over lets come, beyond what would have been taken: it costs no more than the time. */
const STANDBY_RATIO = 2;

/** Takes a snapshot on a connection that stays; the begin, each chunk and the walk are reported as they come. @throws ProtocolError */
export async function takeSnapshot(
  connection: SnapshotConnection,
  channel: Channel,
  { isolate, bounds, output, onBegin, onWalk, onChunk }: TakeOptions,
): Promise<Received> {
  using watch = new Watch(bounds, isolate, output?.path, (error) => connection.giveUp(error));
  let bytes = 0;
  let nodes = 0;
  const begin = (chunkBytes = 0): boolean => {
    onBegin();
    connection.begun();
    bytes += chunkBytes;
    return watch.heard(chunkBytes);
  };
  connection.onChunk = (chunk) => {
    if (!begin(chunk.length)) return;
    onChunk(chunk);
  };
  // a chunk whose frame is not dressed as V8 dresses it
  channel.on(CHUNK_EVENT, ({ chunk }) => connection.onChunk(Buffer.from(String(chunk))));
  let doneNodes = -1;
  channel.on('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) => {
    // one that does not get on has no end
    if (Number(done) <= doneNodes) return;
    begin();
    doneNodes = Number(done);
    nodes = Number(total);
    onWalk(doneNodes, nodes);
  });
  connection.prepare({ remove: output ? [output.partialPath] : [], maxBytes: STANDBY_RATIO * bounds.bytes });
  const sentAtMs = Date.now();
  const sent = channel.send('HeapProfiler.takeHeapSnapshot', { reportProgress: true });
  connection.asked(sent);
  try {
    await sent;
  } finally {
    await connection.over();
  }
  return { bytes, nodes, sentAtMs, endedAtMs: Date.now() };
}

/** Gives back the ids. The snapshot is whole by now: whatever goes wrong here, parting does the same. */
async function release(channel: Channel): Promise<void> {
  await channel.send('HeapProfiler.disable', {}, { timeoutMs: RELEASE_MS }).catch(() => {});
}

/** What a target is given up with that has not begun in time. */
export function notBegun(isolate: string, startTimeoutMs: number): DOMException {
  return new DOMException(
    `Cannot take snapshot of ${isolate}: the target has not started within ${startTimeoutMs} ms, ` +
      'its event loop is blocked, or a debugger has paused it; try again when it runs',
    'TimeoutError',
  );
}
