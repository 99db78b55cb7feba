/** A wire tap between an agent and an inspector: passes all bytes on and notes when the last chunk of a snapshot came. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Answers to pings and evaluations are smaller, chunks larger. */
const CHUNK_BYTES = 1024;

export interface Tap extends Disposable {
  readonly port: number;
  /** Instant, milliseconds since 1970, at which the inspector last sent a piece of a chunk. */
  readonly lastChunkAtMs: number;
}

/** Listens on a port of its own in front of the inspector at `port`. */
export async function tap(port: number): Promise<Tap> {
  const sockets = new Set<Socket>();
  let lastChunkAtMs = 0;
  const server = createServer((client) => {
    const inspector = connect(port, '127.0.0.1');
    inspector.on('data', (bytes) => {
      if (bytes.length >= CHUNK_BYTES) lastChunkAtMs = Date.now();
    });
    join(client, inspector);
    for (const socket of [client, inspector]) sockets.add(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get lastChunkAtMs() {
      return lastChunkAtMs;
    },
    [Symbol.dispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Each end's bytes go to the other; when one end is lost, so is the other. */
function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one);
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ]) {
    socket.on('error', () => peer.destroy());
    socket.on('close', () => peer.destroy());
  }
}
