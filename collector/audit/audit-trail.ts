/**
 * The audit trail of a collector: every act of a person, appended to a chain of hashes, in files or, where there is no store,
 * in memory.
 *
 *     append ─> sealed with the hash before ─> queue ─> file, synchronized ─> written
 *
 * What cannot be written waits and is tried again; when too much waits, nothing more may be done that would have to be written.
 */
import type { Logger } from 'pino';
import type { AuditEntry, AuditQuery, AuditResult } from '../../protocol/audit.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { type AuditFile, AuditWriter, auditFiles, linesOf, removeFile } from './audit-files.ts';
import { type AuditBody, NO_HASH, RETENTION, readLine, sealed } from './chain.ts';
import type { Syslog } from './syslog.ts';

/** Entries that are kept where there is no folder, and that may wait for a disk. */
const IN_MEMORY = 10_000;
const RETRY_MS = 5_000;
/** Files of days that retention may remove at the begin of each new one: a clock that is set takes nothing away at once. */
const REMOVED_A_DAY = 2;
/** Characters of the parameters of an act. */
const MAX_PARAMS = 4_096;
const DEFAULT_LIMIT = 100;

export interface AuditTrailOptions {
  /** Absent: the newest entries are kept in memory. */
  readonly dir?: string;
  /** The age at which entries are let go. */
  readonly keepMs?: number;
  /** Of the hashes; absent: they have none. */
  readonly key?: string;
  /** Where each entry is sent, too. */
  readonly copy?: Pick<Syslog, 'send' | 'close'>;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An act, before the trail has given it its place. */
export type NewAct = Omit<AuditBody, 'seq' | 'at'>;

export interface Appended {
  readonly seq: number;
  readonly hash: string;
  /** Resolves when it is on the disk, or when that has failed and it waits for the next try. */
  readonly written: Promise<void>;
}

export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #writer: AuditWriter | undefined;
  #files: AuditFile[] = [];
  /** Not yet written; where there is no folder: all there are. */
  #lines: string[] = [];
  #head = { seq: 0, hash: NO_HASH };
  /** The day of the file that is written to, `2026-11-30`, and whether it is a new one. */
  #day = '';
  #turned = false;
  /** The write after the one that is under way. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #isFailing = false;
  /** Those whose end is in the trail, but perhaps not on the disk yet. */
  #letGo: AuditFile[] = [];

  private constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#writer = options.dir === undefined ? undefined : new AuditWriter(options.dir);
  }

  /** Goes on where the files end. @throws Error of one line where the folder cannot be used */
  static async open(options: AuditTrailOptions): Promise<AuditTrail> {
    const trail = new AuditTrail(options);
    if (options.dir !== undefined) await trail.#goOn(options.dir);
    return trail;
  }

  /** One that lasts as long as the process. */
  static inMemory(options: Pick<AuditTrailOptions, 'logger' | 'now' | 'copy'>): AuditTrail {
    return new AuditTrail(options);
  }

  get head(): AuditResult['head'] {
    return this.#head;
  }

  /** Entries that wait for the disk. */
  get waiting(): number {
    return this.#writer ? this.#lines.length : 0;
  }

  /** Whether more may be done that has to be written. */
  get hasRoom(): boolean {
    return this.waiting < IN_MEMORY;
  }

  append(act: NewAct): Appended {
    const { key, now, copy } = this.#options;
    const seq = this.#head.seq + 1;
    const body = bodyOf(seq, new Date(now()).toISOString(), act);
    const { line, hash } = sealed(body, this.#head.hash, key);
    copy?.send(body, line);
    this.#head = { seq, hash };
    this.#lines.push(line);
    if (!this.#writer) {
      if (this.#lines.length > IN_MEMORY) this.#lines.shift();
      return { seq, hash, written: Promise.resolve() };
    }
    return { seq, hash, written: this.#flush() };
  }

  /** The newest first. @param mayTell whether an entry is for who asks; absent: all are */
  async query(query: AuditQuery, mayTell?: (entry: AuditEntry) => boolean): Promise<AuditResult> {
    return await answer(query, this.#head, this.#backwards(), mayTell);
  }

  /** Writes what waits, once more. */
  async close(): Promise<void> {
    if (this.#writer && this.#lines.length > 0) await this.#flush();
    await this.#last;
    clearTimeout(this.#retry);
    await this.#writer?.close();
    await this.#options.copy?.close();
  }

  async *#backwards(): AsyncIterable<readonly string[]> {
    yield [...this.#lines];
    const waiting = this.#lines.length;
    // what is written while we read is in the file too
    const seen = this.#head.seq - waiting;
    for (const file of this.#files.toReversed()) {
      if (file.first <= seen) yield (await linesOf(file)).filter((line) => (entryOf(line)?.seq ?? 0) <= seen);
    }
  }

  async #goOn(dir: string): Promise<void> {
    this.#files = await auditFiles(dir);
    const newest = this.#files.at(-1);
    if (!newest) return;
    const torn = await this.#writer!.goOn(newest);
    const last = (await newestOf(this.#files)) ?? { seq: newest.first - 1, hash: NO_HASH, at: '' };
    this.#head = { seq: last.seq, hash: last.hash };
    this.#day = last.at.slice(0, 10);
    if (torn > 0) this.#options.logger.warn({ dir, bytes: torn }, 'audit trail ended in the middle of a line');
  }

  /** Writes all that there is by then, after the write that is under way. */
  #flush(): Promise<void> {
    // what is done within one turn goes to the disk at once
    this.#next ??= this.#last.then(async () => {
      await new Promise(setImmediate);
      this.#next = undefined;
      await this.#write();
    });
    this.#last = this.#next;
    return this.#next;
  }

  async #write(): Promise<void> {
    const lines = [...this.#lines];
    if (lines.length === 0) return;
    try {
      await this.#beginFile(readLine(lines[0]!));
      await this.#writer!.write(lines);
      this.#lines.splice(0, lines.length);
      this.#isFailing = false;
      await this.#retain();
    } catch (error) {
      this.#failed(error, lines.length);
    }
  }

  #failed(error: unknown, waiting: number): void {
    const { logger, dir } = this.#options;
    if (!this.#isFailing) logger.error({ err: error, dir, waiting }, 'audit trail not written');
    this.#isFailing = true;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#flush(), RETRY_MS).unref();
  }

  /** A file for each day, and a further one for a long day. */
  async #beginFile({ seq, at }: AuditEntry): Promise<void> {
    const day = at.slice(0, 10);
    const newest = this.#files.at(-1);
    // one that was begun and not written to is taken
    const isOpen = newest !== undefined && (newest.first === seq || (day === this.#day && !this.#writer!.isFull));
    if (!isOpen) this.#files.push(await this.#writer!.begin(seq));
    if (day !== this.#day) this.#turned = true;
    this.#day = day;
  }

  /** Once a day, after the trail has an entry of it, lets go what is too old. */
  async #retain(): Promise<void> {
    for (const file of this.#letGo.splice(0)) {
      await removeFile(file);
      this.#files.splice(this.#files.indexOf(file), 1);
    }
    if (!this.#turned) return;
    this.#turned = false;
    for (const file of this.#files.slice(0, -1).slice(0, REMOVED_A_DAY)) {
      const last = await lastOf(file);
      if (last && Date.parse(last.at) > this.#options.now() - (this.#options.keepMs ?? Number.POSITIVE_INFINITY))
        return;
      const to = last?.seq ?? file.first - 1;
      const params = { from: file.first, to, ...(last && { hash: last.hash }) };
      this.#letGo.push(file);
      this.append({ by: 'collector', via: 'collector', act: RETENTION, params, outcome: 'done' });
    }
  }
}

/** A file that was begun and not written to has none. */
async function newestOf(files: readonly AuditFile[]): Promise<AuditEntry | undefined> {
  for (const file of files.toReversed()) {
    const entry = await lastOf(file);
    if (entry) return entry;
  }
  return undefined;
}

async function lastOf(file: AuditFile): Promise<AuditEntry | undefined> {
  return (await linesOf(file)).map(entryOf).findLast((each) => each !== undefined);
}

async function answer(
  { before = Number.POSITIVE_INFINITY, limit = DEFAULT_LIMIT, ...wanted }: AuditQuery,
  head: AuditResult['head'],
  backwards: AsyncIterable<readonly string[]>,
  mayTell: (entry: AuditEntry) => boolean = () => true,
): Promise<AuditResult> {
  const entries: AuditEntry[] = [];
  for await (const lines of backwards) {
    for (const line of lines.toReversed()) {
      const entry = entryOf(line);
      if (!entry || entry.seq >= before) continue;
      if (wanted.from !== undefined && entry.at < wanted.from) return { entries, head };
      if (fits(entry, wanted) && mayTell(entry)) entries.push(entry);
      if (entries.length === limit) return { entries, head };
    }
  }
  return { entries, head };
}

/** What the files of a trail have, to who only reads them. */
export async function readTrail(dir: string, query: AuditQuery): Promise<AuditResult> {
  const files = await auditFiles(dir);
  const newest = files.length === 0 ? undefined : await newestOf(files);
  const head = { seq: newest?.seq ?? 0, hash: newest?.hash ?? NO_HASH };
  return await answer(query, head, backwardsIn(files));
}

async function* backwardsIn(files: readonly AuditFile[]): AsyncIterable<readonly string[]> {
  for (const file of files.toReversed()) yield await linesOf(file);
}

/** In the order of its schema, with bounded parameters. */
function bodyOf(seq: number, at: string, act: NewAct): AuditBody {
  const { by, role, address, via, target, params, price, outcome, reason, durationMs } = act;
  return {
    seq,
    at,
    by,
    ...(role !== undefined && { role }),
    ...(address !== undefined && { address }),
    via,
    act: act.act,
    ...(target !== undefined && { target }),
    ...(params !== undefined && { params: boundedParams(params) }),
    ...(price !== undefined && { price }),
    outcome,
    ...(reason !== undefined && { reason: reason.slice(0, MAX_PARAMS) }),
    ...(durationMs !== undefined && { durationMs: Math.round(durationMs) }),
  };
}

function boundedParams(params: Record<string, unknown>): Record<string, unknown> {
  const { length } = JSON.stringify(params);
  return length <= MAX_PARAMS ? params : { omittedCharacters: length };
}

/** Undefined for a line that is no entry: `heapwatch audit verify` says so. */
function entryOf(line: string): AuditEntry | undefined {
  try {
    return readLine(line);
  } catch {
    return undefined;
  }
}

function fits(entry: AuditEntry, { by, act, target }: Omit<AuditQuery, 'before' | 'limit' | 'from'>): boolean {
  if (by !== undefined && !matchesGlob(by, entry.by)) return false;
  if (act !== undefined && !matchesGlob(act, entry.act)) return false;
  if (target !== undefined && (entry.target === undefined || !matchesGlob(target, entry.target))) return false;
  return true;
}
