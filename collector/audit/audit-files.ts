/**
 * The files of an audit trail: a folder, a file a day, lines that are only ever appended.
 *
 *     heapwatch.db.audit/audit-000000000001.jsonl       the number is that of its first entry
 *                        audit-000000000057.jsonl
 *
 * A line counts once it is on the disk with its newline; what a killed process has left of one is cut off at the next start.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../agent/base/file-error.ts';
import { sleep } from '../../agent/base/waiting.ts';

/** How often, and after how long, a file is read whose last line is not finished. */
const MAX_READS = 10;
const READ_AGAIN_MS = 50;

const NAME = /^audit-(?<first>\d{12})\.jsonl$/;

export interface AuditFile {
  readonly path: string;
  /** The number of its first entry. */
  readonly first: number;
}

/** Oldest first; empty where there is no folder. @throws Error of one line */
export async function auditFiles(dir: string): Promise<AuditFile[]> {
  try {
    const names = (await readdir(dir)).filter((name) => NAME.test(name)).sort();
    return names.map((name) => ({ path: join(dir, name), first: Number(NAME.exec(name)!.groups!.first) }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError('read', dir, error as NodeJS.ErrnoException);
  }
}

/** The lines of a file, without a last one that has no newline. */
export async function linesOf(file: AuditFile): Promise<string[]> {
  return (await split(file)).lines;
}

/** All lines of a trail, oldest first, a file at a time. One that has no newline, and gets none, is given with a word about it. */
export async function* trailLines(dir: string): AsyncIterable<string> {
  for (const file of await auditFiles(dir)) {
    const { lines, rest } = await finished(file);
    yield* lines;
    if (rest !== '') yield `${rest} (no newline)`;
  }
}

/** What is being written is waited for. */
async function finished(file: AuditFile): Promise<{ lines: string[]; rest: string }> {
  for (let turn = 1; ; turn++) {
    const read = await split(file);
    if (read.rest === '' || turn === MAX_READS) return read;
    await sleep(READ_AGAIN_MS);
  }
}

async function split({ path }: AuditFile): Promise<{ lines: string[]; rest: string }> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  const rest = lines.pop()!;
  return { lines, rest };
}

/** A day that has more goes on in another file. */
const MAX_FILE_BYTES = 4 * 2 ** 20;

/** The file that is appended to. */
export class AuditWriter {
  readonly #dir: string;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_FILE_BYTES;
  }

  /** Goes on in a file that is there, without what is left of a line at its end; gives how many bytes that were. */
  async goOn({ path }: AuditFile): Promise<number> {
    await this.close();
    this.#file = await open(path, 'r+');
    const whole = (await this.#file.readFile()).lastIndexOf('\n') + 1;
    const { size } = await this.#file.stat();
    this.#bytes = whole;
    await this.#file.truncate(whole);
    return size - whole;
  }

  async begin(first: number): Promise<AuditFile> {
    await this.close();
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const path = join(this.#dir, `audit-${String(first).padStart(12, '0')}.jsonl`);
    this.#file = await open(path, 'wx', 0o600);
    this.#bytes = 0;
    return { path, first };
  }

  /** All of the lines are on the disk, or none. @throws Error of the system's */
  async write(lines: readonly string[]): Promise<void> {
    const file = this.#file!;
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    try {
      for (let at = 0; at < bytes.length; ) {
        at += (await file.write(bytes, at, bytes.length - at, this.#bytes + at)).bytesWritten;
      }
      await file.datasync();
      this.#bytes += bytes.length;
    } catch (error) {
      await file.truncate(this.#bytes).catch(() => {
        // what is too much is written over at the next try
      });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

export async function removeFile({ path }: AuditFile): Promise<void> {
  await rm(path, { force: true });
}
