/** The program of keeper.ts: holds a connection while somebody samples the target, and not when the target wants to end. */
import { Socket } from 'node:net';
import { textFrame } from './client-frame.ts';
import { Search } from './search.ts';

/** Where the socket is among the files of this process. */
const SOCKET_FD = 3;
/** Node says so when the process wants to end, and waits for us. */
const ENDING = '"method":"NodeRuntime.waitingForDisconnect"';
const NOT_SAMPLED = 'was not started';
/** To ask whether somebody samples costs the target a collection if somebody does: so ever more rarely. */
const FIRST_ASK_MS = 15_000;
const LAST_ASK_MS = 10 * 60_000;
/** A profiler that runs for longer than this is not waited for. */
const LIFE_MS = 24 * 60 * 60_000;

// what ends its starter, or everything in a service's group, is not to end it
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

const leave = () => process.exit();
const socket = new Socket({ fd: SOCKET_FD, readable: true, writable: true });
const isEnding = new Search(ENDING);
const isOver = new Search(NOT_SAMPLED);
socket.on('data', (bytes) => {
  if (isEnding.foundIn(bytes) || isOver.foundIn(bytes)) leave();
});
socket.on('error', leave);
socket.on('close', leave);
setTimeout(leave, LIFE_MS);
// the session's own numbers are far below
let id = 1e9;
let waitMs = FIRST_ASK_MS;
setTimeout(ask, waitMs);

function ask(): void {
  socket.write(textFrame(JSON.stringify({ id: id++, method: 'HeapProfiler.getSamplingProfile' })));
  waitMs = Math.min(LAST_ASK_MS, 2 * waitMs);
  setTimeout(ask, waitMs);
}
