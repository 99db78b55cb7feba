/** The section `edges` as columns (drawn in columns.ts). */
import { EDGE_TYPE_BITS } from './columns.ts';
import type { NumbersKernel } from './kernel/numbers.ts';
import { KernelReader, largestName } from './kernel-reader.ts';
import type { Header } from './meta.ts';
import { Numbers } from './numbers.ts';
import { numberBelow } from './records.ts';
import { firstRoom, nextRoom, widened } from './room.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';

/** The fields as V8 has ordered them in every version; the kernel is for those. */
const KERNEL_FIELDS = 'type,name_or_index,to_node';

/** Types whose `name_or_index` is a number, not a string. */
const NUMBERED_TYPES = ['element', 'hidden'];

/** The columns, for all edges of a snapshot; in shared memory two threads may fill them. */
export interface EdgeArrays {
  readonly edgeTarget: Uint32Array;
  readonly edgeName: Uint32Array;
}

/** What a thread that has read the edges from `first` on has found beside what stands in the arrays. */
export interface LaterEdges {
  readonly first: number;
  readonly weakEdges: Uint32Array;
  readonly maxName: number;
  readonly maxNameOffset: number;
}

export class EdgeColumnsReader extends KernelReader {
  readonly #header: Header;
  /** Bit t is set if edges of type t have names. */
  readonly #named: number;
  #room: number;
  edgeTarget: Uint32Array;
  edgeName: Uint32Array;
  readonly weakEdges = new Numbers();
  readonly #weak: number;
  /** Largest string index that is an edge's name, and where it stands; -1 without edges that have names. */
  maxName = -1;
  maxNameOffset = 0;

  /** @param arrays to fill, as long as the header says */
  constructor(header: Header, expectedBytes: number | undefined, arrays?: EdgeArrays) {
    super('edges', header.edge.fields.length, header.edge.fields.join() === KERNEL_FIELDS);
    this.#header = header;
    this.#named = header.edgeTypes.reduce((bits, type, t) => bits | (NUMBERED_TYPES.includes(type) ? 0 : 1 << t), 0);
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
    const { edge: layout, node, nodeCount, edgeCount, edgeTypes } = this.#header;
    const edge = this.count;
    if (edge === edgeCount) {
      throw new SnapshotSyntaxError(`"edges" has more records than "edge_count" says, ${edgeCount},`, offset);
    }
    if (edge === this.#room) this.#widen();
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'edges', layout.fields[field]!, offset);
    const type = number(layout.type, edgeTypes.length);
    const index = number(layout.toNode, nodeCount * node.fields.length);
    if (index % node.fields.length !== 0) {
      throw new SnapshotSyntaxError(
        `expected "to_node" in "edges" to be a multiple of ${node.fields.length}, got ${index}`,
        offset,
      );
    }
    this.edgeTarget[edge] = (index / node.fields.length) * 2 ** EDGE_TYPE_BITS + type;
    if (type === this.#weak) this.weakEdges.push(edge);
    this.edgeName[edge] = this.#takeName(type, number(layout.nameOrIndex, 2 ** 32), offset);
  }

  protected override close(offset: number): void {
    const { edgeCount } = this.#header;
    if (this.count !== edgeCount) {
      throw new SnapshotSyntaxError(`"edges" ends after ${this.count} of ${edgeCount} records`, offset);
    }
  }

  protected override takeBatch(kernel: NumbersKernel, from: number, base: number): number {
    const { node, nodeCount, edgeTypes } = this.#header;
    const stop = kernel.edges(
      from,
      kernel.end,
      Math.min(kernel.most, this.#room - this.count),
      node.fields.length,
      nodeCount,
      edgeTypes.length,
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

  #takeName(type: number, name: number, offset: number): number {
    if (name > this.maxName && ((this.#named >>> type) & 1) !== 0) {
      this.maxName = name;
      this.maxNameOffset = offset;
    }
    return name;
  }

  #widen(): void {
    this.#room = nextRoom(this.#room, this.#header.edgeCount);
    this.edgeTarget = widened(this.edgeTarget, this.#room);
    this.edgeName = widened(this.edgeName, this.#room);
  }
}
