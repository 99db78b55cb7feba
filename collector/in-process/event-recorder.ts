/** Events of the process as a recording: what `heapwatch plot`, `diff` and `export` read. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { StreamEvent } from '../../protocol/events.ts';
import { incarnationOf } from '../../protocol/incarnation.ts';
import { version } from '../base/version.ts';
import type { LogEntry } from '../log/log.ts';
import { RECORDING_VERSION, type RecordingLine } from '../record/line.ts';
import { RecordingFile } from '../record/recording.ts';
import type { Settings } from './settings.ts';

/** A file that has grown to that is as good as full. */
const MAX_BYTES = 2 ** 30;

export class EventRecorder {
  readonly #file: RecordingFile;
  readonly #logger: Logger;
  #bytes = 0;
  #isOver = false;

  /** A file of its own in the folder, which is made. @throws Error of one line where it cannot be written */
  constructor({ name, record = '.' }: Settings, logger: Logger) {
    mkdirSync(record, { recursive: true, mode: 0o700 });
    const at = new Date().toISOString();
    const file = `${name}.${process.pid}.${at.replaceAll(/[-:]|\.\d+/g, '')}.jsonl`;
    this.#logger = logger;
    this.#file = new RecordingFile(join(record, file), false);
    this.#write({ type: 'recording', version: RECORDING_VERSION, at, heapwatch: version, targets: [name] });
  }

  hear({ event, bytes }: LogEntry): void {
    const line = lineOf(event);
    if (this.#isOver || !line) return;
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BYTES) this.end('it is full');
    else this.#write(line);
  }

  end(reason: string): void {
    if (this.#isOver) return;
    this.#write({ type: 'end', reason, at: new Date().toISOString() });
    this.#isOver = true;
  }

  /** A full disk ends the recording, and nothing else. */
  #write(line: RecordingLine): void {
    try {
      this.#file.write(line);
    } catch (error) {
      if (line.type === 'recording') throw error;
      this.#isOver = true;
      this.#logger.error({ err: error }, 'recording ended');
    }
  }
}

function lineOf(event: StreamEvent): RecordingLine | null {
  switch (event.type) {
    case 'usage':
    case 'partition': {
      const { offset: _, durable: __, replay: ___, ...reading } = event;
      return reading as RecordingLine;
    }
    case 'target': {
      const { target, state, nodeVersion, reason, at } = event;
      return {
        type: 'state',
        target,
        state,
        ...incarnationOf(event),
        ...(nodeVersion !== undefined && { nodeVersion }),
        ...(reason !== undefined && { reason }),
        at,
      };
    }
    case 'mark':
      return { type: 'mark', target: event.target, label: event.label, by: 'program', at: event.at };
    default:
      return null;
  }
}
