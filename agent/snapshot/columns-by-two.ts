/**
 * A large snapshot file as columns, read by two threads at once:
 *
 *     this thread     snapshot, nodes, edges up to the one at `middle` ────────┐
 *     another one     edges from there on, what follows, strings ──handed over──> Columns
 *
 * Whether an edge really begins at `middle` is known when this thread arrives there. If not, or if the other one did not
 * like what it read, this thread reads on by itself, and says what is wrong with the file.
 */
import { availableParallelism } from 'node:os';
import type { Columns } from '../heap/columns.ts';
import { edgeStart } from '../heap/edge-start.ts';
import { headerOf } from '../heap/file-header.ts';
import type { LaterSections } from '../heap/later-sections.ts';
import { ColumnsParser } from '../heap/parser.ts';
import type { OnBytes, RegularFile } from './file-reader.ts';
import type { LaterJob } from './later-thread.ts';
import { inThread } from './thread.ts';

/** Below this, starting a thread takes longer than it saves. */
const WORTH_BYTES = 64 * 2 ** 20;
/** Of the file: what the starting of a thread takes is read meanwhile. */
const MIDDLE = 0.37;
const WINDOW_BYTES = 1 << 16;

export interface ColumnsByTwoOptions {
  readonly sizeBytes: number;
  /** False: the columns have no locations. */
  readonly locations: boolean;
  /** Files that are smaller are read by this thread alone. Default: where two threads are faster. */
  readonly worthBytes?: number;
}

/** Blocks its thread while it reads. @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export async function columnsByTwo(
  file: RegularFile,
  { sizeBytes, locations, worthBytes = WORTH_BYTES }: ColumnsByTwoOptions,
  onBytes: OnBytes,
): Promise<Columns> {
  const parser = new ColumnsParser({ expectedBytes: sizeBytes, locations });
  const middle = sizeBytes >= worthBytes && availableParallelism() > 1 ? middleOf(file, sizeBytes) : -1;
  if (middle < 0) {
    file.readInto(parser, onBytes);
    return parser.end();
  }
  const over = new AbortController();
  const later = laterSections({ path: file.path, offset: middle, expectedBytes: sizeBytes, locations }, over.signal);
  try {
    file.readInto(parser, (bytes) => onBytes(Math.round((bytes / middle) * sizeBytes)), 0, middle);
    const sections = parser.isBetweenEdges ? await later : null;
    const columns = sections && parser.endWith(sections);
    if (columns) return columns;
  } finally {
    over.abort();
  }
  file.readInto(parser, onBytes, middle);
  return parser.end();
}

/** Where an edge seems to begin, or -1. */
function middleOf(file: RegularFile, sizeBytes: number): number {
  const window = new Uint8Array(WINDOW_BYTES);
  const header = headerOf(file.readAt, window);
  if (!header) return -1;
  const from = Math.floor(sizeBytes * MIDDLE);
  const start = edgeStart(window.subarray(0, file.readAt(window, from)), header);
  return start < 0 ? -1 : from + start;
}

/** Null where they cannot be read from there on: what is wrong, whoever reads the whole file finds too. */
async function laterSections(job: LaterJob, signal: AbortSignal): Promise<LaterSections | null> {
  try {
    return await inThread<never, LaterSections>('later-thread', job, { signal });
  } catch {
    return null;
  }
}
