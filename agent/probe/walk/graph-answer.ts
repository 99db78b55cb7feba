/** What is made of the graph of a walked heap. */
import { statSync } from 'node:fs';
import { Output } from '../../capture/output.ts';
import { pathsIn } from '../../file/file-path.ts';
import { findingsOf } from '../../findings/findings.ts';
import { bitsOf, hasBit } from '../../graph/bits.ts';
import { Heap } from '../../graph/heap.ts';
import { reach } from '../../graph/reach.ts';
import { snapshotText } from '../../graph/snapshot-text.ts';
import { inOriginalNames, sourceMaps } from '../../original/in-use.ts';
import type { Columns } from '../../parse/columns.ts';
import { packed } from '../../parse/packed.ts';
import { filtered, rowsOfSet } from '../../rows/filter.ts';
import { partitionsOf, rowsOfHeap } from '../../rows/partition-parser.ts';
import { type HeapSet, heapSet } from '../../sets/heap-set.ts';
import { holdersOf } from '../../sets/holders.ts';
import { HeapView } from '../../sets/view.ts';
import { type Handles, isolateHeaps } from '../../walk/graph/handles.ts';
import { walkedColumns } from '../../walk/graph/walked-columns.ts';
import type { HeapWords } from '../../walk/objects.ts';
import { walkKinds } from '../../walk/walk-kinds.ts';
import type { GraphAnswer, GraphQuestion } from './graph-job.ts';

type Made = Omit<GraphAnswer, 'takenAtMs' | 'moment' | 'stoppedMs' | 'copiedBytes' | 'lostBytes'>;

/** @param name of the target, for messages */
export async function graphAnswer(
  words: HeapWords,
  handles: Handles,
  {
    isolate,
    by = [],
    rows,
    reachable = false,
    holders,
    path,
    findings,
    output,
    counted = false,
    columns: wanted = false,
    keptBy,
    without,
  }: GraphQuestion,
  name: string,
): Promise<Made> {
  const heaps = isolateHeaps(words.pages);
  const { columns, usedBytes, other } = walkedColumns(words, heaps[isolate]!, handles);
  const made = {
    isolates: heaps.length,
    heapUsedBytes: usedBytes,
    ...(counted && { kinds: walkKinds(words, sourceMaps()) }),
    ...(output && { writtenBytes: await written(columns, output) }),
    ...(path && { paths: pathsIn(columns, { path: name, ...path }) }),
  };
  const options = rows === undefined ? { by } : { by, rows };
  // rows alone: the columns' memory may be used again
  const filter = { ...(keptBy !== undefined && { keptBy }), ...(without && { without }) };
  const isFiltered = keptBy !== undefined || without !== undefined;
  if (!holders && !findings && !wanted && !reachable && !isFiltered)
    return { ...made, rows: partitionsOf(columns, options)() };
  const heap = new Heap(inOriginalNames(columns));
  const view = new HeapView(heap, { strings: holders?.strings ?? false });
  const all = reachable ? reachableIn(view, other.node) : filtered(view, filter);
  const table = by.map((each) =>
    reachable || isFiltered ? rowsOfSet(all, each, rows) : rowsOfHeap(heap, each, options),
  );
  const held = holders && holdersOf(all, holders);
  const found = findings && findingsOf(new HeapView(heap, { strings: findings.strings }), findings);
  return {
    ...made,
    ...(found && { findings: found }),
    rows: table,
    ...(held !== undefined && { holders: held }),
    ...(wanted && { columns: packed(columns) }),
  };
}

/** What is reached without the root of all that no known root reaches. */
function reachableIn(view: HeapView, otherRoots: number): HeapSet {
  const { graph } = view.heap;
  const without = bitsOf([otherRoots], graph.columns.nodeCount);
  const reached = reach(graph, [graph.root], { without });
  return heapSet(
    view,
    view.all.filter((node) => hasBit(reached, node)),
  );
}

/** @throws Error of one line: disk full, a file in the way */
async function written(columns: Columns, paths: NonNullable<GraphQuestion['output']>): Promise<number> {
  using output = new Output(paths);
  const encoder = new TextEncoder();
  for (const piece of snapshotText(columns)) output.write(encoder.encode(piece));
  await output.commit();
  return statSync(paths.path).size;
}
