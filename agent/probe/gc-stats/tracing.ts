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
import { FrameError } from '../../cdp/frame.ts';
import { isUnknownMethod, ProtocolError, type Session } from '../../cdp/session.ts';

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
  readonly events: readonly TraceEvent[];
  /** Bytes that crossed the socket meanwhile, which are mostly theirs. */
  readonly transferBytes: number;
}

/** A collection's trace has some hundred events in some 170 KB; what has more than these is none. */
const MAX_EVENTS = 100_000;
const MAX_BYTES = 64 * 2 ** 20;

/** Milliseconds that a target has to stop tracing when nobody waits for the events any more. */
const GIVE_UP_MS = 1_000;

/**
 * Traces `categories` while `work` runs and gives the events of all isolates' collections. Whatever happens to `work`, tracing is stopped.
 * @param session the main isolate's
 * @throws TracingError; what `work` throws; DetachedError; the reason of `signal`
 */
export async function traced(
  session: Session,
  categories: readonly string[],
  work: () => Promise<unknown>,
  signal?: AbortSignal,
): Promise<Trace> {
  const sending = signal ? { signal } : {};
  const events: TraceEvent[] = [];
  const beforeBytes = session.heardBytes;
  let fault: z.ZodError | undefined;
  let count = 0;
  const off = session.on('NodeTracing.dataCollected', (params) => {
    const { value } = params as { value?: unknown };
    count += Array.isArray(value) ? value.length : 0;
    assertBounded(count, session.heardBytes - beforeBytes);
    const { data, error } = Collected.safeParse({ value: Array.isArray(value) ? value.filter(isWanted) : value });
    fault ??= error;
    for (const event of data?.value ?? []) events.push(event);
  });
  try {
    await start(session, categories, signal);
    await work();
    await session.send('NodeTracing.stop', {}, sending);
    await session.send('Runtime.getHeapUsage', {}, sending); // the events come before its answer
    if (fault) throw unreadable(fault);
    return { events, transferBytes: session.heardBytes - beforeBytes };
  } catch (error) {
    // one that was not running is refused, a target that has gone or is stopped cannot be asked: `error` says why
    await session.send('NodeTracing.stop', {}, { timeoutMs: GIVE_UP_MS }).catch(() => {});
    throw error;
  } finally {
    off();
  }
}

/** @throws FrameError, which ends the session: a target that sends so much does not stop by itself */
function assertBounded(events: number, bytes: number): void {
  if (events > MAX_EVENTS) throw new FrameError(`a trace of more than ${MAX_EVENTS} events`);
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
  return new TracingError(`Cannot read the trace of a garbage collection: ${reason}`, { cause });
}

async function start(session: Session, categories: readonly string[], signal?: AbortSignal): Promise<void> {
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
