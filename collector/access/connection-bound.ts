/**
 * A bound on the connections of one address (of a /64, where it is IPv6), which nobody behind a proxy can turn against the others
 * there: where it is reached, the oldest connection makes room that nobody was let in by.
 *
 *     one more than there may be ─> the oldest without a visitor is dropped; where each has one, the new one is
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { network } from './failures.ts';

interface Connection {
  readonly socket: Socket;
  isVisitors: boolean;
}

/** Those that are counted, by both ends: a request of TLS has a socket of its own, with the same ends. */
const counted = new Map<string, Connection>();

/** From now on the connection is somebody's, and makes no room for others. */
export function keepForVisitor(socket: Socket): void {
  const connection = counted.get(endsOf(socket));
  if (connection) connection.isVisitors = true;
}

export function boundEach(server: Server, max: number): void {
  /** By address, the oldest connection first. */
  const open = new Map<string, Set<Connection>>();
  server.on('connection', (socket: Socket) => {
    const key = network(socket.remoteAddress ?? '');
    const others = open.get(key) ?? new Set();
    if (others.size >= max) {
      const stranger = [...others].find(({ isVisitors }) => !isVisitors);
      if (!stranger) {
        socket.destroy();
        return;
      }
      others.delete(stranger);
      stranger.socket.destroy();
    }
    const connection: Connection = { socket, isVisitors: false };
    const ends = endsOf(socket);
    others.add(connection);
    open.set(key, others);
    counted.set(ends, connection);
    socket.once('close', () => {
      others.delete(connection);
      if (others.size === 0 && open.get(key) === others) open.delete(key);
      if (counted.get(ends) === connection) counted.delete(ends);
    });
  });
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
