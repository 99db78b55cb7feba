/** The thread that a store is written in: a disk that is slow then holds up no stream. */
import { statSync } from 'node:fs';
import { converse, jobOf } from '../../agent/threads/conversation.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import { type Connection, openForWriting, setAside } from './database.ts';
import { type Lock, lockStore } from './lock.ts';
import type { FrameBatch, Job, StoreReply, ThreadStart } from './messages.ts';
import { withoutPlace } from './record.ts';
import { Retention } from './retention.ts';
import { readSent, type Sent, SentMark } from './sent-mark.ts';
import { StoreError, storeError } from './store-error.ts';
import { type LogPosition, Writer } from './writer.ts';

const { path, limits, view } = jobOf<ThreadStart>();

interface Opened {
  readonly db: Connection;
  readonly mark: SentMark;
  /** Of the file that is written to. */
  readonly ino: number;
  readonly writer: Writer;
  readonly retention: Retention;
}

let lock: Lock | undefined;
let opened: Opened | undefined;
/** The name that a damaged file was given. */
let aside: string | undefined;

converse({ run: async (job: Job) => ({ result: await replyTo(job) }) });

async function replyTo(job: Job): Promise<StoreReply> {
  try {
    const position = await run(job);
    const reply = { position, ...(aside !== undefined && { aside }) };
    aside = undefined;
    return reply;
  } catch (error) {
    const { fault, message } = storeError(job.is === 'open' ? 'open store' : 'write to store', path, error);
    return { fault, message };
  }
}

async function run(job: Job): Promise<LogPosition> {
  switch (job.is) {
    case 'open':
      lock ??= lockStore(path);
      return (opened ?? openOrBeginAnew()).writer.position;
    case 'write':
      return write(job.batch);
    case 'retain':
      return await retain(job.agedMs);
    case 'close':
      return close();
  }
}

/** A file that is no database is put aside at once: there is nothing in it that could be read. */
function openOrBeginAnew(): Opened {
  try {
    opened = open(0);
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== 'corrupt') throw error;
    opened = beginAnew(0);
  }
  return opened;
}

function beginAnew(above: number): Opened {
  letGo();
  aside = setAside(path, new Date());
  // the lock's file may have gone with it
  if (!lock?.isThere()) lock = lockStore(path);
  return open(above);
}

function open(above: number): Opened {
  const db = openForWriting(path);
  try {
    const writer = new Writer(db, { above, ...(view === undefined ? sentTo(path) : { view }) });
    assertView(writer.position);
    const mark = new SentMark(path);
    mark.write(writer.position.log, writer.position.offset);
    return { db, mark, ino: statSync(path).ino, writer, retention: new Retention(db, writer, limits) };
  } catch (error) {
    db.close();
    throw storeError('open store', path, error);
  }
}

function sentTo(path: string): { sent?: Sent } {
  const sent = readSent(path);
  return sent ? { sent } : {};
}

/** What is there of another log has offsets that mean other events. @throws StoreError */
function assertView({ log }: LogPosition): void {
  if (view === undefined || log === view) return;
  throw new StoreError(
    'foreign',
    `Cannot open store ${path}: it has the log of another collector, or of a stream that was made anew, name another file`,
  );
}

function write({ anew, events, ...batch }: FrameBatch): LogPosition {
  if (anew) opened = beginAnew(anew.above);
  opened ??= open(0);
  assertThere(opened);
  // offsets of the log that is to go on there are taken: it is left as it is, under another name
  if (batch.takeOver && opened.writer.position.offset > batch.takeOver.above) opened = beginAnew(batch.takeOver.above);
  const placed = events.map(({ offset, agedMs, frame }) => {
    return { offset, agedMs, event: withoutPlace(JSON.parse(frame) as StreamEvent) };
  });
  opened.writer.write({ ...batch, events: placed });
  const { position } = opened.writer;
  opened.mark.write(position.log, position.offset);
  return position;
}

/** What is written to a file that nobody finds any more is lost with us. @throws StoreError */
function assertThere({ ino }: Opened): void {
  if (statSync(path, { throwIfNoEntry: false })?.ino === ino) return;
  throw new StoreError(
    'corrupt',
    `Cannot write to store ${path}: the file was removed or replaced, another one begins`,
  );
}

function letGo(): void {
  opened?.db.close();
  opened?.mark[Symbol.dispose]();
  opened = undefined;
}

/** In small pieces: what is to be written in the meantime has its turn between two. */
async function retain(agedMs: number): Promise<LogPosition> {
  if (!opened) throw new StoreError('failed', `Cannot thin out store ${path}: it is not open`);
  const { retention, writer } = opened;
  for (const _ of retention.run(agedMs)) {
    await new Promise((resolve) => setImmediate(resolve));
    if (opened?.writer !== writer) break;
  }
  return writer.position;
}

function close(): LogPosition {
  const { db, writer, mark } = opened!;
  // all that was written goes into the one file
  db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  const { position } = writer;
  mark.write(position.log, position.offset, true);
  letGo();
  lock?.close();
  return position;
}
