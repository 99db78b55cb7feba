/**
 * Columns as a part of an index, and back: an array is read when somebody first asks for it. Its entries are looked at then, as
 * the parser looks at the snapshot's: what they point to is there.
 */
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { LocationColumns } from '../parse/location-columns.ts';
import { BLOCK_STRINGS, type StringBlocks, StringTable } from '../parse/strings.ts';
import { NUMBERED_EDGE_TYPES } from '../parse/types.ts';
import { ascending, below, check, isCount } from './check.ts';
import type { OpenPart, PartArrays } from './part.ts';

export interface ColumnFacts {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly nodeTypes: readonly string[];
  readonly edgeTypes: readonly string[];
  readonly stringCount: number;
  readonly extraNativeBytes: number;
}

export function columnFacts(columns: Columns): ColumnFacts {
  const { nodeCount, edgeCount, nodeTypes, edgeTypes, strings, extraNativeBytes } = columns;
  return { nodeCount, edgeCount, nodeTypes, edgeTypes, stringCount: strings.count, extraNativeBytes };
}

/** The arrays are those of the columns, not copies. */
export function columnArrays(columns: Columns & { readonly weakEdges: Uint32Array }): PartArrays {
  const { text, starts } = columns.strings.blocks;
  return {
    nodeType: columns.nodeType,
    nodeName: columns.nodeName,
    nodeId: columns.nodeId,
    selfSize: columns.selfSize,
    largeNode: Uint32Array.from(columns.largeSizes.keys()),
    largeSize: Float64Array.from(columns.largeSizes.values()),
    ...(columns.detachedness && { detachedness: columns.detachedness }),
    firstEdge: columns.firstEdge,
    edgeTarget: columns.edgeTarget,
    edgeName: columns.edgeName,
    weakEdges: columns.weakEdges,
    blockBytes: Uint32Array.from(text, ({ length }) => length),
    starts: starts.length > 0 ? starts : new Uint32Array(0),
    text: text.length > 0 ? text : new Uint8Array(0),
  };
}

/** @throws IndexFault */
export function factsOf(facts: unknown): ColumnFacts {
  const found = facts as Partial<ColumnFacts> | null;
  check(typeof found === 'object' && found !== null, 'it has no facts');
  const { nodeCount, edgeCount, stringCount, extraNativeBytes, nodeTypes, edgeTypes } = found as ColumnFacts;
  for (const count of [nodeCount, edgeCount, stringCount]) check(isCount(count), 'its counts are none');
  check(Number.isFinite(extraNativeBytes), 'its native bytes are no number');
  for (const [types, most] of [
    [nodeTypes, 256],
    [edgeTypes, 1 << EDGE_TYPE_BITS],
  ] as const) {
    check(Array.isArray(types) && types.length <= most && types.every((type) => typeof type === 'string'), 'its types');
  }
  return { nodeCount, edgeCount, stringCount, extraNativeBytes, nodeTypes, edgeTypes };
}

/** Worked out or read when they are first asked for. */
export interface LazyLocations {
  columns(): LocationColumns;
  odd(): number | undefined;
}

/**
 * Columns whose arrays are read from `part` one by one. It must stay open as long as they are asked.
 * @throws IndexFault, also later, whenever an array is read
 */
export function lazyColumns(part: OpenPart, facts: ColumnFacts, locations: LazyLocations): Columns {
  const { nodeCount, edgeCount, nodeTypes, edgeTypes, stringCount, extraNativeBytes } = facts;
  const nodeType = once(() => below(part.read('nodeType', 'u8', nodeCount), nodeTypes.length, 'nodeType'));
  const nodeName = once(() => below(part.read('nodeName', 'u32', nodeCount), stringCount, 'nodeName'));
  const nodeId = once(() => part.read('nodeId', part.typeOf('nodeId') === 'f64' ? 'f64' : 'u32', nodeCount));
  const selfSize = once(() => part.read('selfSize', 'u16', nodeCount));
  const largeSizes = once(() => largeSizesOf(part, nodeCount));
  const detachedness = once(() => (part.has('detachedness') ? part.read('detachedness', 'u8', nodeCount) : null));
  const firstEdge = once(() => starting(part.read('firstEdge', 'u32', nodeCount + 1), edgeCount));
  const edgeTarget = once(() => targets(part.read('edgeTarget', 'u32', edgeCount), nodeCount, edgeTypes.length));
  const edgeName = once(() => named(part.read('edgeName', 'u32', edgeCount), edgeTarget(), edgeTypes, stringCount));
  const weakEdges = once(() => below(part.read('weakEdges', 'u32'), edgeCount, 'weakEdges'));
  const strings = once(() => stringsOf(part, stringCount));
  const places = once(() => locationsBelow(locations.columns(), nodeCount));
  return {
    nodeCount,
    edgeCount,
    nodeTypes,
    edgeTypes,
    extraNativeBytes,
    get nodeType() {
      return nodeType();
    },
    get nodeName() {
      return nodeName();
    },
    get nodeId() {
      return nodeId();
    },
    get selfSize() {
      return selfSize();
    },
    get largeSizes() {
      return largeSizes();
    },
    get detachedness() {
      return detachedness();
    },
    get firstEdge() {
      return firstEdge();
    },
    get edgeTarget() {
      return edgeTarget();
    },
    get edgeName() {
      return edgeName();
    },
    get weakEdges() {
      return weakEdges();
    },
    get strings() {
      return strings();
    },
    get oddLocations() {
      return locations.odd();
    },
    get locationNode() {
      return places().locationNode;
    },
    get locationSite() {
      return places().locationSite;
    },
    get siteScript() {
      return places().siteScript;
    },
    get siteLine() {
      return places().siteLine;
    },
    get siteColumn() {
      return places().siteColumn;
    },
  };
}

/** What `work` gives, worked out once. */
export function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}

function largeSizesOf(part: OpenPart, nodeCount: number): ReadonlyMap<number, number> {
  const nodes = below(part.read('largeNode', 'u32'), nodeCount, 'largeNode');
  const sizes = part.read('largeSize', 'f64', nodes.length);
  check(
    sizes.every((size) => size >= 0 && size <= Number.MAX_SAFE_INTEGER),
    'its large sizes are none',
  );
  return new Map(Array.from(nodes, (node, at) => [node, sizes[at]!]));
}

/** Each list begins where the one before it ends, the first at 0, and the last ends with the edges. */
function starting(firstEdge: Uint32Array, edgeCount: number): Uint32Array {
  check(firstEdge[0] === 0 && firstEdge.at(-1) === edgeCount && ascending(firstEdge), 'its firstEdge does not rise');
  return firstEdge;
}

function targets(edgeTarget: Uint32Array, nodeCount: number, typeCount: number): Uint32Array {
  // what another module exports is looked up each time
  const [bits, mask]: [number, number] = [EDGE_TYPE_BITS, EDGE_TYPE_MASK];
  let isGood = true;
  for (let edge = 0; edge < edgeTarget.length; edge++) {
    const packed = edgeTarget[edge]!;
    if (packed >>> bits >= nodeCount || (packed & mask) >= typeCount) isGood = false;
  }
  check(isGood, 'an edge leads nowhere');
  return edgeTarget;
}

/** Those that are names are strings that there are. */
function named(names: Uint32Array, edgeTarget: Uint32Array, types: readonly string[], strings: number): Uint32Array {
  const mask: number = EDGE_TYPE_MASK;
  const numbered = types.reduce((bits, type, at) => bits | (NUMBERED_EDGE_TYPES.includes(type) ? 1 << at : 0), 0);
  let isGood = true;
  for (let edge = 0; edge < names.length; edge++) {
    if (names[edge]! >= strings && ((numbered >>> (edgeTarget[edge]! & mask)) & 1) === 0) isGood = false;
  }
  check(isGood, 'the name of an edge is no string');
  return names;
}

function stringsOf(part: OpenPart, count: number): StringTable {
  const blockCount = Math.ceil(count / BLOCK_STRINGS);
  const blockBytes = part.read('blockBytes', 'u32', blockCount);
  const starts = part.read('starts', 'u32', count + blockCount);
  const text = part.read(
    'text',
    'u8',
    blockBytes.reduce((sum, bytes) => sum + bytes, 0),
  );
  const blocks: { count: number; text: Uint8Array[]; starts: Uint32Array[] } = { count, text: [], starts: [] };
  let [textAt, startAt] = [0, 0];
  for (const [block, bytes] of blockBytes.entries()) {
    const inBlock = Math.min(BLOCK_STRINGS, count - block * BLOCK_STRINGS);
    const own = starts.subarray(startAt, startAt + inBlock + 1);
    check(own[0] === 0 && own.at(-1) === bytes && ascending(own), 'its strings do not follow each other');
    blocks.text.push(text.subarray(textAt, textAt + bytes));
    blocks.starts.push(own);
    textAt += bytes;
    startAt += inBlock + 1;
  }
  return new StringTable(blocks satisfies StringBlocks);
}

function locationsBelow(locations: LocationColumns, nodeCount: number): LocationColumns {
  const { locationNode, locationSite, siteScript, siteLine, siteColumn } = locations;
  check(ascending(below(locationNode, nodeCount, 'locationNode')), 'its locations do not rise');
  check(locationSite.length === locationNode.length, 'its locations have no places');
  below(locationSite, siteScript.length, 'locationSite');
  check(siteLine.length === siteScript.length && siteColumn.length === siteScript.length, 'its places are not whole');
  return locations;
}
