/** The section `nodes` as columns (drawn in columns.ts). */
import { LARGE_SIZE } from './columns.ts';
import type { Header } from './meta.ts';
import { KERNEL_DIGITS, numberBelow, RecordReader } from './records.ts';
import { firstRoom, nextRoom, widened } from './room.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';

/** Fields that V8 has put first in every version; the kernel is for those. */
const KERNEL_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count'];

/** A digit's byte ^ ZERO is 0 to 9; any other byte is more. */
const ZERO = 48;
const COMMA = 44 ^ ZERO;
const LINE_FEED = 10 ^ ZERO;

export class NodeColumnsReader extends RecordReader {
  readonly #header: Header;
  readonly #kernel: boolean;
  #room: number;
  nodeType: Uint8Array;
  nodeName: Uint32Array;
  nodeId: Uint32Array;
  selfSize: Uint16Array;
  /** One entry more than there are nodes. */
  firstEdge: Uint32Array;
  /** Null until a node has another detachedness than 0, as hardly any snapshot of Node's has. */
  detachedness: Uint8Array | null = null;
  readonly largeSizes = new Map<number, number>();
  /** Largest string index that is a node's name, and where it stands; -1 without nodes. */
  maxName = -1;
  maxNameOffset = 0;
  #edges = 0;

  constructor(header: Header, expectedBytes: number | undefined) {
    super('nodes', header.node.fields.length);
    this.#header = header;
    this.#kernel = KERNEL_FIELDS.every((field, index) => header.node.fields[index] === field);
    this.#room = firstRoom(header.nodeCount, 2 * header.node.fields.length, expectedBytes);
    this.nodeType = new Uint8Array(this.#room);
    // one entry more than is used, as later arrays in the same memory have (spare.ts)
    this.nodeName = new Uint32Array(this.#room + 1);
    this.nodeId = new Uint32Array(this.#room + 1);
    this.selfSize = new Uint16Array(this.#room);
    this.firstEdge = new Uint32Array(this.#room + 1);
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeCount, nodeTypes } = this.#header;
    const node = this.count;
    if (node === nodeCount) {
      throw new SnapshotSyntaxError(`"nodes" has more records than "node_count" says, ${nodeCount},`, offset);
    }
    if (node === this.#room) this.#widen();
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'nodes', layout.fields[field]!, offset);
    this.nodeType[node] = number(layout.type, nodeTypes.length);
    this.nodeName[node] = this.#takeName(number(layout.name, 2 ** 32), offset);
    this.nodeId[node] = number(layout.id, 2 ** 32);
    this.selfSize[node] = this.#takeSize(node, values[layout.selfSize]!);
    this.firstEdge[node + 1] = this.#takeEdges(number(layout.edgeCount, 2 ** 32), offset);
    if (layout.detachedness >= 0) this.#takeDetachedness(node, number(layout.detachedness, 256));
  }

  protected override close(offset: number): void {
    const { nodeCount, edgeCount } = this.#header;
    if (this.count !== nodeCount) {
      throw new SnapshotSyntaxError(`"nodes" ends after ${this.count} of ${nodeCount} records`, offset);
    }
    if (this.#edges !== edgeCount) this.#failEdges(offset);
  }

  /** Takes nodes whose numbers have nine digits at most, that are not large or detached, and for which there is room. */
  protected override pass(bytes: Uint8Array, from: number, offset: number): number {
    if (!this.#kernel) return from;
    // what another module exports is looked up each time
    const mostBytes: number = KERNEL_DIGITS + 1;
    const kernelFields: number = KERNEL_FIELDS.length;
    const { nodeType, nodeName, nodeId, selfSize, firstEdge } = this;
    const fieldCount = this.#header.node.fields.length;
    const detachedness = this.#header.node.detachedness;
    const typeCount = this.#header.nodeTypes.length;
    const edgeCount = this.#header.edgeCount;
    const largeSize: number = LARGE_SIZE;
    const room = this.#room;
    const last = bytes.length - fieldCount * mostBytes - 1;
    let { maxName } = this;
    let maxNameAt = -1;
    let edges = this.#edges;
    let node = this.count;
    let start = from;
    while (start <= last && node < room) {
      let at = start;

      let type = bytes[at++]! ^ ZERO;
      if (type > 9) break;
      let next = bytes[at++]! ^ ZERO;
      if (type !== 0 && next < 10) {
        type = type * 10 + next;
        next = bytes[at++]! ^ ZERO;
      }
      if (next !== COMMA || type >= typeCount) break;

      let field = at;
      let name = bytes[at++]! ^ ZERO;
      if (name > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (name !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) name = (name * 10 + next) | 0;
      if (next !== COMMA || at - field > mostBytes) break;

      field = at;
      let id = bytes[at++]! ^ ZERO;
      if (id > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (id !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) id = (id * 10 + next) | 0;
      if (next !== COMMA || at - field > mostBytes) break;

      field = at;
      let size = bytes[at++]! ^ ZERO;
      if (size > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (size !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) size = (size * 10 + next) | 0;
      if (next !== COMMA || at - field > mostBytes || size >= largeSize) break;

      field = at;
      let outgoing = bytes[at++]! ^ ZERO;
      if (outgoing > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (outgoing !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) outgoing = (outgoing * 10 + next) | 0;
      if (at - field > mostBytes || edges + outgoing > edgeCount) break;

      // fields that we do not read, and detachedness: 0 but for a node in a thousand
      let extra: number = kernelFields;
      for (; extra < fieldCount && next === COMMA; extra++) {
        field = at;
        const value = bytes[at++]! ^ ZERO;
        if (value > 9 || (value !== 0 && extra === detachedness)) break;
        next = bytes[at++]! ^ ZERO;
        if (value !== 0) while (next < 10) next = bytes[at++]! ^ ZERO;
        if (at - field > mostBytes) break;
      }
      if (next === LINE_FEED) next = bytes[at++]! ^ ZERO;
      if (next !== COMMA || extra < fieldCount) break;

      if (name > maxName) {
        maxName = name;
        maxNameAt = start;
      }
      edges += outgoing;
      nodeType[node] = type;
      nodeName[node] = name;
      nodeId[node] = id;
      selfSize[node] = size;
      firstEdge[++node] = edges;
      start = at;
    }
    this.maxName = maxName;
    if (maxNameAt >= 0) this.maxNameOffset = offset + maxNameAt;
    this.#edges = edges;
    this.count = node;
    return start;
  }

  #takeName(name: number, offset: number): number {
    if (name > this.maxName) {
      this.maxName = name;
      this.maxNameOffset = offset;
    }
    return name;
  }

  #takeSize(node: number, size: number): number {
    if (size < LARGE_SIZE) return size;
    this.largeSizes.set(node, size);
    return LARGE_SIZE;
  }

  #takeDetachedness(node: number, value: number): void {
    if (value === 0) return;
    this.detachedness ??= new Uint8Array(this.#room);
    this.detachedness[node] = value;
  }

  #takeEdges(count: number, offset: number): number {
    this.#edges += count;
    if (this.#edges > this.#header.edgeCount) this.#failEdges(offset);
    return this.#edges;
  }

  #failEdges(offset: number): never {
    throw new SnapshotSyntaxError(
      `"edge_count" of the records of "nodes" comes to ${this.#edges}, but "snapshot" says ${this.#header.edgeCount},`,
      offset,
    );
  }

  #widen(): void {
    const room = nextRoom(this.#room, this.#header.nodeCount);
    this.nodeType = widened(this.nodeType, room);
    this.nodeName = widened(this.nodeName, room + 1);
    this.nodeId = widened(this.nodeId, room + 1);
    this.selfSize = widened(this.selfSize, room);
    this.firstEdge = widened(this.firstEdge, room + 1);
    if (this.detachedness !== null) this.detachedness = widened(this.detachedness, room);
    this.#room = room;
  }
}
