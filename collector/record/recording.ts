/** A recording as a file: written line by line, so that whatever ends the recorder loses at most the last, and read back. */
import { accessSync, closeSync, constants, createReadStream, lstatSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileError } from '../../agent/base/file-error.ts';
import { type Header, type RecordingLine, readLine } from './line.ts';

export class RecordingFile implements Disposable {
  readonly path: string;
  readonly #force: boolean;
  #fd: number | undefined;

  /**
   * Looks whether the file may be made; it is made, or emptied, mode 0600, with the first line.
   * @throws Error of one line: it exists and `force` is not given, no folder, …
   */
  constructor(path: string, force: boolean) {
    this.path = path;
    this.#force = force;
    told('write', path, () => {
      accessSync(dirname(path), constants.W_OK);
      const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
      if (isThere && !force) throw Object.assign(new Error('file already exists'), { code: 'EEXIST' });
      if (isThere) accessSync(path, constants.W_OK);
    });
  }

  /** Whether there is a line in it. */
  get isBegun(): boolean {
    return this.#fd !== undefined;
  }

  /** Hands a line over to the system, which keeps it whatever becomes of this process. @throws Error of one line */
  write(line: RecordingLine): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    told('write', this.path, () => {
      this.#fd ??= openSync(this.path, this.#force ? 'w' : 'wx', 0o600);
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#fd, bytes, written);
    });
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}

export interface Recording {
  readonly header: Header;
  /** In the order in which they were written, without the header. */
  readonly lines: readonly RecordingLine[];
  /** The last line was not whole: its writer was killed. */
  readonly truncated: boolean;
}

/** A file that is no recording, or is damaged elsewhere than at its end. */
class RecordingError extends Error {
  override name = 'RecordingError';
}

/** Reads a recording whole. @throws RecordingError with the number of the line; Error of one line where it cannot be read */
export async function readRecording(path: string): Promise<Recording> {
  let header: Header | undefined;
  const lines: RecordingLine[] = [];
  // a line that cannot be read is forgiven if nothing comes after it
  let broken: RecordingError | undefined;
  let number = 0;
  for await (const text of linesOf(path)) {
    number++;
    if (broken) throw broken;
    try {
      const line = readLine(text);
      if (header) lines.push(line);
      else header = headerOf(line);
    } catch (cause) {
      const why = `line ${number}: ${(cause as Error).message}`;
      const reason = header ? why : `it is no recording, as heapwatch record writes it: ${why}`;
      broken = new RecordingError(`Cannot read ${path}: ${reason}`, { cause });
    }
  }
  if (!header) throw broken ?? new RecordingError(`Cannot read ${path}: it is empty, expected a recording`);
  return { header, lines, truncated: broken !== undefined };
}

function headerOf(line: RecordingLine): Header {
  if (line.type === 'recording') return line;
  throw new Error(`expected the header of a recording (heapwatch record), got "${line.type}"`);
}

/** A partition of 10,000 rows has some 2 MB. */
const MAX_LINE = 16 * 2 ** 20;
/** Of a file: all of its lines are held while it is worked on, in three times as much memory. */
const MAX_CHARACTERS = 512 * 2 ** 20;

/** The lines of a file, an unfinished one at its end too. */
async function* linesOf(path: string): AsyncIterable<string> {
  const stream = createReadStream(path, 'utf8');
  let rest = '';
  let characters = 0;
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      characters += chunk.length;
      if (characters > MAX_CHARACTERS) throw new RecordingError(`Cannot read ${path}: ${TOO_LONG}`);
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop()!;
      if (rest.length > MAX_LINE) throw new RecordingError(`Cannot read ${path}: ${NO_LINES}`);
      yield* lines;
    }
  } catch (cause) {
    throw cause instanceof RecordingError ? cause : fileError('read', path, cause as NodeJS.ErrnoException);
  } finally {
    stream.destroy();
  }
  if (rest !== '') yield rest;
}

const TOO_LONG = `it has more than ${MAX_CHARACTERS} characters, record with a longer --every, or for less time`;
const NO_LINES = `it is no recording, as heapwatch record writes it: a line has more than ${MAX_LINE} characters`;

function told<T>(action: string, path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw fileError(action, path, cause as NodeJS.ErrnoException);
  }
}
