/**
 * A program: a collector's store and stream without targets, which appends samples until it is killed.
 *
 *     fork('stored-stream.js', [path of the store, samples a second]) ──message──> the stream's URL
 */
import { fileURLToPath } from 'node:url';
import { DEFAULT_RETENTION } from '../../collector/config/store-config.ts';
import { DEFAULT_STREAM } from '../../collector/config/stream-config.ts';
import { openStorage } from '../../collector/main/storage.ts';
import { partitionEvent, usageEvent } from './events.ts';
import { LogLines } from './log-lines.ts';
import { serveLog } from './stream-server.ts';

/** The program itself, for `fork`. */
export const storedStreamPath = fileURLToPath(import.meta.url);

const TARGETS = ['api', 'web', 'jobs', 'mail', 'batch'];
const TICK_MS = 10;
const KINDS = Array.from({ length: 20 }, (_, at) => `Kind${at}`);

/** Appends `perSecond` samples a second, partitions and readings by turns, until the process ends. */
async function run(path: string, perSecond: number): Promise<string> {
  // every event to everybody: none is passed over because a client is slow
  const stream = { ...DEFAULT_STREAM, highWaterBytes: DEFAULT_STREAM.bufferBytes };
  const config = { store: { path, retention: DEFAULT_RETENTION }, stream };
  const { log, history } = await openStorage(config, new LogLines().logger, Date.now);
  const server = await serveLog({ log, history, config: stream });
  let sample = 0;
  setInterval(() => {
    for (let due = (perSecond * TICK_MS) / 1_000; due > 0; due--) {
      const target = TARGETS[++sample % TARGETS.length]!;
      const takenAt = new Date().toISOString();
      const rows = KINDS.map((kind, at) => ({ kind, count: sample + at, sizeBytes: 100 * sample }));
      log.append(
        sample % 2 ? usageEvent(target, { takenAt, rssBytes: sample }) : partitionEvent(target, { takenAt, rows }),
      );
    }
  }, TICK_MS);
  return server.url;
}

if (process.argv[1] === storedStreamPath && process.send) {
  const [path = '', perSecond = ''] = process.argv.slice(2);
  process.send(await run(path, Number(perSecond)));
}
