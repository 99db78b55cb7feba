/**
 * A large snapshot file as columns, read by two threads at once:
 *
 *     this thread     snapshot, nodes, edges up to the one at `middle` ────────┐
 *     another one     edges from there on, and what follows ──handed over──> Columns
 *
 * The other one counts its edges first, so that both put theirs where they belong, in shared memory. Whether an edge really
 * begins at `middle` is known when this thread arrives there. If not, or if the other one did not like what it read, this
 * thread reads the file by itself, and says what is wrong with it.
 */
import { availableParallelism } from 'node:os';
import type { Columns } from '../parse/columns.ts';
import type { EdgeArrays } from '../parse/edge-columns.ts';
import { edgeStart } from '../parse/edge-start.ts';
import { headerOf } from '../parse/file-header.ts';
import type { LaterSections } from '../parse/later-sections.ts';
import { ColumnsParser, type ColumnsParserOptions } from '../parse/parser.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import type { OnBytes, RegularFile } from './file-reader.ts';
import type { LaterJob } from './later-thread.ts';
import { inAnyOrder } from './section-order.ts';

/** Of a file below this size the starting of a thread takes longer than it saves. */
export const WORTH_BYTES = 64 * 2 ** 20;
/**
 * Of the file, the first that is among its edges: nodes are a quarter of most files, edges more than a half; and the other
 * thread has to start, to count, and to read the strings.
 */
const MIDDLES = [0.62, 0.5, 0.4];
const WINDOW_BYTES = 1 << 16;

export interface ColumnsByTwoOptions {
  readonly sizeBytes: number;
  /** False: the columns have no locations. */
  readonly locations: boolean;
  /** Bytes; shorter strings are not kept. Default 0. */
  readonly shortestString?: number;
  /** Files that are smaller are read by this thread alone. Default: where two threads are faster. */
  readonly worthBytes?: number;
}

/** Blocks its thread while it reads. @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export async function columnsByTwo(
  file: RegularFile,
  { sizeBytes, locations, shortestString = 0, worthBytes = WORTH_BYTES }: ColumnsByTwoOptions,
  onBytes: OnBytes,
): Promise<Columns> {
  const isWorth = sizeBytes >= worthBytes && availableParallelism() > 1;
  const place = isWorth ? divisionOf(file, sizeBytes) : null;
  const options = { expectedBytes: sizeBytes, locations, shortestString };
  const byTwo = place && (await settled(readByTwo(file, place, options, onBytes)));
  const read = (): Columns => {
    if (byTwo?.error) throw byTwo.error;
    if (byTwo?.value) return byTwo.value;
    const parser = new ColumnsParser(options);
    file.readInto(parser, onBytes);
    return parser.end();
  };
  return inAnyOrder(file, read, () => new ColumnsParser(options));
}

async function settled<T>(promise: Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** Null where the two parts make no whole: then neither is worth anything, since both may have written the same edges. */
async function readByTwo(
  file: RegularFile,
  { middle, arrays }: Division,
  options: Required<Pick<ColumnsParserOptions, 'expectedBytes' | 'locations' | 'shortestString'>>,
  onBytes: OnBytes,
): Promise<Columns | null> {
  const { expectedBytes, locations, shortestString } = options;
  const parser = new ColumnsParser({ ...options, edges: arrays });
  const over = new AbortController();
  const later = laterSections({ path: file.path, offset: middle, arrays, locations, shortestString }, over.signal);
  try {
    file.readInto(parser, (bytes) => onBytes(Math.round((bytes / middle) * expectedBytes)), 0, middle);
    const sections = await later;
    return sections && parser.endWith(sections);
  } finally {
    over.abort();
  }
}

interface Division {
  /** Where an edge seems to begin. */
  readonly middle: number;
  /** Shared memory for all edges. */
  readonly arrays: EdgeArrays;
}

/** Null where no edge seems to begin, and where sections follow that only one reads: those of allocation stacks. */
function divisionOf(file: RegularFile, sizeBytes: number): Division | null {
  const window = new Uint8Array(WINDOW_BYTES);
  const header = headerOf(file.readAt, window);
  if (!header || header.trace !== null || header.edgeCount * 2 * header.edge.fields.length > sizeBytes) return null;
  for (const part of MIDDLES) {
    const from = Math.floor(sizeBytes * part);
    const start = edgeStart(window.subarray(0, file.readAt(window, from)), header);
    if (start < 0) continue;
    const shared = () => new Uint32Array(new SharedArrayBuffer(header.edgeCount * Uint32Array.BYTES_PER_ELEMENT));
    return { middle: from + start, arrays: { edgeTarget: shared(), edgeName: shared() } };
  }
  return null;
}

/** Null where they cannot be read from there on: a reader of the whole file finds out what is wrong. */
async function laterSections(job: LaterJob, signal: AbortSignal): Promise<LaterSections | null> {
  try {
    return await inThread<never, LaterSections | null>(programUrl('./later-thread', import.meta.url), job, { signal });
  } catch {
    return null;
  }
}
