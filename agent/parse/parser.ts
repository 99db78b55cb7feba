/**
 * Snapshot bytes -> Columns.
 *
 *     bytes -> SnapshotDocument -> HeaderReader, NodeColumnsReader, EdgeColumnsReader, ... -> Columns
 *
 * Each byte is looked at once and none is kept but strings. Where the size is known the columns are allocated once, at
 * their final length; the sections may stand in any order after the first, `snapshot`.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { type AllocationColumns, AllocationFunctionsReader, AllocationTreeReader } from './allocation-columns.ts';
import type { Columns } from './columns.ts';
import { SnapshotDocument } from './document.ts';
import { type EdgeArrays, EdgeColumnsReader } from './edge-columns.ts';
import type { LaterSections } from './later-sections.ts';
import { type LocationColumns, LocationColumnsReader, noLocations } from './location-columns.ts';
import { type Header, HeaderReader } from './meta.ts';
import { NodeColumnsReader } from './node-columns.ts';
import { assertRoom } from './room.ts';
import type { SectionReader } from './section.ts';
import type { SnapshotSink } from './sink.ts';
import { SkipReader } from './skip.ts';
import { NumbersSkipReader } from './skip-numbers.ts';
import { StringTable, StringTableReader } from './strings.ts';

export interface ColumnsParserOptions {
  /**
   * Size of the (unpacked) snapshot in bytes where it is known: columns are then allocated once. It may be wrong; too
   * small costs copies, too large costs address space.
   */
  readonly expectedBytes?: number;
  /** Bytes of memory that the columns may take: where the header declares more, it is refused before any is taken. */
  readonly roomBytes?: number;
  /** What the edges are put into; another thread may fill its end (later-sections.ts). */
  readonly edges?: EdgeArrays;
  /** False: locations are passed over, and the columns have none. Default true. */
  readonly locations?: boolean;
  /** Bytes; of a string that is shorter none is kept, and it reads as empty. Default 0: all are kept. */
  readonly shortestString?: number;
}

export class ColumnsParser implements SnapshotSink<Columns> {
  readonly #document = new SnapshotDocument((name, offset) => this.#open(name, offset));
  readonly #expectedBytes: number | undefined;
  readonly #roomBytes: number;
  readonly #edgeArrays: EdgeArrays | undefined;
  readonly #wantsLocations: boolean;
  #header: HeaderReader | null = null;
  #nodes: NodeColumnsReader | null = null;
  #edges: EdgeColumnsReader | null = null;
  #locations: LocationColumnsReader | null = null;
  #allocators: AllocationFunctionsReader | null = null;
  #allocationTree: AllocationTreeReader | null = null;
  readonly #strings: StringTableReader;

  constructor(options: ColumnsParserOptions = {}) {
    this.#expectedBytes = options.expectedBytes;
    this.#roomBytes = options.roomBytes ?? Number.POSITIVE_INFINITY;
    this.#edgeArrays = options.edges;
    this.#wantsLocations = options.locations ?? true;
    this.#strings = new StringTableReader(options.shortestString);
  }

  write(bytes: Uint8Array): void {
    this.#document.write(bytes);
  }

  end(): Columns {
    this.#document.end(['snapshot', 'nodes', 'edges', 'strings']);
    return this.#columns(this.#strings.table(), this.#locations?.columns());
  }

  /**
   * As `end`, for a snapshot that another thread has read from the next byte on. Null where the two do not make a whole;
   * then the bytes that follow may still be written here.
   */
  endWith(later: LaterSections): Columns | null {
    const names = this.#document.sections;
    const isWhole = names.at(-1) === 'edges' && !later.names.some((name) => names.includes(name));
    if (!isWhole || !this.#nodes?.done || !this.#edges?.adopt(later.edges)) return null;
    if (this.#nodes.edges !== this.#edges.total) return null;
    return this.#columns(new StringTable(later.strings), later.locations);
  }

  #columns(strings: StringTable, locations: LocationColumns = noLocations()): Columns {
    const header = this.#header!.header!;
    const nodes = this.#nodes!;
    const edges = this.#edges!;
    const allocations = this.#allocations(nodes.frameOf?.subarray(0, header.nodeCount) ?? null);
    checkNames('nodes', nodes, strings.count);
    checkNames('edges', edges, strings.count);
    checkEdges(nodes, edges);
    return {
      nodeCount: header.nodeCount,
      edgeCount: edges.total,
      nodeTypes: header.nodeTypes,
      edgeTypes: header.edgeTypes,
      nodeType: nodes.nodeType,
      nodeName: nodes.nodeName.subarray(0, header.nodeCount),
      nodeId: nodes.nodeId.subarray(0, header.nodeCount),
      selfSize: nodes.selfSize,
      largeSizes: nodes.largeSizes,
      detachedness: nodes.detachedness,
      firstEdge: nodes.firstEdge,
      edgeTarget: edges.edgeTarget.subarray(0, edges.total),
      edgeName: edges.edgeName.subarray(0, edges.total),
      weakEdges: edges.weakEdges.toArray(),
      ...locations,
      ...(allocations && { allocations }),
      strings,
      extraNativeBytes: header.extraNativeBytes,
    };
  }

  #allocations(frameOf: Uint32Array | null): AllocationColumns | undefined {
    if (frameOf === null || this.#allocators === null || this.#allocationTree === null) return undefined;
    const { functionOf } = this.#allocationTree;
    return { frameOf, functionOf, ...this.#allocators.functions() };
  }

  #open(name: string, offset: number): SectionReader {
    switch (name) {
      case 'snapshot':
        this.#header = new HeaderReader(offset);
        return this.#header;
      case 'nodes':
        assertRoom(this.#knownHeader(name, offset), this.#roomBytes, offset);
        this.#nodes = new NodeColumnsReader(this.#knownHeader(name, offset), this.#expectedBytes);
        return this.#nodes;
      case 'edges':
        this.#edges = new EdgeColumnsReader(this.#knownHeader(name, offset), this.#expectedBytes, this.#edgeArrays);
        return this.#edges;
      case 'locations':
        return this.#openLocations(this.#knownHeader(name, offset));
      case 'trace_function_infos':
        return this.#openAllocators(this.#knownHeader(name, offset));
      case 'trace_tree':
        this.#allocationTree = new AllocationTreeReader();
        return this.#allocationTree;
      case 'strings':
        return this.#strings;
      default:
        return new SkipReader(name);
    }
  }

  #openAllocators({ trace }: Header): SectionReader {
    if (trace === null) return new SkipReader('trace_function_infos');
    this.#allocators = new AllocationFunctionsReader(trace);
    return this.#allocators;
  }

  #openLocations(header: Header): SectionReader {
    if (!this.#wantsLocations) return new NumbersSkipReader('locations');
    if (header.location === null) return new SkipReader('locations');
    this.#locations = new LocationColumnsReader(header, header.location);
    return this.#locations;
  }

  #knownHeader(section: string, offset: number): Header {
    const header = this.#header?.header;
    if (!header)
      throw new SnapshotSyntaxError(
        `"${section}" comes before "snapshot", which only an unpacked file may have: save it as one,`,
        offset,
      );
    return header;
  }
}

/** @throws SnapshotSyntaxError where it is not known whose an edge is */
function checkEdges(nodes: NodeColumnsReader, edges: EdgeColumnsReader): void {
  if (nodes.edges === edges.total) return;
  throw new SnapshotSyntaxError(
    `"edge_count" of the records of "nodes" comes to ${nodes.edges}, but "edges" has ${edges.total} records, which end`,
    edges.endOffset,
  );
}

/** @throws SnapshotSyntaxError where a name's index is beyond the strings */
function checkNames(section: string, read: { maxName: number; maxNameOffset: number }, strings: number): void {
  if (read.maxName < strings) return;
  throw new SnapshotSyntaxError(
    `expected a name in "${section}" to be one of ${strings} strings, got index ${read.maxName}`,
    read.maxNameOffset,
  );
}
