/**
 * What the two arms are named by, each once or several times:
 *
 *     4711, pid:4711, 9229      a process of this machine: it is watched now, all of both arms at one time
 *     before.jsonl, …#api       a recording of `heapwatch record`
 *     heapwatch.db#api          a collector's store
 *     ws://127.0.0.1:7331#api   a collector
 */
import { existsSync } from 'node:fs';
import type { RecordingLine } from '../record/line.ts';
import { isStore } from '../store/is-store.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import type { Arm } from './judge.ts';
import { type LiveAsk, type LiveSource, liveSource } from './live-arm.ts';
import { recordedArm } from './recorded-arm.ts';
import { type Stored, type StoredSpan, storedArm } from './stored-arm.ts';

export interface ArmsQuestion {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Milliseconds since 1970: what was stored of the first arm afterwards, and of the second before, is left out. */
  readonly deployedMs: number | undefined;
  readonly live: LiveAsk;
}

/** @throws UsageError; RecordingError; StoreError; as `liveSource` does */
export async function readArms(question: ArmsQuestion, io: Io): Promise<{ before: Arm; after: Arm }> {
  const { before, after, deployedMs, live } = question;
  await using opened = new Processes();
  const open = async (sources: readonly string[], span: StoredSpan): Promise<(() => Promise<Arm>)[]> => {
    const readers: (() => Promise<Arm>)[] = [];
    // one after the other: each may ask whether its price is agreed to
    for (const source of sources) readers.push(await reader(source, span, live, opened, io));
    return readers;
  };
  const until = deployedMs === undefined ? {} : { toMs: deployedMs };
  const since = deployedMs === undefined ? {} : { fromMs: deployedMs };
  const readers = [await open(before, until), await open(after, since)];
  const read = await Promise.all(readers.map(async (arm) => (await Promise.all(arm.map((each) => each()))).flat()));
  io.progress('');
  return { before: read[0]!, after: read[1]! };
}

async function reader(
  source: string,
  span: StoredSpan,
  live: LiveAsk,
  opened: Processes,
  io: Io,
): Promise<() => Promise<Arm>> {
  const hash = source.lastIndexOf('#');
  const [place, target] = hash < 0 ? [source, undefined] : [source.slice(0, hash), source.slice(hash + 1)];
  if (/^wss?:\/\//.test(place)) return () => ofCollector(place, named(source, target), span, io);
  switch (sortOf(place)) {
    case 'store':
      return () => ofStore(place, named(source, target), span);
    case 'recording':
      return () => ofRecording(place, target, span);
    case 'none': {
      if (/[/\\]|\.[a-z]+$/i.test(place) && !/:\d+$/.test(source)) {
        throw new UsageError(`Cannot read ${place}: no such file; expected a recording, a store, ws://… or a process`);
      }
      const process = opened.add(await liveSource(await processOf(source), live, io));
      return async () => [await process.watch()];
    }
  }
}

/** Those that are open. */
class Processes implements AsyncDisposable {
  readonly #open: LiveSource[] = [];

  add(source: LiveSource): LiveSource {
    this.#open.push(source);
    return source;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((source) => source[Symbol.asyncDispose]()));
  }
}

async function processOf(source: string): Promise<string> {
  const { namedTarget } = await import('../measure/bare-number.ts');
  return await namedTarget(source);
}

/** @throws UsageError */
function named(source: string, target: string | undefined): string {
  if (target !== undefined && target !== '') return target;
  throw new UsageError(`Cannot compare ${source}: name one of its targets, ${source}#api`);
}

async function ofCollector(url: string, target: string, span: StoredSpan, io: Io): Promise<Arm> {
  const { openCollector } = await import('../terminal/collector-client.ts');
  await using client = openCollector(url, { signal: io.signal });
  return await storedArm(`${url}#${target}`, target, span, {
    events: (query) => client.request('events', query),
    history: (query) => client.request('history', query),
  });
}

async function ofStore(path: string, target: string, span: StoredSpan): Promise<Arm> {
  const { openForReading } = await import('../store/database.ts');
  const { StoredHistory } = await import('../store/stored-history.ts');
  const { StoredEvents } = await import('../store/stored-events.ts');
  const db = openForReading(path);
  try {
    const [events, history] = [new StoredEvents(db), new StoredHistory(db)];
    const stored: Stored = {
      events: async (query) => events.query(query),
      history: async (query) => history.query(query),
    };
    return await storedArm(`${path}#${target}`, target, span, stored);
  } finally {
    db.close();
  }
}

async function ofRecording(path: string, target: string | undefined, { fromMs, toMs }: StoredSpan): Promise<Arm> {
  const { readRecording } = await import('../record/recording.ts');
  const { lines } = await readRecording(path);
  const isWithin = (line: RecordingLine) => {
    const atMs = 'takenAt' in line ? Date.parse(line.takenAt) : Number.NaN;
    return !(atMs < (fromMs ?? atMs)) && !(atMs > (toMs ?? atMs));
  };
  return recordedArm(path, lines.filter(isWithin), target);
}

/** What a path names, by the file's first bytes; `none`: no such file. @throws Error of one line where it cannot be read */
function sortOf(path: string): 'store' | 'recording' | 'none' {
  if (!existsSync(path)) return 'none';
  return isStore(path) ? 'store' : 'recording';
}
