/** Columns made by hand: for graphs that are drawn at random, or too large for a line of text. */
import type { Columns } from '../../agent/parse/columns.ts';
import { StringTable } from '../../agent/parse/strings.ts';

const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const;
export type EdgeType = (typeof EDGE_TYPES)[number];
const NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'native', 'synthetic'];

export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Default `property`. */
  readonly type?: EdgeType;
  /** Default `p`; of element and hidden edges a number. */
  readonly name?: string | number;
}

/** An entry of a weak map. */
export interface Pair {
  readonly key: number;
  readonly table: number;
  readonly value: number;
}

/** A graph of `nodeCount` nodes; node 0 is the root. Node n has id 2n + 1 and 2 ** (n % 15) bytes, so that sums tell who is in them. */
export function columnsOf(nodeCount: number, edges: readonly Edge[], pairs: readonly Pair[] = []): Columns {
  const names = new Names();
  const sorted = [...edges, ...pairs.flatMap(pairEdges)]
    .map((edge, order) => ({ edge, order }))
    .sort((a, b) => a.edge.from - b.edge.from || a.order - b.order)
    .map(({ edge }) => edge);
  const firstEdge = new Uint32Array(nodeCount + 1);
  for (const { from } of sorted) firstEdge[from + 1]++;
  for (let node = 0; node < nodeCount; node++) firstEdge[node + 1] += firstEdge[node];
  return columnsFrom(
    firstEdge,
    Uint32Array.from(sorted, ({ to, type = 'property' }) => (to << 3) | EDGE_TYPES.indexOf(type)),
    Uint32Array.from(sorted, ({ name = 'p' }) => (typeof name === 'number' ? name : names.indexOf(name))),
    names.table(),
  );
}

/** Columns around edges that are columns already: for graphs of millions of nodes. */
export function columnsFrom(
  firstEdge: Uint32Array,
  edgeTarget: Uint32Array,
  edgeName: Uint32Array = new Uint32Array(edgeTarget.length),
  strings: StringTable = new Names().table(),
): Columns {
  const nodeCount = firstEdge.length - 1;
  const none = new Uint32Array(0);
  return {
    nodeCount,
    edgeCount: edgeTarget.length,
    nodeTypes: NODE_TYPES,
    edgeTypes: EDGE_TYPES,
    nodeType: new Uint8Array(nodeCount).fill(NODE_TYPES.indexOf('object')).fill(NODE_TYPES.indexOf('synthetic'), 0, 1),
    nodeName: new Uint32Array(nodeCount),
    nodeId: new Uint32Array(nodeCount).map((_, node) => 2 * node + 1),
    selfSize: new Uint16Array(nodeCount).map((_, node) => 2 ** (node % 15)),
    largeSizes: new Map(),
    detachedness: null,
    firstEdge,
    edgeTarget,
    edgeName,
    locationNode: none,
    locationSite: none,
    siteScript: none,
    siteLine: none,
    siteColumn: none,
    strings,
    extraNativeBytes: 0,
  };
}

/** As V8 writes an entry: its value from the key and from the table, and weakly from the table to both. */
function pairEdges({ key, table, value }: Pair): Edge[] {
  const label = `part of key (K @${2 * key + 1}) -> value (V @${2 * value + 1}) pair in WeakMap (table @${2 * table + 1})`;
  return [
    { from: table, to: key, type: 'weak', name: '7' },
    { from: table, to: value, type: 'weak', name: '8' },
    { from: key, to: value, type: 'internal', name: `6 / ${label}` },
    { from: table, to: value, type: 'internal', name: `3 / ${label}` },
  ];
}

/** The texts of names, each once. */
class Names {
  /** The first is the name of all nodes. */
  readonly #texts: string[] = [''];

  indexOf(text: string): number {
    const known = this.#texts.indexOf(text);
    return known >= 0 ? known : this.#texts.push(text) - 1;
  }

  table(): StringTable {
    const texts = this.#texts.map((text) => new TextEncoder().encode(JSON.stringify(text).slice(1, -1)));
    const starts = new Uint32Array(texts.length + 1);
    texts.forEach((text, i) => {
      starts[i + 1] = starts[i] + text.length;
    });
    return new StringTable({ count: texts.length, text: [Buffer.concat(texts)], starts: [starts] });
  }
}
