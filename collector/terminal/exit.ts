/**
 * What ends a command: one line on stderr and a code.
 *
 *     0 done   1 failed   2 usage or configuration   3 cannot attach, or the target went away
 *     4 refused by a limit, by a person, or for want of --yes   5 unreadable snapshot or recording   6 judged, and failed
 *     7 judged, and not decided
 *     129 hung up   130 interrupted   143 terminated
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The command line itself is wrong. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A price was not agreed to: by a person, or for want of `--yes`. Exit code 4. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

/** What the command was asked to judge is as it must not be (`--fail-on`). Exit code 6. */
export class JudgedError extends Error {
  override name = 'JudgedError';
}

/** What the command was asked to judge cannot be judged yet. Exit code 7. */
export class UndecidedError extends Error {
  override name = 'UndecidedError';
}

/** A signal, or a reader of our output that left, ended the command. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE') {
    super(signal === 'EPIPE' ? 'the reader of the output left' : `interrupted by ${signal}`);
    this.exitCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, EPIPE: 0 }[signal];
  }
}

// by name, not by class: the classes stand in modules that a command loads only when it needs them
const codeByName: Record<string, number> = {
  UsageError: 2,
  TargetSyntaxError: 2,
  RangeError: 2,
  YError: 2,
  ConfigError: 2,
  AttachError: 3,
  DetachedError: 3,
  StreamError: 3,
  StopError: 3,
  StopObstacleError: 3,
  LayoutRefusal: 4,
  MemoryRoomError: 4,
  RefusedError: 4,
  SpaceError: 4,
  SnapshotSyntaxError: 5,
  RecordingError: 5,
  CoreFileError: 5,
  JudgedError: 6,
  UndecidedError: 7,
};

const TOO_MANY_FILES = 'too many files are open, raise the limit (ulimit -n) or ask for less at a time';

/** The exit code of what a command threw; 1 for what nobody foresaw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  // a worker that has ended is a target that went away, not a word that is wrong
  if (error instanceof RangeError && 'code' in error && error.code === 'ERR_NO_WORKER') return 3;
  return error instanceof Error ? (codeByName[error.name] ?? 1) : 1;
}

/**
 * The line (a configuration's problems: one line each) for what a command threw, or null where there is nothing to say.
 * An error that no code is known for keeps its stack when `HEAPWATCH_DEBUG` is set: it may be a defect of ours.
 */
export function lineOf(error: unknown, debug = false): string | null {
  if (error instanceof Interrupted) return null;
  if (!(error instanceof Error)) return `heapwatch: ${String(error)}`;
  if (debug && error.stack !== undefined) return `heapwatch: ${error.stack}`;
  // of a module, a store, a socket: which one it was says nothing
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE' || isUnreadable(error))
    return `heapwatch: Cannot go on: ${TOO_MANY_FILES}`;
  // what a target answered may stand in the message, and need not be one line
  return `heapwatch: ${error.name === 'ConfigError' ? error.message : oneLine(error.message)}`;
}

/** Where no more files can be opened, Node's loader says that there is no such package; its folder is there. */
function isUnreadable(error: Error): boolean {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return false;
  const path = /'(\/[^']+)' imported from/.exec(error.message)?.[1];
  return path !== undefined && existsSync(dirname(path));
}

/** `text` with its lines side by side. */
export function oneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}
