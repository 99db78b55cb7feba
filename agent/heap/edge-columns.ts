/** The section `edges` as columns (drawn in columns.ts). */
import { EDGE_TYPE_BITS } from './columns.ts';
import type { Header } from './meta.ts';
import { Numbers } from './numbers.ts';
import { KERNEL_DIGITS, numberBelow, RecordReader } from './records.ts';
import { firstRoom, nextRoom, widened } from './room.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';

/** The fields as V8 has ordered them in every version; the kernel is for those. */
const KERNEL_FIELDS = 'type,name_or_index,to_node';

/** Types whose `name_or_index` is a number, not a string. */
const NUMBERED_TYPES = ['element', 'hidden'];

/** A digit's byte ^ ZERO is 0 to 9; any other byte is more. */
const ZERO = 48;
const COMMA = 44 ^ ZERO;
const LINE_FEED = 10 ^ ZERO;

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

export class EdgeColumnsReader extends RecordReader {
  readonly #header: Header;
  readonly #kernel: boolean;
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
    super('edges', header.edge.fields.length);
    this.#header = header;
    this.#kernel = header.edge.fields.join() === KERNEL_FIELDS;
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

  /** Takes edges whose numbers have nine digits at most, and for which there is room. */
  protected override pass(bytes: Uint8Array, from: number, offset: number): number {
    if (!this.#kernel) return from;
    // what another module exports is looked up each time
    const mostBytes: number = KERNEL_DIGITS + 1;
    const typeBits: number = EDGE_TYPE_BITS;
    const { edgeTarget, edgeName } = this;
    const nodeCount = this.#header.nodeCount;
    const nodeFields = this.#header.node.fields.length;
    const perField = 1 / nodeFields;
    const typeCount = this.#header.edgeTypes.length;
    const named = this.#named;
    const weak = this.#weak;
    const room = this.#room;
    const last = bytes.length - 3 * mostBytes - 1;
    let { maxName } = this;
    let maxNameAt = -1;
    let edge = this.count;
    let start = from;
    while (start <= last && edge < room) {
      let at = start;

      const type = bytes[at++]! ^ ZERO;
      let next = bytes[at++]! ^ ZERO;
      if (next !== COMMA || type >= typeCount) break;

      let field = at;
      let name = bytes[at++]! ^ ZERO;
      if (name > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (name !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) name = (name * 10 + next) | 0;
      if (next !== COMMA || at - field > mostBytes) break;

      field = at;
      let index = bytes[at++]! ^ ZERO;
      if (index > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (index !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) index = (index * 10 + next) | 0;
      if (at - field > mostBytes) break;

      if (next === LINE_FEED) next = bytes[at++]! ^ ZERO;
      if (next !== COMMA) break;

      // half a field more, so that rounding cannot bring an exact multiple below its quotient
      const target = ((index + 0.5) * perField) | 0;
      if (target >= nodeCount || Math.imul(target, nodeFields) !== index) break;
      if (name > maxName && ((named >>> type) & 1) !== 0) {
        maxName = name;
        maxNameAt = start;
      }
      if (type === weak) this.weakEdges.push(edge);
      edgeTarget[edge] = (target << typeBits) | type;
      edgeName[edge++] = name;
      start = at;
    }
    this.maxName = maxName;
    if (maxNameAt >= 0) this.maxNameOffset = offset + maxNameAt;
    this.count = edge;
    return start;
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
