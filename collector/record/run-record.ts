/** Records targets until it is interrupted, its time is over, or they end; a person at the terminal may mark phases. */

import { createInterface } from 'node:readline';
import { Either } from '../../agent/base/either.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { version } from '../base/version.ts';
import type { Feed } from '../tail/feed.ts';
import { unshownText } from '../tail/figures.ts';
import { feedOf, followAll } from '../tail/run-tail.ts';
import type { TailEvent } from '../tail/tail-event.ts';
import type { Io } from '../terminal/io.ts';
import type { RecordArguments } from './arguments.ts';
import type { RecordingLine } from './line.ts';
import { RECORDING_VERSION } from './line.ts';
import { recordingLine } from './recorder.ts';
import { RecordingFile } from './recording.ts';

/** @throws DetachedError or AttachError where the targets end; Error of one line where the file cannot be written */
export async function record(args: RecordArguments, io: Io): Promise<void> {
  const feeds = await Promise.all(args.targets.map((target) => feedOf(target, args, io.signal)));
  using file = new RecordingFile(args.output, args.force);
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(feeds.map((feed) => feed[Symbol.asyncDispose]()));
    },
  };
  const recorder = new Recorder(file, args.targets, io);
  const stopKeys = recorder.listen();
  const over = new AbortController();
  const timer = args.for === undefined ? undefined : setTimeout(() => over.abort(), args.for);
  try {
    await followFor(feeds, recorder, over.signal, io);
    recorder.end(`after ${humanDuration(args.for ?? 0)}`);
  } catch (error) {
    const reason = io.signal.aborted ? io.signal.reason : error;
    recorder.end(reasonOf(reason));
    throw error;
  } finally {
    clearTimeout(timer);
    stopKeys();
    io.progress('');
    if (file.isBegun)
      io.say(
        `recorded ${recorder.lines} ${recorder.lines === 1 ? 'line' : 'lines'} in ${args.output}; draw it: heapwatch plot ${args.output} -o run.svg`,
      );
  }
}

/** Until `over`, or the targets end. */
async function followFor(feeds: readonly Feed[], recorder: Recorder, over: AbortSignal, io: Io): Promise<void> {
  using either = new Either([over, io.signal]);
  try {
    await followAll(feeds, (reading) => recorder.hear(reading), { ...io, signal: either.signal });
  } catch (error) {
    if (!over.aborted) throw error;
  }
}

class Recorder {
  readonly #file: RecordingFile;
  readonly #io: Io;
  readonly #targets = new Set<string>();
  readonly #of: readonly string[];
  #lines = 0;

  /** @param of the targets as they are named */
  constructor(file: RecordingFile, of: readonly string[], io: Io) {
    this.#file = file;
    this.#of = of;
    this.#io = io;
  }

  get lines(): number {
    return this.#lines;
  }

  hear(reading: TailEvent): void {
    const line = recordingLine(reading, now());
    if (line) this.#write(line);
    if (reading.is === 'state') this.#targets.add(reading.target);
    if (reading.is === 'note') this.#io.say(`${reading.target}: ${reading.text}`);
    if (reading.is === 'unshown' && reading.workers > 0) {
      this.#io.say(`${reading.target}: ${unshownText(reading.workers)}`);
    }
    if (reading.is === 'mark') this.#io.say(`${reading.at} ${reading.target} phase: ${reading.label}`);
    if (reading.is === 'usage') {
      const { heapUsedBytes, rssBytes } = reading.usage;
      this.#io.progress(
        `${this.#lines} lines, heap ${humanSize(heapUsedBytes)}, RSS ${humanSize(rssBytes)}; Enter marks a phase`,
      );
    }
  }

  /** Takes labels from the terminal, a line each; an empty one is numbered. Returns what ends that. */
  listen(): () => void {
    if (!process.stdin.isTTY) return () => {};
    let phases = 0;
    const keys = createInterface({ input: process.stdin });
    keys.on('line', (typed) => {
      phases++;
      const label = typed.trim() === '' ? `phase ${phases}` : typed.trim();
      const at = now();
      for (const target of this.#targets) this.hear({ is: 'mark', target, label, by: 'key', at });
    });
    return () => keys.close();
  }

  /** Says why no more is recorded, if anything was. */
  end(reason: string): void {
    if (this.#file.isBegun) this.#file.write({ type: 'end', reason, at: now() });
  }

  /** The file is begun when there is something to put into it: a target is there. */
  #write(line: RecordingLine): void {
    if (!this.#file.isBegun) {
      const targets = [...this.#of];
      this.#file.write({ type: 'recording', version: RECORDING_VERSION, at: now(), heapwatch: version, targets });
    }
    this.#file.write(line);
    this.#lines++;
  }
}

function now(): string {
  return new Date().toISOString();
}
