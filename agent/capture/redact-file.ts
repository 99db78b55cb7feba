/** A snapshot file written again with the contents of its strings replaced: `.heapsnapshot`, the same gzipped, or a pipe. */
import { setImmediate as turn } from 'node:timers/promises';
import { look, type OnBytes, RegularFile, streamInto } from '../file/file-reader.ts';
import { refusing } from '../file/refusal.ts';
import type { SnapshotSink } from '../parse/sink.ts';
import type { Redaction } from '../redact/redaction.ts';
import { type Redacted, Redactor } from '../redact/redactor.ts';
import { Output, snapshotPaths, withoutPartial } from './output.ts';

export interface RedactFileOptions {
  readonly redaction: Redaction;
  /** Whether a file that is at the output's path may be replaced. Default false. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Called with the bytes read so far, of the file as it lies there. */
  onBytes?(bytes: number): void;
}

/** Of a file at once: what interrupts it waits as long as they take, some 20 ms. */
const TURN_BYTES = 2 ** 22;

/**
 * @throws SnapshotSyntaxError for what is no whole snapshot or cannot be redacted; an Error of one line for a file that cannot
 * be read or written; the reason of `signal`
 */
export async function redactFile(
  path: string,
  outputPath: string,
  { redaction, force = false, signal, onBytes }: RedactFileOptions,
): Promise<Redacted> {
  const paths = snapshotPaths(outputPath, force);
  return await withoutPartial(paths, async () => {
    using output = new Output(paths);
    const redactor = new Redactor({ ...redaction, write: (bytes) => output.write(bytes) });
    const redacted = await refusing(path, async () => {
      await readInto(path, redactor, (bytes) => {
        signal?.throwIfAborted();
        onBytes?.(bytes);
      });
      return redactor.end();
    });
    await output.commit();
    return redacted;
  });
}

/** A plain file straight into the kernel's memory, some at a time; anything else as a stream. */
async function readInto(path: string, sink: SnapshotSink<unknown>, onBytes: OnBytes): Promise<void> {
  const { sizeBytes } = look(path);
  if (sizeBytes === null) return await streamInto(path, sink, onBytes);
  using file = new RegularFile(path);
  if (file.isPacked()) return await streamInto(path, sink, onBytes);
  for (let from = 0; ; from += TURN_BYTES) {
    let to = from;
    file.readInto(
      sink,
      (bytes) => {
        to = bytes;
        onBytes(bytes);
      },
      from,
      from + TURN_BYTES,
    );
    if (to < from + TURN_BYTES) return;
    await turn();
  }
}
