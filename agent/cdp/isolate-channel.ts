/** From the name of an isolate to the channel on which it is spoken to. */

import type { Channel } from './channel.ts';
import { chunkDecoder } from './chunks.ts';
import { type SnapshotConnection, workerParting } from './connection.ts';
import {
  ENABLE_WORKERS,
  threadIdOfTitle,
  WORKER_ATTACHED,
  WORKER_DETACHED,
  WORKER_MESSAGE,
  WorkerAttached,
} from './isolate.ts';
import { MAIN, noIsolate, workerName } from './isolate-name.ts';

/**
 * The channel of `main` or of `worker:<threadId>`; the connection's chunks are that isolate's from then on.
 * @throws RangeError for an isolate that is not there
 */
export async function channelOf(connection: SnapshotConnection, isolate: string): Promise<Channel> {
  if (isolate === MAIN) return connection.main;
  const sessionIds = await workers(connection, isolate);
  const sessionId = sessionIds.get(isolate);
  if (sessionId === undefined) {
    const there = [MAIN, ...sessionIds.keys()].join(', ');
    throw noIsolate(isolate, `Cannot take snapshot of ${isolate}: no such isolate, there are ${there}`);
  }
  const channel = workerChannel(connection, sessionId);
  connection.part = async () => {
    await connection.streamed();
    await letGo(connection.main, [...sessionIds.values()]);
  };
  connection.parting = workerParting(sessionId, [...sessionIds.values()]);
  connection.decode = chunkDecoder(sessionId);
  return channel;
}

/** How long a main thread may be too busy to let go of its workers for us. */
const LET_GO_MS = 5_000;

/**
 * Detaches from workers, as nothing else does: a session left behind would keep the ids, and slow down the worker's
 * collections, for good. Only once a worker has sent its snapshot (`Connection.streamed` says why).
 */
async function letGo(main: Channel, sessionIds: readonly string[]): Promise<void> {
  const detach = (sessionId: string) => main.send('NodeWorker.detach', { sessionId }, { timeoutMs: LET_GO_MS });
  await Promise.allSettled(sessionIds.map(detach));
}

/**
 * NodeWorker's session of each worker, by isolate; those that live are reported before the command is answered. The end of the
 * `wanted` one ends the connection, from here on: a message to one that has ended is not answered.
 */
async function workers(connection: SnapshotConnection, wanted: string): Promise<Map<string, string>> {
  const { main } = connection;
  const sessionIds = new Map<string, string>();
  main.on(WORKER_ATTACHED, (event) => {
    const { success, data } = WorkerAttached.safeParse(event);
    const threadId = success ? threadIdOfTitle(data.workerInfo.title) : null;
    if (success && threadId !== null) sessionIds.set(workerName(threadId), data.sessionId);
  });
  main.on(WORKER_DETACHED, ({ sessionId }) => {
    if (sessionId === sessionIds.get(wanted)) connection.fail(connection.detached(`${wanted} has ended`));
  });
  await main.send('NodeWorker.enable', ENABLE_WORKERS);
  return sessionIds;
}

function workerChannel(connection: SnapshotConnection, sessionId: string): Channel {
  const { main } = connection;
  const channel = connection.channel((message) => {
    main.send('NodeWorker.sendMessageToWorker', { sessionId, message }).catch((error) => connection.fail(error));
  });
  main.on(WORKER_MESSAGE, (event) => {
    if (event.sessionId === sessionId) channel.hear(String(event.message));
  });
  return channel;
}
