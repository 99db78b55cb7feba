/** What a script ends with: its exit code goes by the class of the error, its one line by the message. */
import { isNativeError } from 'node:util/types';
import { Interrupted } from '../terminal/exit.ts';

/** A script stopped at its first error; the message is the line that says so. */
export class ScriptError extends Error {
  override name = 'ScriptError';
}

/** Errors that a command's exit code knows; all others of a script are failures of it. */
const TOLD_BY_CODE: ReadonlySet<string> = new Set([
  ...['AttachError', 'DetachedError', 'RefusedError', 'SnapshotSyntaxError'],
]);

/** @param line the one line for `error` */
export function failureOf(error: unknown, line: string): unknown {
  if (!isNativeError(error)) return new ScriptError(line, { cause: error });
  if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return new Interrupted('SIGINT');
  return TOLD_BY_CODE.has(error.name) ? error : new ScriptError(line, { cause: error });
}
