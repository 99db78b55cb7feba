/**
 * One question to the heap in a snapshot file, of any sort, by the shortest way:
 *
 *     index ──the columns that the question reads──┐
 *       └── where there is none, or it fails:      ├─> heap ──> answer
 *     file ──parsed──> columns, kept in the index ─┘     └── what was worked out: kept in the index
 */
import { CLASSIFIERS } from '../classify/classifiers.ts';
import { classificationsOf, withKnown } from '../classify/naming/classifications.ts';
import { SHORTEST_LABEL } from '../graph/ephemerons.ts';
import { Heap } from '../graph/heap.ts';
import { IndexFault } from '../index/check.ts';
import { SnapshotIndex } from '../index/snapshot-index.ts';
import { inOriginalNames, sourceMaps } from '../original/in-use.ts';
import type { Columns } from '../parse/columns.ts';
import { locationsOfFile, withLocationsOf } from '../parse/file-locations.ts';
import { noLocations } from '../parse/location-columns.ts';
import { ColumnsParser } from '../parse/parser.ts';
import { throttled } from '../threads/throttle.ts';
import { columnsByTwo } from './columns-by-two.ts';
import type { FileEvent } from './file-event.ts';
import { look, type OnBytes, RegularFile, streamInto } from './file-reader.ts';
import { roomBytes } from './room-bytes.ts';

export interface Asking {
  /** When the question reads locations: surely; perhaps, so that they are read when it does; or it does not. */
  readonly locations: 'surely' | 'perhaps' | 'never';
  /** Only retained sizes are asked for: the memory of other columns may be used for them. */
  readonly isForSizes?: boolean;
  /** Told of what is read, at most ten times a second. */
  readonly tell?: (event: FileEvent) => void;
}

/**
 * What `ask` gives of the heap in the file at `path`. It may be asked twice, where an index turns out to be of no use.
 * @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read, what `ask` throws
 */
export async function askFile<T>(path: string, asking: Asking, ask: (heap: Heap) => T): Promise<T> {
  const { sizeBytes } = look(path);
  const onBytes = telling(asking, sizeBytes);
  if (sizeBytes === null) return ask(ownHeap(await streamed(path, asking, onBytes), asking));
  using file = new RegularFile(path);
  using index = SnapshotIndex.of(file);
  const read = async (): Promise<T> => {
    const columns = await columnsOf(file, sizeBytes, { ...asking, isKept: index !== null }, onBytes);
    index?.keepColumns(columns, asking.locations === 'surely' || file.isPacked());
    const whole = asking.locations === 'perhaps' && !file.isPacked();
    const heap = ownHeap(whole ? withLocationsOf(columns, file.readAt, sizeBytes) : columns, asking);
    const answer = ask(heap);
    if (index) keepWork(index, heap);
    return answer;
  };
  if (index === null) return await read();
  const kept = keptHeap(index, file, sizeBytes, asking);
  if (kept === null) return await read();
  try {
    const answer = ask(kept);
    keepWork(index, kept);
    return answer;
  } catch (fault) {
    if (fault instanceof IndexFault) index.drop(fault);
    const answer = await read();
    // what only the index gave rise to: the snapshot itself has an answer
    if (!(fault instanceof IndexFault)) index.drop(fault);
    return answer;
  }
}

async function columnsOf(
  file: RegularFile,
  sizeBytes: number,
  asking: Asking & { readonly isKept: boolean },
  onBytes: OnBytes,
): Promise<Columns> {
  if (file.isPacked()) return streamed(file.path, asking, onBytes);
  const shortestString = asking.isForSizes && !asking.isKept ? SHORTEST_LABEL : 0;
  return columnsByTwo(file, { sizeBytes, locations: asking.locations === 'surely', shortestString }, onBytes);
}

/** Of what can be read once only. */
async function streamed(path: string, asking: Asking, onBytes: OnBytes): Promise<Columns> {
  const parser = new ColumnsParser({ roomBytes: roomBytes(), locations: asking.locations !== 'never' });
  await streamInto(path, parser, onBytes);
  return parser.end();
}

function ownHeap(columns: Columns, { isForSizes }: Asking): Heap {
  return isForSizes ? Heap.forSizes(columns) : new Heap(inOriginalNames(columns));
}

/** Null where nothing is kept of the file. */
function keptHeap(index: SnapshotIndex, file: RegularFile, sizeBytes: number, asking: Asking): Heap | null {
  const heap = index.heap(() => {
    if (asking.locations === 'never') return noLocations();
    if (file.isPacked()) throw new IndexFault('Cannot use an index: it has no locations');
    return locationsOfFile(file.readAt, sizeBytes);
  });
  if (heap === null) return null;
  if (sourceMaps() !== undefined && !asking.isForSizes) return new Heap(inOriginalNames(heap.columns));
  return withKnown(heap, ({ by }) => index.classification(by, heap.columns.nodeCount));
}

/** What a question had to work out is there for the next one. */
function keepWork(index: SnapshotIndex, heap: Heap): void {
  if (heap.worked) index.keepDominators(heap.worked.dominators, heap.worked.retained);
  if (heap.columns.fileOfScript !== undefined || sourceMaps() !== undefined) return;
  for (const [classifier, classification] of classificationsOf(heap)) {
    // one of a name that another heap may classify otherwise is not kept
    if (CLASSIFIERS.includes(classifier) && !classifier.isPassing)
      index.keepClassification(classifier.by, classification);
  }
}

function telling({ tell }: Asking, sizeBytes: number | null): OnBytes {
  if (tell === undefined) return () => {};
  const tellSometimes = throttled(tell);
  const total = sizeBytes === null ? {} : { totalBytes: sizeBytes };
  return (bytes) => tellSometimes({ phase: 'reading', bytes, ...total });
}
