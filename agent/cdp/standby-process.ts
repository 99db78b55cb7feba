/** The program of standby.ts: waits for the end of its starter, and then for that of the snapshot. */
import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { closeFrame, textFrame } from './client-frame.ts';
import { Search } from './search.ts';
import type { StandbyJob } from './standby.ts';

/** Where the socket is among the files of this process. */
const SOCKET_FD = 3;
/** How long a target may be silent: a heap of some GB is collected and sorted before its first byte is sent. */
const SILENCE_MS = 10 * 60_000;
/** How long it may take in all. */
const LIFE_MS = 60 * 60_000;
/** How long the closing handshake may take. */
const CLOSE_MS = 1_000;
/** Node says so when the process wants to end, and waits for us. */
const ENDING = '"method":"NodeRuntime.waitingForDisconnect"';

// what ends its starter, or everything in a service's group, is not to end it
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

let told = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  told += text;
});
process.stdin.on('end', () => takeOver(JSON.parse(told) as StandbyJob));
// a pipe that breaks is one that ends
process.stdin.on('error', () => takeOver(JSON.parse(told) as StandbyJob));

function takeOver({ ask, answer, farewell, remove, maxBytes }: StandbyJob): void {
  const socket = new Socket({ fd: SOCKET_FD, readable: true, writable: true });
  const isEnding = new Search(ENDING);
  const isSent = new Search(answer);
  // a connection that ends while the target still answers on it may end the target: the last answer is waited for
  const isAnswered = new Search(answerOf(farewell.at(-1)));
  let parted = false;
  socket.on('data', (bytes) => {
    if (socket.bytesRead > maxBytes || isEnding.foundIn(bytes)) leave();
    else if (parted && isAnswered.foundIn(bytes)) close();
    else if (!parted && isSent.foundIn(bytes)) part();
  });
  socket.on('error', leave);
  socket.on('close', leave);
  socket.setTimeout(SILENCE_MS, leave);
  setTimeout(leave, LIFE_MS);
  socket.write(textFrame(ask));
  for (const path of remove) removeFile(path);

  function part(): void {
    parted = true;
    for (const each of farewell) socket.write(textFrame(each));
    if (farewell.length === 0) close();
    else setTimeout(close, CLOSE_MS);
  }

  function close(): void {
    socket.write(closeFrame());
    setTimeout(leave, CLOSE_MS);
  }
}

/** How the answer to a frame begins. */
function answerOf(frame = '{"id":0}'): string {
  return `{"id":${(JSON.parse(frame) as { id: number }).id},`;
}

function leave(): void {
  process.exit();
}

/** A file that cannot be removed is swept by the next collector: the target comes first. */
function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
