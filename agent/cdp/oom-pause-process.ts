/**
 * The program of oom-pause.ts: holds the debugger of one target, and lets go of it whatever becomes of its owner.
 *
 *     owner ──open, arm──> Debugger.enable          V8 will pause, and not give up at once
 *           <──paused──    Debugger.paused, OOM     the limit of the heap is raised
 *           ──release──>   Debugger.disable         the limit is given back (oom-watch.ts), and V8 gives up
 *                          after 1.5 s, or when the owner has gone: the same without being told
 *
 * When this process dies its socket ends, and the target goes on too (18 to 26).
 */

import type { OomAnswer, OomOrder } from './oom-pause.ts';
import { openSession } from './open-session.ts';
import type { ConnectionSession } from './session.ts';

/** With what the event takes to come, a target stands for less than two seconds. */
const MOST_PAUSED_MS = 1_500;
/** How long it has for an answer; it may be collecting. */
const ANSWER_MS = 10_000;
/** How long the end of the debugger may take before the socket is cut, which ends it too. */
const LAST_MS = 500;
/** Another debugger's pauses are not ours to end. V8 writes quotes within texts as `\"`. */
const IS_OOM = Buffer.from('"reason":"OOM"');

// what ends its owner, or everything in a service's group, is not to end it before its target is free
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

let session: ConnectionSession | undefined;
/** Of the pause that goes on; it pauses once. */
let pausedAtMs: number | undefined;
let hasPaused = false;
let release: NodeJS.Timeout | undefined;

process.on('message', (order: OomOrder) => {
  carryOut(order).catch((error: Error) => say({ id: order.id, error: error.message }));
});
process.on('disconnect', () => void leave());

async function carryOut({ id, act, url = '' }: OomOrder): Promise<void> {
  if (act === 'open') session = await opened(url);
  else if (act === 'arm') await arm();
  else await disarm();
  say({ id });
}

async function opened(url: string): Promise<ConnectionSession> {
  const own = await openSession(url);
  // nobody reads them, and a large program has thousands: what nobody hears counts as a flood
  own.onFrames('Debugger.scriptParsed', () => {});
  own.onFrames('Debugger.paused', (frame) => {
    if (!hasPaused && Buffer.from(frame.buffer).includes(IS_OOM)) paused();
  });
  void own.closed.then(() => process.exit());
  return own;
}

async function arm(): Promise<void> {
  const options = { timeoutMs: ANSWER_MS };
  // not for breakpoints, nor for the program's own `debugger`
  await session?.send('Debugger.enable', { maxScriptsCacheSize: 0 }, options);
  await session?.send('Debugger.setBreakpointsActive', { active: false }, options);
}

function paused(): void {
  hasPaused = true;
  pausedAtMs = performance.now();
  release = setTimeout(() => disarm().catch(() => session?.close()), MOST_PAUSED_MS);
  say({ paused: true });
}

async function disarm(): Promise<void> {
  clearTimeout(release);
  const fromMs = pausedAtMs;
  await session?.send('Debugger.disable', {}, { timeoutMs: fromMs === undefined ? ANSWER_MS : LAST_MS });
  if (fromMs === undefined || pausedAtMs === undefined) return;
  pausedAtMs = undefined;
  say({ heldMs: performance.now() - fromMs });
}

/** Its owner has gone, or lets it go. */
async function leave(): Promise<void> {
  setTimeout(() => process.exit(), LAST_MS);
  await disarm().catch(() => {});
  await session?.close().catch(() => {});
  process.exit();
}

function say(answer: OomAnswer): void {
  process.send?.(answer, () => {}); // one that has gone hears nothing
}
