/** A snapshot file written again with the contents of its strings replaced: `.heapsnapshot`, the same gzipped, or a pipe. */
import { streamInto } from '../file/file-reader.ts';
import { refusing } from '../file/refusal.ts';
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
      await streamInto(path, redactor, (bytes) => {
        signal?.throwIfAborted();
        onBytes?.(bytes);
      });
      return redactor.end();
    });
    await output.commit();
    return redacted;
  });
}
