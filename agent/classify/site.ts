/**
 * By the function that allocated an object, where the snapshot was recorded with allocation stacks, as those that DevTools calls
 * timelines are (`.heaptimeline`). Texts are those of the probe `sampling`.
 *
 *     handle (/srv/app/server.js:20)
 *     (not recorded)                  it was there before, V8 made it for itself, or no stacks were recorded at all
 */
import type { Heap } from '../graph/heap.ts';
import type { AllocationColumns } from '../parse/allocation-columns.ts';
import type { StringTable } from '../parse/strings.ts';
import { type FrameName, frameNames } from '../profile/frame-names.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';

export const site: Classifier = { by: 'site', header: 'Allocation site', classify };

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes, allocations, strings } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const kinds = new Kinds();
  const none = kinds.of('(not recorded)');
  const kindOfFrame = allocations ? frameKinds(allocations, strings, kinds) : new Map<number, number>();
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === synthetic) kindOf[node] = NOT_IN_SET;
    else kindOf[node] = kindOfFrame.get(allocations?.frameOf[node] ?? 0) ?? none;
  }
  return { kindOf, kinds: kinds.texts };
}

/** The kind of what a frame has allocated, by the frame's id. */
function frameKinds(allocations: AllocationColumns, strings: StringTable, kinds: Kinds): Map<number, number> {
  const frames = Array.from(allocations.functionName, (name, at) => ({
    functionName: text(strings, name),
    url: text(strings, allocations.functionScript[at]!),
    lineNumber: allocations.functionLine[at]! - 1,
    columnNumber: allocations.functionColumn[at]! - 1,
  }));
  const nameOf = frameNames(frames);
  const kindOfFunction = frames.map((frame: FrameName) => kinds.of(nameOf(frame)));
  return new Map(
    Array.from(allocations.functionOf).flatMap(([frame, index]) => {
      const kind = kindOfFunction[index];
      return kind === undefined ? [] : [[frame, kind] as const];
    }),
  );
}

function text(strings: StringTable, index: number): string {
  return index < strings.count ? strings.get(index) : '';
}
