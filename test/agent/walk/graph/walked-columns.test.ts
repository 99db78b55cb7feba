/** The graph of a walked heap beside V8's own snapshot of the same moment: kinds, retained sizes, distances, paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../../agent/attach/agent.ts';
import { kind } from '../../../../agent/classify/kind.ts';
import { classificationOf } from '../../../../agent/classify/naming/classifications.ts';
import { distances } from '../../../../agent/graph/distance.ts';
import { Heap } from '../../../../agent/graph/heap.ts';
import { layoutOf } from '../../../../agent/layout/layout.ts';
import { unpacked } from '../../../../agent/parse/packed.ts';
import { columns } from '../../../../agent/probe/columns.ts';
import { wholeHeap } from '../../../../agent/sets/heap-set.ts';
import { HeapView } from '../../../../agent/sets/view.ts';
import { handlesOf } from '../../../../agent/walk/graph/handles.ts';
import { walkedColumns } from '../../../../agent/walk/graph/walked-columns.ts';
import { HeapWords } from '../../../../agent/walk/objects.ts';
import { pagesOf } from '../../../../agent/walk/pages.ts';
import { executableOf, memoryImage } from '../../../support/memory-image.ts';
import { nodeBinary, TRIED_MAJORS } from '../../../support/node-versions.ts';
import { startTarget } from '../../../support/target.ts';

/** Classes of test/fixtures/population.mjs that Node itself has none of. */
const PLANTED = ['Account', 'Wide', 'Ledger', 'Slots', 'Registry', 'Pool', 'Stack', 'Samples', 'Fault', 'Dog'];

interface ClassFigures {
  readonly count: number;
  readonly retainedBytes: number;
  /** How many objects at which distance from the global object. */
  readonly distances: Readonly<Record<number, number>>;
}

function figuresOf(heap: Heap, name: string): ClassFigures {
  const { columns } = heap;
  const distance = distances(heap.graph);
  const [object, text] = [columns.nodeTypes.indexOf('object'), columns.strings.find(name)];
  const found = { count: 0, retainedBytes: 0, distances: {} as Record<number, number> };
  for (let node = 0; node < columns.nodeCount; node++) {
    if (columns.nodeType[node] !== object || columns.nodeName[node] !== text) continue;
    found.count++;
    found.retainedBytes += heap.retained[node];
    found.distances[distance[node]] = (found.distances[distance[node]] ?? 0) + 1;
  }
  return found;
}

function countsByKind(heap: Heap): Map<string, number> {
  const { kindOf, kinds } = classificationOf(heap, kind);
  const counts = new Map<string, number>();
  for (const each of kindOf) if (each in kinds) counts.set(kinds[each], (counts.get(kinds[each]) ?? 0) + 1);
  return counts;
}

/** Without the numbers of objects, which each of the two counts its own way. */
function pathTo(heap: Heap, name: string): string {
  const view = new HeapView(heap, { strings: true });
  const set = wholeHeap(view);
  const row = set.partition.findIndex((each) => each.kind === name);
  return String(set.at(row).sp).split('\n')[0]!.replace(/@\d+/g, '@');
}

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: retained sizes, distances and paths of a walk are a snapshot's`, async () => {
    await using target = await startTarget('population', { nodeBinary: await nodeBinary(major) });
    const ready = await target.line(/^ready /);
    const { exact } = JSON.parse(ready.slice('ready '.length)) as { exact: Record<string, number> };
    const snapshot = await (async () => {
      await using agent = await attach(target.wsUrl);
      const taken = await columns(agent, { target: 'population', isolate: 'main' });
      return new Heap(unpacked(taken.columns));
    })();
    const layout = layoutOf(executableOf(target.pid));
    const image = memoryImage(target.pid);
    const words = new HeapWords(image, layout, pagesOf(image, layout));
    const isolate = words.pages.find(({ heap }) => heap !== 0)!.heap;
    const walked = walkedColumns(words, isolate, handlesOf(image, isolate));
    const walk = new Heap(walked.columns);

    for (const name of PLANTED) assert.deepEqual(figuresOf(walk, name), figuresOf(snapshot, name), name);
    const counts = countsByKind(walk);
    for (const [name, count] of Object.entries(exact)) assert.equal(counts.get(name), count, name);
    for (const name of ['Account', 'Registry', 'Fault']) assert.equal(pathTo(walk, name), pathTo(snapshot, name));
    // nearly all of the heap hangs from roots that are known
    assert.ok(
      walked.other.count < walk.columns.nodeCount * 0.15,
      `${walked.other.count} objects hang from no known root`,
    );
  });
}
