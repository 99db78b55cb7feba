/**
 * A heap snapshot as columns. A node is an ordinal, 0 to nodeCount - 1; an edge is an ordinal, 0 to edgeCount - 1.
 *
 *     nodes                                        edges (of node n: firstEdge[n] to firstEdge[n + 1] - 1)
 *     nodeType   Uint8   index into nodeTypes      edgeTarget  Uint32  target ordinal << 3 | index into edgeTypes
 *     nodeName   Uint32  string index              edgeName    Uint32  string index, or the number itself for
 *     nodeId     Uint32  V8's object id (see below)                    element and hidden edges
 *     selfSize   Uint16  bytes (see selfSizeOf)
 *     firstEdge  Uint32  nodeCount + 1 entries     sites (each once): siteScript, siteLine, siteColumn (0-based, as V8)
 *     detachedness Uint8 or null: all zero         locations: locationNode (ascending), locationSite
 *
 * Ids with more than 32 bits, which only other writers than V8 give, make `nodeId` a Float64Array.
 *
 * The arrays belong to the holder of the Columns; nothing writes to them after the parser has returned them. Some are
 * views of longer buffers, whose rest has never been written and takes no memory. Strings stay bytes until shown
 * (strings.ts). For another thread the buffers may be transferred, and `strings` is rebuilt from its `blocks`; the edges of a
 * large file lie in shared memory, since two threads have read them.
 */
import type { AllocationColumns } from './allocation-columns.ts';
import type { StringTable } from './strings.ts';

/** Bits of an entry of `edgeTarget` that hold the edge's type. */
export const EDGE_TYPE_BITS = 3;
export const EDGE_TYPE_MASK = (1 << EDGE_TYPE_BITS) - 1;

export interface Columns {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Names of V8's node types by index (`hidden`, `array`, `string`, `object`, ...), as the snapshot's `meta` gives them. */
  readonly nodeTypes: readonly string[];
  /** Names of V8's edge types by index (`context`, `element`, `property`, `internal`, `hidden`, `shortcut`, `weak`). */
  readonly edgeTypes: readonly string[];
  readonly nodeType: Uint8Array;
  readonly nodeName: Uint32Array;
  readonly nodeId: Uint32Array | Float64Array;
  /** Bytes; LARGE_SIZE stands for a size from there on, found in `largeSizes`: of nodes so large a heap has few. */
  readonly selfSize: Uint16Array;
  readonly largeSizes: ReadonlyMap<number, number>;
  readonly detachedness: Uint8Array | null;
  readonly firstEdge: Uint32Array;
  readonly edgeTarget: Uint32Array;
  readonly edgeName: Uint32Array;
  /** The edges of type `weak`, ascending, where the maker of the columns has noted them: they are few. */
  readonly weakEdges?: Uint32Array;
  readonly locationNode: Uint32Array;
  readonly locationSite: Uint32Array;
  readonly siteScript: Uint32Array;
  readonly siteLine: Uint32Array;
  readonly siteColumn: Uint32Array;
  /** Locations of the snapshot that name no node or no place, and are in no column; absent: none. */
  readonly oddLocations?: number | undefined;
  /** Who allocated what, where that was recorded. */
  readonly allocations?: AllocationColumns;
  readonly strings: StringTable;
  /** By id in `siteScript`: files that people wrote, where the columns are in their words (original/columns.ts). */
  readonly fileOfScript?: ReadonlyMap<number, string>;
  /** By the same id: the script that such a file was made a part of. */
  readonly bundleOfFile?: ReadonlyMap<number, string>;
  /** By edge: the file of a module's variable, where its script was made of several. */
  readonly variableFiles?: ReadonlyMap<number, string>;
  /** V8's own count of bytes outside the heap that it knows of (Node 24 on); 0 where the snapshot has none. */
  readonly extraNativeBytes: number;
}

/** Entry of `selfSize` for a node whose size is in `largeSizes`. */
export const LARGE_SIZE = 0xffff;

/** Self size of a node in bytes. */
export function selfSizeOf(columns: Pick<Columns, 'selfSize' | 'largeSizes'>, node: number): number {
  const size = columns.selfSize[node]!;
  return size === LARGE_SIZE ? (columns.largeSizes.get(node) ?? size) : size;
}
