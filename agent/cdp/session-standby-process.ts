/** The program of session-standby.ts: holds copies of sockets, and ends each session when its owner cannot. */
import type { Socket } from 'node:net';
import { z } from 'zod';
import { closeFrame, textFrame } from './client-frame.ts';
import { Search } from './search.ts';
import type { SessionOrder } from './session-standby.ts';

/** How long a target may be silent: a pause of minutes is one of a large heap. */
const SILENCE_MS = 10 * 60_000;
/** How long one may take in all. */
const LIFE_MS = 60 * 60_000;
/** So much is let come: no answers that are due are larger, and what a target sends that floods us is not waited out. */
const MAX_BYTES = 128 * 2 ** 20;
/** How long the closing handshake may take. */
const CLOSE_MS = 1_000;
/** Node says so when the process wants to end, and waits for us. */
const ENDING = '"method":"NodeRuntime.waitingForDisconnect"';

/** Of the ids of a session's own calls, none is as high. */
const FIRST_ID = 1e9;

// what ends its owner, or everything in a service's group, is not to end it
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

/** A socket that came from another process is read at once, which would take what is the owner's. */
const Handle = z.object({ _handle: z.custom<{ readStart(): number; readStop(): number }>() });

interface Held {
  readonly socket: Socket;
  readonly handle: z.infer<typeof Handle>['_handle'];
  farewell: readonly string[];
}

const held = new Map<number, Held>();

process.on('message', ({ id, act, frames = [] }: SessionOrder, socket?: Socket) => {
  if (act === 'hold') hold(id, socket);
  const each = held.get(id);
  if (!each) return;
  if (act === 'farewell') each.farewell = frames;
  if (act !== 'release' && act !== 'takeOver') return;
  held.delete(id);
  if (act === 'release') each.socket.destroy();
  else takeOver(each);
});
process.on('disconnect', () => {
  // its owner has gone, or lets it go
  for (const each of held.values()) takeOver(each);
  held.clear();
});

/** @param socket undefined where it has ended on its way */
function hold(id: number, socket: Socket | undefined): void {
  if (!socket) return;
  const { _handle: handle } = Handle.parse({ _handle: Reflect.get(socket, '_handle') });
  handle.readStop();
  socket.on('error', () => socket.destroy());
  held.set(id, { socket, handle, farewell: [] });
}

/** Ends a session in its order: its last answer comes before its socket ends. */
function takeOver({ socket, handle, farewell }: Held): void {
  const ask = JSON.stringify({ id: FIRST_ID, method: 'Runtime.getIsolateId' });
  const isAnswered = new Search(`"id":${FIRST_ID}`);
  const isEnding = new Search(ENDING);
  socket.on('data', (bytes) => {
    if (socket.bytesRead > MAX_BYTES || isEnding.foundIn(bytes)) socket.destroy();
    else if (isAnswered.foundIn(bytes)) close();
  });
  socket.on('end', () => socket.destroy());
  socket.setTimeout(SILENCE_MS, () => socket.destroy());
  const life = setTimeout(() => socket.destroy(), LIFE_MS);
  socket.on('close', () => clearTimeout(life));
  handle.readStart();
  for (const frame of [...farewell, ask]) socket.write(textFrame(frame));

  function close(): void {
    socket.write(closeFrame());
    setTimeout(() => socket.destroy(), CLOSE_MS);
  }
}

// what was said before this is not heard, and who says no more is not noticed
process.send?.('ready');
if (!process.connected) process.exit();
