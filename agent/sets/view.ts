/** One snapshot as its sets see it: the heap, and how its nodes are shown. */

import { kind } from '../classify/kind.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import { type Classification, type Classifier, NOT_IN_SET } from '../classify/naming/classifier.ts';
import type { Bits } from '../graph/bits.ts';
import { Heap } from '../graph/heap.ts';
import type { NodeSet } from '../graph/set.ts';
import type { Columns } from '../parse/columns.ts';
import { type NamedEntry, programEntries } from '../partition/entries.ts';
import { reachOfKnownRoots } from '../walk/graph/known-reach.ts';
import { NodeNames } from './node-names.ts';

/** Where a snapshot comes from; what is not known is absent. */
export interface Origin {
  readonly target?: string | undefined;
  readonly pid?: number | undefined;
  readonly nodeVersion?: string | undefined;
  readonly v8Version?: string | undefined;
  readonly rssBytes?: number | undefined;
  readonly label?: string | undefined;
  /** ISO 8601, UTC. */
  readonly takenAt?: string | undefined;
}

export interface ViewOptions {
  /** False: contents of strings, keys of maps among them, are not shown. Default true. */
  readonly strings?: boolean;
  readonly origin?: Origin;
  /** Nodes that are there because the snapshot was taken: not counted as objects of the heap. */
  readonly own?: ReadonlySet<number>;
  /** What `theone` of a set gives for a node of that id; default: the text that describes the node. */
  readonly theone?: (id: number, text: string) => unknown;
  /** Classifiers that sets may be by beside those of every heap. */
  readonly classifiers?: () => readonly Classifier[];
  /** Appends to the file that `dump` is given; without it sets are dumped as text only. */
  readonly append?: (path: string, text: string) => void;
}

/** Kinds by number. */
export interface NodeKinds {
  of(node: number): number;
  text(kind: number): string;
}

export class HeapView {
  readonly heap: Heap;
  readonly options: ViewOptions;
  readonly names: NodeNames;
  #all: NodeSet | undefined;
  #entries: readonly NamedEntry[] | undefined;
  #knownReach: { readonly bits: Bits | undefined } | undefined;

  constructor(heap: Heap | Columns, options: ViewOptions = {}) {
    this.heap = heap instanceof Heap ? heap : new Heap(heap);
    this.options = options;
    this.names = new NodeNames(this.heap, options.strings ?? true);
  }

  /** All that is in a row: every node but those that V8 made up, and those that are our own doing. */
  get all(): NodeSet {
    this.#all ??= ordinaryNodes(this.heap.columns, this.options.own);
    return this.#all;
  }

  /** In a walked heap what its known roots reach; undefined in a snapshot. */
  get knownReach(): Bits | undefined {
    this.#knownReach ??= { bits: reachOfKnownRoots(this.heap) };
    return this.#knownReach.bits;
  }

  classified(classifier: Classifier): Classification {
    return classificationOf(this.heap, classifier);
  }

  /** The kinds of all nodes, those that V8 made up included: each of these is of a kind of its name, `(Global handles)`. */
  kinds(classifier: Classifier): NodeKinds {
    const { kindOf, kinds } = this.classified(classifier);
    const { nodeName } = this.heap.columns;
    return {
      of: (node) => (kindOf[node] === NOT_IN_SET ? -1 - nodeName[node] : kindOf[node]),
      text: (number) => (number < 0 ? this.names.rootName(-1 - number) : kinds[number]),
    };
  }

  /** The default kind of a node, as text. */
  kindText(node: number): string {
    const kinds = this.kinds(kind);
    return kinds.text(kinds.of(node));
  }

  /** URL or path of the script of each module's scope, by node. */
  get moduleScopes(): ReadonlyMap<number, string> {
    return this.names.moduleScopes;
  }

  /** Where the program begins. */
  get entries(): readonly NamedEntry[] {
    this.#entries ??= programEntries(
      this.heap.graph,
      Array.from(this.moduleScopes, ([scope, script]) => ({ scope, script })),
    );
    return this.#entries;
  }

  get showsStrings(): boolean {
    return this.options.strings ?? true;
  }

  /** The node that V8 calls by `id`, or undefined. Linear. */
  nodeOfId(id: number): number | undefined {
    const node = this.heap.columns.nodeId.indexOf(id);
    return node < 0 ? undefined : node;
  }
}

function ordinaryNodes({ nodeCount, nodeType, nodeTypes }: Columns, own?: ReadonlySet<number>): NodeSet {
  const synthetic = nodeTypes.indexOf('synthetic');
  const nodes = new Uint32Array(nodeCount);
  let length = 0;
  for (let node = 0; node < nodeCount; node++) if (nodeType[node] !== synthetic) nodes[length++] = node;
  const ordinary = nodes.subarray(0, length);
  return own === undefined ? ordinary.slice() : ordinary.filter((node) => !own.has(node));
}
