/** What was born, freed and survived between two snapshot files of one process, by the shortest way that tells. */
import { availableParallelism } from 'node:os';
import { EpochError } from '../base/errors.ts';
import { namingFile } from '../base/file-error.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import type { Classification } from '../classify/naming/classifier.ts';
import { sourceMaps } from '../original/in-use.ts';
import type { Columns } from '../parse/columns.ts';
import { StringTable } from '../parse/strings.ts';
import { areOfOneEpoch, checkpointOf, type RelativeRows, relative } from '../partition/since.ts';
import { EdgelessCheckpoint, type HashedStrings } from '../partition/since-edgeless.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import { askFile } from './ask-file.ts';
import { WORTH_BYTES } from './columns-by-two.ts';
import type { FileEvent } from './file-event.ts';
import { look, RegularFile } from './file-reader.ts';
import type { PackedStrings, StringsJob } from './strings-thread.ts';

export interface FileSince {
  readonly rows: RelativeRows;
  /** When the earlier file was last modified; for a pipe, now. Milliseconds since 1970. */
  readonly takenAtMs: number;
}

/**
 * What `path` has over `before` by one classifier. By `name` plain files are read without their edges.
 * @throws EpochError where the ids of the two do not mean the same objects; as `fileRows` does
 */
export async function fileSince(
  path: string,
  before: string,
  by: string,
  tell: (event: FileEvent) => void,
): Promise<FileSince> {
  const takenAtMs = look(before).modifiedAtMs;
  const rows = (await edgelessRows(path, before, by)) ?? (await wholeRows(path, before, by, tell));
  if (isOfOneEpoch(rows)) {
    if (!rows.isReversed) return { rows, takenAtMs };
    throw new EpochError(
      `Cannot compare ${path} with ${before}: by its object ids ${path} is the earlier of the two; name them the other way round`,
    );
  }
  throw new EpochError(
    `Cannot compare ${path} with ${before} by ids: they mean other objects there, since another process wrote it or an ` +
      'inspector session of it was closed in between; compare them by kind, with heapwatch diff',
  );
}

function isOfOneEpoch({ count, recycled, since }: RelativeRows): boolean {
  const survived = since.survived.count;
  // of heaps without an object that can be compared (a worker's that has only begun, an embedder's) nothing is said wrongly
  if (count + since.freed.count + survived === 0) return true;
  return survived > 0 && areOfOneEpoch({ recycled, survived });
}

/** Null where that is not possible. While this thread reads `before`, another one reads the strings of `path`. */
async function edgelessRows(path: string, before: string, by: string): Promise<RelativeRows | null> {
  const classifier = classifierNamed(by);
  const [nowBytes, thenBytes] = [look(path).sizeBytes, look(before).sizeBytes];
  if (classifier.by !== 'name' || sourceMaps() !== undefined || nowBytes === null || thenBytes === null) return null;
  using now = new RegularFile(path);
  using then = new RegularFile(before);
  if (now.isPacked() || then.isPacked()) return null;
  const over = new AbortController();
  try {
    const ahead = stringsAhead({ path, sizeBytes: nowBytes }, over.signal);
    const checkpoint = new EdgelessCheckpoint({ read: then.readAt, sizeBytes: thenBytes });
    return checkpoint.relative({ read: now.readAt, sizeBytes: nowBytes }, classifier, await ahead);
  } catch (error) {
    if (!(error instanceof SnapshotSyntaxError)) throw error;
    // what is between was not read: only the whole can tell what is wrong, and where
    return null;
  } finally {
    over.abort();
  }
}

/** Undefined where this thread has to read them: it finds out why. */
async function stringsAhead(job: StringsJob, signal: AbortSignal): Promise<HashedStrings | undefined> {
  if (job.sizeBytes < WORTH_BYTES || availableParallelism() === 1) return undefined;
  try {
    const { blocks, hashes, begin } = await inThread<never, PackedStrings>(
      programUrl('./strings-thread', import.meta.url),
      job,
      { signal },
    );
    return { strings: new StringTable(blocks), hashes, begin };
  } catch {
    return undefined;
  }
}

async function wholeRows(
  path: string,
  before: string,
  by: string,
  tell: (event: FileEvent) => void,
): Promise<RelativeRows> {
  const classifier = classifierNamed(by);
  const classified = <T>(file: string, ask: (columns: Columns, classification: Classification) => T): Promise<T> =>
    namingFile(file, () =>
      askFile(file, { locations: 'surely', tell }, (heap) => {
        tell({ phase: 'classifying', by });
        return ask(heap.columns, classificationOf(heap, classifier));
      }),
    );
  const kept = await classified(before, (columns, classification) =>
    checkpointOf(columns, [{ by: classifier.by, ...classification }]),
  );
  return classified(path, (columns, classification) => relative(kept, columns, classification, classifier));
}
