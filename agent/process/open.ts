/**
 * Opens the inspector of a process by its pid, as `kill -USR1` does.
 *
 *     pid ──> /proc: is it Node, would the signal reach Node's handler? ──> custody ──> SIGUSR1 ──> a new LISTEN row of that pid
 *
 * The signal is sent where all that can be seen says that it opens the inspector (obstacle.ts), once, and only after somebody
 * has been found who closes the inspector again whatever becomes of us (custody.ts).
 */
import { AttachError } from '../base/errors.ts';
import { addressText } from '../base/target.ts';
import { atMost, delay } from '../base/waiting.ts';
import { type FindOptions, inspectorUrl, nodeInspectorUrl } from '../cdp/endpoint.ts';
import type { Session } from '../cdp/session.ts';
import { closeInspector } from './close-inspector.ts';
import { closeLater, closingOf, own, release } from './custody.ts';
import { listeningRows } from './listening.ts';
import { inspectAddressIn } from './node-flags.ts';
import { obstacle, portTaken, sendSigusr1 } from './obstacle.ts';
import { hold, holderOf, inLine, letGo } from './port-line.ts';
import { type LocalProcess, ProcessError, readProcess } from './process.ts';
import { hostOf, type TcpRow } from './tcp-table.ts';

export interface OpenInspector {
  readonly url: string;
  /** Where it was closed before: who opened it closes it, by `closeOpened`, `closeUnused` or, if it is to stay, `keepOpened`. */
  readonly opened?: Opened;
  /** What `process.pid` must be behind it. */
  readonly ownPid: number;
}

/** Where an inspector was opened that is to be closed. */
export interface Opened {
  readonly pid: number;
  readonly port: number;
}

/** Keeps a target to the process that it was first: another one that gets its pid later is not touched. */
export interface Pin {
  startTicks?: number;
}

export interface OpenOptions extends FindOptions {
  readonly pin?: Pin | undefined;
}

/** How long one port of the process is asked whether it is its inspector. */
const ASK_MS = 500;
/** How often the process is looked at for its new port; Node opens it within 10 ms, in a JavaScript loop too. */
const POLL_MS = 15;
/** How long the signal may take to open the inspector. */
const OPEN_MS = 2_000;
/** How long it is waited for that an inspector which is given up is closed; after that the custodian goes on alone. */
const GIVE_UP_MS = 500;

/** When a process was sent a signal that has not been answered, by pid and start. */
const unanswered = new Map<string, Date>();

/** The inspector of a process, opened if it is not. @throws AttachError that says what is in the way */
export async function openInspector(pid: number, options: OpenOptions): Promise<OpenInspector> {
  try {
    const found = await startedProcess(pid, options);
    assertPinned(found, options.pin);
    const { ownPid } = found;
    // one that was given up may be closed by now
    await inTime(closingOf(pid));
    const open = await inspectorOf(found, options);
    if (closingOf(pid) !== undefined) throw new ProcessError(unansweredReason(found));
    if (open) return { url: open.url, ownPid };
    if (unanswered.has(keyOf(found))) throw new ProcessError(unansweredReason(found));
    const { host, port } = inspectAddressIn(found.flags.words);
    const place = await inLine(`${host}:${port || pid}`, () => openInTurn(found, port, options));
    return { url: place.url, ownPid, opened: { pid, port: place.port } };
  } catch (cause) {
    if (cause instanceof ProcessError)
      throw new AttachError(`Cannot attach to pid:${pid}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** Opens it when nothing prevents it; waits for one that was opened from here and has its port. */
async function openInTurn(found: LocalProcess, port: number, options: OpenOptions): Promise<Listening> {
  const deadlineAtMs = performance.now() + options.timeoutMs - OPEN_MS;
  const isHeld = () => port !== 0 && holderOf(port) !== undefined && holderOf(port) !== found.pid;
  while (isHeld() && performance.now() < deadlineAtMs) {
    await delay(POLL_MS, options.signal);
  }
  const why = isHeld() ? heldReason(port) : await obstacle(found);
  if (why) throw new ProcessError(why);
  const place = await openBySignal(found, options);
  hold(place.port, found.pid);
  return place;
}

function heldReason(port: number): string {
  return `port ${port}, where its inspector would listen, is taken by that of pid ${holderOf(port)}, which is open for us; give each its own --inspect-port`;
}

async function openBySignal(found: LocalProcess, options: OpenOptions): Promise<Listening> {
  const { pid, startTicks } = found;
  const before = (await listeningRows(pid)).map((row) => row.inode);
  await own({ pid, startTicks, before });
  try {
    await sendSigusr1(found);
  } catch (error) {
    release(pid); // it was not sent
    throw error;
  }
  unanswered.set(keyOf(found), new Date());
  try {
    const row = await newListener(found, new Set(before), options);
    unanswered.delete(keyOf(found));
    return { url: await inspectorUrl(hostOf(row), row.localPort, options), port: row.localPort };
  } catch (error) {
    const closed = closeLater(pid).then((outcome) => {
      if (outcome === 'closed') unanswered.delete(keyOf(found)); // late, but it was an answer
    });
    await inTime(closed);
    throw error;
  }
}

/** Leaves an inspector open that was opened here. */
export function keepOpened(pid: number): void {
  letGo(pid);
  release(pid);
}

/** Closes an inspector that was opened here and never spoken to. */
export async function closeUnused(pid: number): Promise<void> {
  letGo(pid);
  await inTime(closeLater(pid));
}

/**
 * Closes an inspector that was opened here, unless somebody else is on it; what cannot be done now is done when it can,
 * whether we are still there or not.
 */
export async function closeOpened(session: Session, { pid, port }: Opened): Promise<void> {
  const { url } = session;
  const isOurs = await closeInspector(session, port);
  if (isOurs && (await stillListens(pid, url))) await inTime(closeLater(pid));
  else release(pid);
  letGo(pid);
}

async function stillListens(pid: number, url: string): Promise<boolean> {
  const rows = await listeningRows(pid).catch((error) => {
    if (error instanceof ProcessError) return []; // it has ended
    throw error;
  });
  return rows.some((row) => addressText(hostOf(row), row.localPort) === addressOf(url));
}

/** Waits for a closing inspector, but not for long: the custodian goes on. */
async function inTime(closing: Promise<unknown> | undefined): Promise<void> {
  if (closing !== undefined) await atMost(GIVE_UP_MS, closing);
}

function keyOf({ pid, startTicks }: LocalProcess): string {
  return `${pid} ${startTicks}`;
}

function unansweredReason(found: LocalProcess): string {
  const at = unanswered.get(keyOf(found))?.toISOString().slice(11, 19);
  if (at === undefined) return 'its inspector, opened for us before, is just being closed, try again';
  return `it opened no inspector when it was sent SIGUSR1 at ${at} UTC, and is not sent it twice; restart it with --inspect`;
}

function assertPinned({ pid, startTicks, startedAtMs }: LocalProcess, pin: Pin | undefined): void {
  if (!pin) return;
  pin.startTicks ??= startTicks;
  if (pin.startTicks === startTicks) return;
  throw new ProcessError(
    `the process of that pid has ended; ${pid} is another one, started ${new Date(startedAtMs).toISOString()}`,
  );
}

/** How long a process may take from its start until it has set up its signals; before, it blocks SIGUSR1 or would die of it. */
const START_MS = 1_000;

async function startedProcess(pid: number, { signal }: OpenOptions): Promise<LocalProcess> {
  for (;;) {
    const found = await readProcess(pid);
    const isYoung = Date.now() - found.startedAtMs < START_MS;
    if (!isYoung || !found.isNode || found.sigusr1 === 'caught') return found;
    await delay(POLL_MS, signal);
  }
}

interface Listening {
  readonly url: string;
  readonly port: number;
}

/** Where the inspector of a process listens, if it does: the port of its flags is asked first, then its others. */
export async function inspectorOf(found: LocalProcess, options: FindOptions): Promise<Listening | null> {
  if (!found.sharesNetwork) return null;
  const likely = inspectAddressIn(found.flags.words).port;
  const rows = await listeningRows(found.pid);
  const [first] = await inspectorsAmong(
    rows.filter((row) => row.localPort === likely),
    options,
  );
  if (first) return first;
  const [other] = await inspectorsAmong(
    rows.filter((row) => row.localPort !== likely),
    options,
  );
  return other ?? null;
}

async function inspectorsAmong(rows: readonly TcpRow[], options: FindOptions): Promise<Listening[]> {
  const timeoutMs = Math.min(ASK_MS, options.timeoutMs);
  const ask = async (row: TcpRow): Promise<Listening[]> => {
    try {
      return [
        { url: await nodeInspectorUrl(hostOf(row), row.localPort, { ...options, timeoutMs }), port: row.localPort },
      ];
    } catch (error) {
      if (error instanceof AttachError) return []; // another service of the program
      throw error;
    }
  };
  return (await Promise.all(rows.map(ask))).flat();
}

async function newListener(found: LocalProcess, before: ReadonlySet<number>, options: FindOptions): Promise<TcpRow> {
  const openMs = Math.min(OPEN_MS, options.timeoutMs);
  const deadlineAtMs = performance.now() + openMs;
  while (performance.now() < deadlineAtMs) {
    const row = (await listeningRows(found.pid)).find(({ inode }) => !before.has(inode));
    if (row) return row;
    await delay(POLL_MS, options.signal);
  }
  throw new ProcessError(
    (await portTaken(found)) ??
      `it opened no inspector within ${openMs} ms of SIGUSR1, it handles that signal itself or is blocked in native code${found.flags.whole ? '' : ', or its port is taken'}; restart it with --inspect`,
  );
}

/** `127.0.0.1:9229` of an inspector's address. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return addressText(hostname.replace(/^\[|\]$/g, ''), Number(port));
}
