/** A process is walked where its memory can be read; where it cannot, an inspector may still give the answer. */
import { TargetSyntaxError } from '../../agent/base/target.ts';
import type { Io } from '../terminal/io.ts';

const UNREADABLE: ReadonlySet<string> = new Set(['AttachError', 'LayoutRefusal', 'MemoryRoomError', 'StopError']);

/** Where there is nothing to ask either, or an inspector could not be reached to find the process, that is said by who asks. */
const SAID_AGAIN = /^Cannot attach to |: there is no such process|: it is no core file$/;

/** What a walk cannot read an inspector may; a stop that is refused is refused. */
function isUnreadable(error: unknown): error is Error {
  if (error instanceof TargetSyntaxError) return /^Cannot walk /.test(error.message);
  return error instanceof Error && UNREADABLE.has(error.name);
}

/** What `walk` gives, or `ask`, with a word on why. @throws as they do */
export async function walkElse<T>(walk: () => Promise<T>, ask: () => Promise<T>, io: Io): Promise<T> {
  try {
    return await walk();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    if (!SAID_AGAIN.test(error.message)) io.say(`${error.message}; asking its inspector`);
    return await ask();
  }
}
