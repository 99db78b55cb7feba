/**
 * Which classes extend which, as a heap shows it: a prototype's own `__proto__` is that of the class above.
 *
 *     Dog @5 --__proto__--> Dog.prototype --__proto__--> Animal.prototype --__proto__--> Object.prototype
 *
 * A class is called by the kind of its instances; one that has none, by the name of its constructor.
 */
import type { Heap } from '../../graph/heap.ts';
import { type Classification, type KindOrder, NOT_IN_SET } from './classifier.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';

/** The order of the classes of a heap that `classification` names: a class is at most the classes that it extends. */
export function classOrder(heap: Heap, classification: Classification): KindOrder {
  const ancestors = ancestorsOf(heap, classification);
  return { atMost: (a, b) => a === b || (ancestors.get(a)?.has(b) ?? false) };
}

/** By kind: what the classes above its objects' are called. Linear in nodes and edges. */
function ancestorsOf(heap: Heap, { kindOf, kinds }: Classification): ReadonlyMap<string, ReadonlySet<string>> {
  const { columns } = heap;
  const proto = new EdgeFinder(columns, 'property', '__proto__');
  const instances = prototypesOfKinds(heap, kindOf, proto);
  const kindOfPrototype = new Map(Array.from(instances, ([kind, prototype]) => [prototype, kinds[kind]]));
  const ownConstructor = new EdgeFinder(columns, 'property', 'constructor');
  const nameOf = (prototype: number): string | undefined => {
    const kind = kindOfPrototype.get(prototype);
    if (kind !== undefined) return kind;
    const maker = ownConstructor.from(prototype);
    return maker === NO_NODE ? undefined : columns.strings.get(columns.nodeName[maker]);
  };
  const ancestors = new Map<string, ReadonlySet<string>>();
  for (const [kind, prototype] of instances) {
    const above = new Set<string>();
    const seen = new Set([prototype]);
    for (let at = proto.from(prototype); at !== NO_NODE && !seen.has(at); at = proto.from(at)) {
      seen.add(at);
      const name = nameOf(at);
      if (name !== undefined) above.add(name);
    }
    ancestors.set(kinds[kind], above);
  }
  return ancestors;
}

/** The prototype of the first instance of each kind whose objects have one. */
function prototypesOfKinds({ columns }: Heap, kindOf: Uint32Array, proto: EdgeFinder): Map<number, number> {
  const object = columns.nodeTypes.indexOf('object');
  const ownConstructor = new EdgeFinder(columns, 'property', 'constructor');
  const prototypes = new Map<number, number>();
  for (let node = 0; node < columns.nodeCount; node++) {
    const kind = kindOf[node];
    if (columns.nodeType[node] !== object || kind === NOT_IN_SET || prototypes.has(kind)) continue;
    // a prototype is named as its instances are, and is none
    if (ownConstructor.from(node) !== NO_NODE) continue;
    const prototype = proto.from(node);
    if (prototype !== NO_NODE) prototypes.set(kind, prototype);
  }
  return prototypes;
}
