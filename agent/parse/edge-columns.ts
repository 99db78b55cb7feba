/** The section `edges` as columns (drawn in columns.ts). */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { EDGE_TYPE_BITS } from './columns.ts';
import type { NumbersKernel } from './kernel/numbers.ts';
import { KernelReader, largestName } from './kernel-reader.ts';
import { type Header, MAX_EDGES } from './meta.ts';
import { Numbers } from './numbers.ts';
import { numberBelow } from './records.ts';
import { firstRoom, nextRoom, widened } from './room.ts';
import { NUMBERED_EDGE_TYPES } from './types.ts';

/** The fields as V8 has ordered them in every version; the kernel is for those. */
const KERNEL_FIELDS = 'type,name_or_index,to_node';

/** Stands for a number that is no index of an array. */
const NO_INDEX = 2 ** 32 - 1;

/** The columns, for all edges of a snapshot; in shared memory two threads may fill them. */
export interface EdgeArrays {
  readonly edgeTarget: Uint32Array;
  readonly edgeName: Uint32Array;
}

/** What a thread that has read the edges from `first` on has found beside what is in the arrays. */
export interface LaterEdges {
  readonly first: number;
  readonly weakEdges: Uint32Array;
  readonly maxName: number;
  readonly maxNameOffset: number;
}

export class EdgeColumnsReader extends KernelReader {
  readonly #header: Header;
  readonly #typeCount: number;
  /** Bit t is set if edges of type t have names. */
  readonly #named: number;
  #room: number;
  edgeTarget: Uint32Array;
  edgeName: Uint32Array;
  readonly weakEdges = new Numbers();
  readonly #weak: number;
  /** Largest string index that is an edge's name, and where it is; -1 without edges that have names. */
  maxName = -1;
  maxNameOffset = 0;
  /** Where the section ends. */
  endOffset = 0;

  /** @param arrays to fill, as long as the header says */
  constructor(header: Header, expectedBytes: number | undefined, arrays?: EdgeArrays) {
    const fits = header.edge.fields.join() === KERNEL_FIELDS && header.edgeTypeOf === null;
    super('edges', header.edge.fields.length, fits);
    this.#header = header;
    this.#typeCount = header.edgeTypeOf?.length ?? header.edgeTypes.length;
    this.#named = header.edgeTypes.reduce(
      (bits, type, t) => bits | (NUMBERED_EDGE_TYPES.includes(type) ? 0 : 1 << t),
      0,
    );
    this.#weak = header.edgeTypes.indexOf('weak');
    this.#room = arrays?.edgeTarget.length ?? firstRoom(header.edgeCount, 2 * header.edge.fields.length, expectedBytes);
    this.edgeTarget = arrays?.edgeTarget ?? new Uint32Array(this.#room);
    this.edgeName = arrays?.edgeName ?? new Uint32Array(this.#room);
  }

  /** One that goes on at edge `first`, which begins at the next byte. */
  static from(first: number, header: Header, arrays: EdgeArrays): EdgeColumnsReader {
    const edges = new EdgeColumnsReader(header, undefined, arrays);
    edges.count = first;
    edges.resume();
    return edges;
  }

  /** Edges read. */
  get total(): number {
    return this.count;
  }

  /** Takes for read what another thread has put into the same arrays; gives false where it did not begin at the next edge. */
  adopt({ first, weakEdges, maxName, maxNameOffset }: LaterEdges): boolean {
    if (!this.isBetween || this.count !== first) return false;
    for (const edge of weakEdges) this.weakEdges.push(edge);
    if (maxName > this.maxName) {
      this.maxName = maxName;
      this.maxNameOffset = maxNameOffset;
    }
    this.count = this.#header.edgeCount;
    return true;
  }

  protected override take(values: Float64Array, offset: number): void {
    const { edge: layout, node, nodeCount, edgeTypeOf } = this.#header;
    const edge = this.count;
    if (edge === this.#room) this.#widen(offset);
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'edges', layout.fields[field]!, offset);
    const typeNumber = number(layout.type, this.#typeCount);
    const type = edgeTypeOf === null ? typeNumber : edgeTypeOf[typeNumber]!;
    const index = number(layout.toNode, nodeCount * node.fields.length);
    if (index % node.fields.length !== 0) {
      throw new SnapshotSyntaxError(
        `expected "to_node" in "edges" to be a multiple of ${node.fields.length}, got ${index}`,
        offset,
      );
    }
    this.edgeTarget[edge] = (index / node.fields.length) * 2 ** EDGE_TYPE_BITS + type;
    if (type === this.#weak) this.weakEdges.push(edge);
    const isNamed = ((this.#named >>> type) & 1) !== 0;
    const name = values[layout.nameOrIndex]!;
    // an array has no index so large: who writes one (Julia) means none
    this.edgeName[edge] = isNamed
      ? this.#takeName(number(layout.nameOrIndex, 2 ** 32), offset)
      : Math.min(name, NO_INDEX);
  }

  /** How many there should be only the nodes tell (parser.ts). */
  protected override close(offset: number): void {
    this.endOffset = offset;
  }

  protected override takeBatch(kernel: NumbersKernel, from: number, base: number): number {
    const { node, nodeCount } = this.#header;
    const stop = kernel.edges(
      from,
      kernel.end,
      Math.min(kernel.most, this.#room - this.count),
      node.fields.length,
      nodeCount,
      this.#typeCount,
      this.#named,
      this.#weak,
      largestName(this.maxName),
    );
    const { taken } = kernel;
    const { target, name, weak } = kernel.edgeBatch;
    this.edgeTarget.set(target.subarray(0, taken), this.count);
    this.edgeName.set(name.subarray(0, taken), this.count);
    for (let i = 0; i < kernel.weak; i++) this.weakEdges.push(this.count + weak[i]!);
    if (kernel.maxNameAt !== 0) {
      this.maxName = kernel.maxName;
      this.maxNameOffset = base + kernel.maxNameAt;
    }
    this.count += taken;
    return stop;
  }

  #takeName(name: number, offset: number): number {
    if (name > this.maxName) {
      this.maxName = name;
      this.maxNameOffset = offset;
    }
    return name;
  }

  /** Beyond what the header says, too: by twice. */
  #widen(offset: number): void {
    const { edgeCount } = this.#header;
    if (this.#room === MAX_EDGES) throw new SnapshotSyntaxError(`"edges" has more than ${MAX_EDGES} records`, offset);
    this.#room = this.#room < edgeCount ? nextRoom(this.#room, edgeCount) : Math.min(MAX_EDGES, 2 * this.#room + 16);
    this.edgeTarget = widened(this.edgeTarget, this.#room);
    this.edgeName = widened(this.edgeName, this.#room);
  }
}
