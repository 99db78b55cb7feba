/**
 * What V8 and Node write into their trace while something is done, over the inspector's NodeTracing domain.
 *
 *     start ──> work ──> stop ──> tracingComplete ──> dataCollected (the events) ──> dataCollected (the process's name)
 *
 * The events come after `tracingComplete`, which is no end of anything, but before the answer to whatever is asked after
 * `stop` (Node 18 to 26). The domain is there on the main isolate's session alone, for all isolates of the process. Each
 * session may trace once at a time, whatever other sessions or a command line (`--trace-event-categories`) trace: all are
 * told of all categories that any of them has switched on. Tracing ends with its session, also when the socket is cut.
 */
import { z } from 'zod';
import { FrameError, messageOf } from '../../cdp/frame.ts';
import { type ConnectionSession, isUnknownMethod, ProtocolError } from '../../cdp/session.ts';

/** The target's tracing cannot be used: it has none, refuses it, or the session traces already. */
export class TracingError extends Error {
  override name = 'TracingError';
}

const TraceEvent = z.looseObject({
  name: z.string(),
  /** `B` and `E`: begin and end of something on its thread; `I`: an instant; `M`: about the process. */
  ph: z.string(),
  /** The thread's id as the system counts; on Linux the main thread's is the pid. */
  tid: z.number(),
  /** Microseconds on the target's monotonic clock. */
  ts: z.number(),
  args: z.record(z.string(), z.unknown()).default({}),
});
export type TraceEvent = z.infer<typeof TraceEvent>;

/** What is read of a trace; V8's categories tell of much else. */
export const MAJOR_GC = 'MajorGC';
export const GC_OBJECTS_STATS = 'V8.GC_Objects_Stats';
const WANTED: ReadonlySet<string> = new Set([MAJOR_GC, GC_OBJECTS_STATS]);

const Collected = z.object({ value: z.array(TraceEvent) });

export interface Trace {
  /** Its frames as they came, to be read by `eventsIn`: a busy target's are of megabytes. */
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
  /** Bytes that crossed the socket meanwhile, which are mostly theirs. */
  readonly transferBytes: number;
}

/** A collection's trace has some hundred events in some 170 KB, a busy target's of a second some thousand; what has more than these is none. */
const MAX_EVENTS = 100_000;
const MAX_BYTES = 32 * 2 ** 20;

/** Milliseconds that a target has to stop tracing when nobody waits for the events any more. */
const GIVE_UP_MS = 1_000;

/**
 * Traces `categories` while `work` runs. Whatever happens to `work`, tracing is stopped.
 * @param session the main isolate's
 * @throws TracingError; what `work` throws; DetachedError; the reason of `signal`
 */
export async function traced(
  session: ConnectionSession,
  categories: readonly string[],
  work: () => Promise<unknown>,
  signal?: AbortSignal,
): Promise<Trace> {
  const sending = signal ? { signal } : {};
  const frames: Uint8Array<ArrayBuffer>[] = [];
  const beforeBytes = session.heardBytes;
  const off = session.onFrames('NodeTracing.dataCollected', (frame) => {
    assertBounded(session.heardBytes - beforeBytes);
    frames.push(frame);
  });
  try {
    await start(session, categories, signal);
    await work();
    await session.send('NodeTracing.stop', {}, sending);
    await session.send('Runtime.getHeapUsage', {}, sending); // the events come before its answer
    return { frames, transferBytes: session.heardBytes - beforeBytes };
  } catch (error) {
    // one that was not running is refused, a target that has gone or is stopped cannot be asked: `error` says why
    await session.send('NodeTracing.stop', {}, { timeoutMs: GIVE_UP_MS }).catch(() => {});
    throw error;
  } finally {
    off();
  }
}

/** The events of all isolates' collections, in the order of their frames. @throws TracingError */
export function eventsIn(frames: readonly Uint8Array[]): TraceEvent[] {
  let count = 0;
  return frames.flatMap((frame) => {
    const events = eventsOf(frame);
    count += events.length;
    if (count > MAX_EVENTS) throw new TracingError(`${UNREADABLE}: more than ${MAX_EVENTS} events`);
    const { data, error } = Collected.safeParse({ value: events.filter(isWanted) });
    if (error) throw unreadable(error);
    return data.value;
  });
}

function eventsOf(frame: Uint8Array): { name?: unknown }[] {
  try {
    const message = messageOf(new TextDecoder().decode(frame));
    const { value } = (message && 'params' in message ? message.params : {}) as { value?: unknown };
    if (Array.isArray(value)) return value;
  } catch (error) {
    throw unreadable(error);
  }
  throw new TracingError(`${UNREADABLE}: unexpected value`);
}

/** @throws FrameError, which ends the session: a target that sends so much does not stop by itself */
function assertBounded(bytes: number): void {
  if (bytes > MAX_BYTES) throw new FrameError(`a trace of more than ${MAX_BYTES} bytes`);
}

/** All but those that bear another name: there may be thousands, which need no look at their shape. */
function isWanted(event: { name?: unknown } | null): boolean {
  const name = event?.name;
  return typeof name !== 'string' || WANTED.has(name);
}

/** What a target sent is no trace, or no counts. */
export function unreadable(cause: unknown): TracingError {
  const reason =
    cause instanceof z.ZodError ? `unexpected ${cause.issues[0].path.join('.') || 'value'}` : String(cause);
  return new TracingError(`${UNREADABLE}: ${reason}`, { cause });
}

const UNREADABLE = 'Cannot read the trace of a garbage collection';

async function start(session: ConnectionSession, categories: readonly string[], signal?: AbortSignal): Promise<void> {
  const traceConfig = { includedCategories: categories };
  try {
    await session.send('NodeTracing.start', { traceConfig }, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (isUnknownMethod(error)) {
      const what = 'Cannot trace garbage collections: the target has no NodeTracing, it is no Node.js';
      throw new TracingError(`${what}; use census or a snapshot`, { cause: error });
    }
    throw new TracingError(`Cannot trace garbage collections: ${error.message}`, { cause: error });
  }
}
