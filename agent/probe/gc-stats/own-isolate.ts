/**
 * Which of the collections in a trace are an isolate's. A trace has those of all isolates of the process and names them by
 * address and by thread; neither is known beforehand, and the main isolate's thread alone has a number that is (on Linux,
 * that of the process). So an isolate is recognised by the collection that was caused in it, and known from then on.
 */
import { MAIN } from '../../cdp/isolate-name.ts';
import type { Session } from '../../cdp/session.ts';
import type { Collection } from './collections.ts';
import { TracingError } from './tracing.ts';

/** How V8 gives the reason of a collection that is done for a sampling profile. */
const CAUSED = 'sampling profiler';

/** Addresses of isolates that are known, by the session on them. */
const addresses = new WeakMap<Session, string>();

export interface Wanted {
  readonly session: Session;
  /** `main` or `worker:<threadId>` */
  readonly isolate: string;
  readonly pid: number;
}

/** Whether an isolate's collections can be distinguished from others although nobody has caused them. */
export function isKnown({ session, isolate }: Wanted): boolean {
  return isolate === MAIN || addresses.has(session);
}

/** Isolates of one process that are distinguished; hundreds of workers share a machine, thousands do not. */
const MAX_ISOLATES = 1_000;

/**
 * Of each isolate's collections those that decide: the last that was caused, and the last of any other reason; in their order.
 * @throws TracingError
 */
export function lastOfEach(collections: readonly Collection[]): Collection[] {
  const last = new Map<string, Collection>();
  for (const each of collections) {
    const key = `${each.reason === CAUSED} ${each.tid} ${each.isolate}`;
    last.delete(key);
    last.set(key, each);
    if (last.size > 2 * MAX_ISOLATES)
      throw new TracingError(`Cannot read a trace of more than ${MAX_ISOLATES} isolates`);
  }
  return [...last.values()];
}

/** The last collection of an isolate, and remembers the isolate; undefined if there is none that is surely its own. */
export function lastOf(wanted: Wanted, collections: readonly Collection[]): Collection | undefined {
  const own = ownOf(wanted, collections);
  const isolates = new Set(own.map(({ isolate }) => isolate));
  if (isolates.size !== 1) return undefined;
  const last = own[own.length - 1];
  addresses.set(wanted.session, last.isolate);
  return last;
}

function ownOf({ session, isolate, pid }: Wanted, collections: readonly Collection[]): Collection[] {
  const address = addresses.get(session);
  if (address !== undefined) return collections.filter((each) => each.isolate === address);
  const ofMain = collections.filter(({ tid }) => tid === pid);
  if (isolate === MAIN && ofMain.length > 0) return ofMain;
  return collections.filter(({ tid, reason }) => tid !== pid && reason === CAUSED);
}
