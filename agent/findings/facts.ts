/**
 * What the findings are worked out from: one heap, and of it what several of them need, each once.
 *
 *     columns -> shapes, retained sizes, dominators, a path to every node
 *
 * Linear in nodes and edges. Kept of it: 8 bytes a node of sizes, 8 of dominators, 4 of shapes, 4 of paths.
 */
import type { Finding } from '../../protocol/finding.ts';
import type { Classification } from '../classify/naming/classifier.ts';
import { NOT_IN_SET } from '../classify/naming/classifier.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { shape } from '../classify/shape.ts';
import type { Heap } from '../graph/heap.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK, selfSizeOf } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';
import { pathText } from '../sets/path-text.ts';
import type { HeapView } from '../sets/view.ts';
import { heldBy } from './held-by.ts';
import { PathTree } from './path-tree.ts';

/** What one finding's file gives. */
export type Find = (facts: Facts) => readonly Finding[];

export class Facts {
  readonly view: HeapView;
  readonly heap: Heap;
  readonly columns: Columns;
  /** Of the heap's objects, V8's synthetic nodes aside. */
  readonly count: number;
  readonly sizeBytes: number;
  /** As a command names it. */
  readonly target: string;
  #tree: PathTree | undefined;
  readonly #maker: EdgeFinder;

  constructor(view: HeapView, target: string) {
    this.view = view;
    this.heap = view.heap;
    this.columns = view.heap.columns;
    this.target = target;
    this.#maker = new EdgeFinder(this.columns, 'property', 'constructor');
    const { nodeCount, nodeType, nodeTypes } = this.columns;
    const synthetic = nodeTypes.indexOf('synthetic');
    let [count, sizeBytes] = [0, 0];
    for (let node = 0; node < nodeCount; node++) {
      if (nodeType[node] === synthetic) continue;
      count++;
      sizeBytes += selfSizeOf(this.columns, node);
    }
    this.count = count;
    this.sizeBytes = sizeBytes;
  }

  get shapes(): Classification {
    return this.view.classified(shape);
  }

  get retained(): Float64Array {
    return this.heap.retained;
  }

  get dominator(): Uint32Array {
    return this.heap.dominators.dominator;
  }

  /** Kind of a node as the classifier `shape` names it; V8's own roots by their name. */
  kindOf(node: number): string {
    const { kindOf, kinds } = this.shapes;
    const kind = kindOf[node]!;
    return kind === NOT_IN_SET ? this.view.names.rootName(this.columns.nodeName[node]!) : kinds[kind]!;
  }

  size(node: number): number {
    return selfSizeOf(this.columns, node);
  }

  isType(node: number, type: string): boolean {
    return this.columns.nodeTypes[this.columns.nodeType[node]!] === type;
  }

  /** The objects of a class by V8's name for it, prototypes left out. Linear in nodes. */
  instancesOf(name: string): Uint32Array {
    const { nodeCount, nodeName, nodeType, nodeTypes, strings } = this.columns;
    const wanted = strings.find(name);
    const object = nodeTypes.indexOf('object');
    const found = new Numbers();
    if (wanted < 0) return found.toArray();
    for (let node = 0; node < nodeCount; node++) {
      if (nodeName[node] === wanted && nodeType[node] === object && this.#maker.from(node) === NO_NODE)
        found.push(node);
    }
    return found.toArray();
  }

  /** What nodes retain together, of which none dominates another. */
  retainedOf(nodes: Iterable<number>): number {
    const { retained } = this;
    let bytes = 0;
    for (const node of nodes) bytes += retained[node]!;
    return bytes;
  }

  /** Those that retain most, at most `limit`. */
  largestOf(nodes: Uint32Array, limit: number): number[] {
    const { retained } = this;
    return Array.from(nodes)
      .sort((a, b) => retained[b]! - retained[a]! || a - b)
      .slice(0, limit);
  }

  /** Calls back for each edge of a node that keeps its target alive. */
  eachEdge(node: number, visit: (target: number, type: string, name: number) => void): void {
    const { firstEdge, edgeTarget, edgeName, edgeTypes } = this.columns;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const packed = edgeTarget[edge]!;
      const type = edgeTypes[packed & EDGE_TYPE_MASK]!;
      if (type !== 'weak') visit(packed >>> EDGE_TYPE_BITS, type, edgeName[edge]!);
    }
  }

  /** The shortest path to a node, for a finding; nothing where there is none. */
  pathTo(node: number | undefined): { readonly path?: string } {
    if (node === undefined) return {};
    this.#tree ??= new PathTree(this.heap.graph, this.view.entries);
    const steps = this.#tree.to(node);
    return steps === null ? {} : { path: pathText(this.view, { index: 0n, ...steps }) };
  }

  /**
   * Path to the first of `nodes`, and what dominates them.
   * @param count of all, of which `nodes` are some
   */
  holding(
    nodes: readonly number[] | Uint32Array,
    count = nodes.length,
  ): { readonly path?: string; readonly heldBy?: readonly string[] } {
    if (nodes.length === 0) return {};
    return { ...this.pathTo(nodes[0]), heldBy: heldBy(this, nodes, count) };
  }
}
