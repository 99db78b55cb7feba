/**
 * The program of custody.ts: closes the inspectors that its starter's signals have opened, when it is asked to or its starter
 * has gone.
 *
 *     asked, or the pipe has ended ──> does it listen? ── yes ──> somebody else on it? ── no ──> session, inspector.close()
 *                                          └─ no: has its loop turned since? ── yes ──> it will not open any more
 *
 * When its starter has gone, it waits for who is still on the inspector: a standby of the starter's connections, which waits for an
 * answer or the end of a snapshot, or somebody else. The last to leave would leave it open.
 *
 * A process that is blocked (native code, a stop) opens an asked-for inspector when the block ends, and closes it no sooner.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { delay } from '../base/waiting.ts';
import { inspectorUrl } from '../cdp/endpoint.ts';
import { openSession } from '../cdp/open-session.ts';
import { closeInspector } from './close-inspector.ts';
import type { Done, Order, Owned } from './custody.ts';
import { listeningRows } from './listening.ts';
import { socketInodes, startTicksOf } from './process.ts';
import { hostOf, strangersOn, type TcpRow, tcpTable } from './tcp-table.ts';

/** How often a process is looked at: at first, and after a while. */
const SOON_MS = 20;
const LATER_MS = 500;
const SOON_FOR_MS = 3_000;
/** How long a process that may still open its inspector is watched. */
const WATCH_MS = 10 * 60_000;
/** How long a loop has to be seen to turn without an inspector: Node opens it within 10 ms of the turn. */
const SETTLED_MS = 1_000;
/** How long an inspector has to say who it is; and to take a command, which a blocked process does only when the block ends. */
const ASK_MS = 1_000;
const COMMAND_MS = 30_000;

// what ends its starter, or everything in a service's group, is not to end it
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

/** Whether the starter has gone. */
let isAlone = false;
const owned = new Map<number, Owned>();
const closing = new Map<number, Promise<void>>();

const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => obey(JSON.parse(line) as Order));
orders.on('close', () => void closeAll());
// the starter has gone: it hears no more
process.stdout.on('error', () => {});

function obey(order: Order): void {
  if ('own' in order) owned.set(order.own.pid, order.own);
  else if ('release' in order) owned.delete(order.release);
  else startClosing(order.close);
}

function startClosing(pid: number): void {
  const mine = owned.get(pid);
  if (!mine || closing.has(pid)) return;
  const done = close(mine).then((outcome) => {
    owned.delete(pid);
    closing.delete(pid);
    const told: Done = { pid, outcome };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  });
  closing.set(pid, done);
}

async function closeAll(): Promise<void> {
  isAlone = true;
  for (const pid of owned.keys()) startClosing(pid);
  await Promise.all(closing.values());
  process.exit();
}

async function close(mine: Owned): Promise<Done['outcome']> {
  const beganMs = performance.now();
  let idleMs = 0;
  let opened = false;
  for (;;) {
    const passedMs = performance.now() - beganMs;
    if (passedMs > WATCH_MS || startTicksOf(mine.pid) !== mine.startTicks) return opened ? 'closed' : 'never-opened';
    const rows = await newRows(mine);
    const closed = await closeFirst(rows);
    if (closed === 'left-open' && !isAlone) return closed;
    opened ||= closed === 'asked';
    if (closed === 'none' && opened) return 'closed';
    const pauseMs = passedMs < SOON_FOR_MS ? SOON_MS : LATER_MS;
    idleMs = closed === 'none' && isIdle(mine.pid) ? idleMs + pauseMs : 0;
    if (idleMs > SETTLED_MS) return 'never-opened';
    await delay(pauseMs);
  }
}

/** Sockets that it has begun to listen on since the signal. */
async function newRows({ pid, before }: Owned): Promise<TcpRow[]> {
  const rows = await listeningRows(pid).catch(() => []); // it has gone, or is just going: looked at again
  return rows.filter(({ inode }) => !before.includes(inode));
}

/** Asks the first of them that is an inspector to close: `none` if none is one. */
async function closeFirst(rows: readonly TcpRow[]): Promise<'none' | 'asked' | 'left-open'> {
  for (const row of rows) {
    if (isAlone && (await isUsed(row))) return 'left-open';
    const url = await inspectorUrl(hostOf(row), row.localPort, { timeoutMs: ASK_MS }).catch(() => undefined);
    if (url === undefined) continue;
    try {
      await using session = await openSession(url, { timeoutMs: COMMAND_MS });
      return (await closeInspector(session, row.localPort)) ? 'asked' : 'left-open';
    } catch {
      return 'asked'; // blocked, or just closed: looked at again
    }
  }
  return 'none';
}

async function isUsed({ localPort }: TcpRow): Promise<boolean> {
  const [rows, ours] = await Promise.all([tcpTable(), socketInodes('self')]);
  return strangersOn(localPort, rows, ours) > 0;
}

/**
 * Whether the main thread waits for events: then it has turned since it was last asked for anything. With a child of its own it
 * may as well wait for that one's end, in a loop of execSync's.
 */
function isIdle(pid: number): boolean {
  const task = `/proc/${pid}/task/${pid}`;
  try {
    return /epoll/.test(readFileSync(`${task}/wchan`, 'latin1')) && readFileSync(`${task}/children`, 'latin1') === '';
  } catch {
    return false; // not known here, or gone
  }
}
