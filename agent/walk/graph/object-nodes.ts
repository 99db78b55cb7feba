/** Types and names of all objects, and lists of those that are looked at again. */
import type { ClassNames } from '../class-names.ts';
import type { HeapWords } from '../objects.ts';
import { GrowingWords } from './growing-words.ts';
import type { Names } from './names.ts';
import type { NodeIndex } from './node-index.ts';
import { CLOSURE, CODE, CONTENT, NodeNames, SAME } from './node-names.ts';

export interface ObjectNodes {
  /** Nodes of functions, of code, and of strings, whose names are to be their contents: ascending. */
  readonly closures: Uint32Array;
  readonly code: Uint32Array;
  readonly contents: Uint32Array;
}

/** Fills in the columns of the objects' nodes. */
export function nameObjects(
  heap: HeapWords,
  index: NodeIndex,
  classes: ClassNames,
  names: Names,
  nodeType: Uint8Array,
  nodeName: Uint32Array,
): ObjectNodes {
  const nodes = new NodeNames(heap, classes, names);
  const [closures, code, contents] = [new GrowingWords(), new GrowingWords(), new GrowingWords()];
  const { at, map } = index;
  for (let node = index.first; node < index.end; node++) {
    const { type, name, ofEach } = nodes.of(map[node]);
    nodeType[node] = type;
    if (ofEach === SAME) nodeName[node] = name;
    else if (ofEach === CONTENT) contents.push(node);
    else nodeName[node] = nodes.ask(at[node], map[node]);
    if (type === CLOSURE) closures.push(node);
    else if (type === CODE) code.push(node);
  }
  return { closures: closures.taken(), code: code.taken(), contents: contents.taken() };
}
