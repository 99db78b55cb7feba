/** Opens a connection of one's own for a snapshot: by a socket, or inside the process. */
import { Connection, type SnapshotConnection } from './connection.ts';
import { isInProcess } from './in-process.ts';
import { InProcessConnection } from './in-process-connection.ts';

/** @throws AttachError */
export async function openConnection(url: string): Promise<SnapshotConnection> {
  return isInProcess(url) ? new InProcessConnection() : await Connection.open(url);
}
