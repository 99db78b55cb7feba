/** The section `nodes` as columns (drawn in columns.ts). */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { LARGE_SIZE } from './columns.ts';
import type { NumbersKernel } from './kernel/numbers.ts';
import { type Header, MAX_EDGES } from './meta.ts';
import { NodeReader } from './node-reader.ts';
import { numberBelow } from './records.ts';
import { firstRoom, nextRoom, widened } from './room.ts';

export class NodeColumnsReader extends NodeReader {
  #room: number;
  nodeType: Uint8Array;
  nodeName: Uint32Array;
  /** Of doubles from the first id on that has more than 32 bits: Julia's are addresses. */
  nodeId: Uint32Array | Float64Array;
  selfSize: Uint16Array;
  /** One entry more than there are nodes. */
  firstEdge: Uint32Array;
  /** Null until a node has another detachedness than 0, as hardly any snapshot of Node's has. */
  detachedness: Uint8Array | null = null;
  /** Null until a node has a frame that allocated it. */
  frameOf: Uint32Array | null = null;
  readonly largeSizes = new Map<number, number>();
  /** Largest string index that is a node's name, and where it is; -1 without nodes. */
  maxName = -1;
  maxNameOffset = 0;
  #edges = 0;

  constructor(header: Header, expectedBytes: number | undefined) {
    super(header);
    this.#room = firstRoom(header.nodeCount, 2 * header.node.fields.length, expectedBytes);
    this.nodeType = new Uint8Array(this.#room);
    // in one piece, and an entry more than is used, as later arrays in the same memory have (spare.ts)
    const namesAndIds = new Uint32Array(2 * (this.#room + 1));
    this.nodeName = namesAndIds.subarray(0, this.#room + 1);
    this.nodeId = namesAndIds.subarray(this.#room + 1);
    this.selfSize = new Uint16Array(this.#room);
    this.firstEdge = new Uint32Array(this.#room + 1);
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeTypes } = this.header;
    const node = this.count;
    this.expectMore(offset);
    if (node === this.#room) this.#widen();
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'nodes', layout.fields[field]!, offset);
    this.nodeType[node] = number(layout.type, nodeTypes.length);
    this.nodeName[node] = this.#takeName(number(layout.name, 2 ** 32), offset);
    this.#takeId(node, number(layout.id, Number.MAX_SAFE_INTEGER));
    this.selfSize[node] = this.#takeSize(node, number(layout.selfSize, 2 ** 53));
    this.firstEdge[node + 1] = this.#takeEdges(number(layout.edgeCount, 2 ** 32), offset);
    if (layout.detachedness >= 0) this.#takeDetachedness(node, Math.min(values[layout.detachedness]!, 255));
    if (this.header.trace !== null && layout.traceNodeId >= 0) this.#takeFrame(node, values[layout.traceNodeId]!);
  }

  /** Edges of all nodes read, by their own counts. */
  get edges(): number {
    return this.#edges;
  }

  /** Takes nodes that are not large or detached, and for which there is room. */
  protected override takeBatch(kernel: NumbersKernel, from: number, base: number): number {
    const node = this.count;
    const stop = this.run(kernel, from, {
      room: this.#room - node,
      sizeBytes: LARGE_SIZE,
      edges: this.#edges,
      edgeCount: MAX_EDGES,
      maxName: this.maxName,
    });
    const { taken } = kernel;
    if (taken === 0) return stop;
    const { type, name, id, edges, shortSize } = kernel.nodeBatch;
    this.nodeType.set(type.subarray(0, taken), node);
    this.nodeName.set(name.subarray(0, taken), node);
    this.nodeId.set(id.subarray(0, taken), node);
    this.selfSize.set(shortSize.subarray(0, taken), node);
    this.firstEdge.set(edges.subarray(0, taken), node + 1);
    this.#edges = edges[taken - 1]!;
    if (kernel.maxNameAt !== 0) this.#takeName(kernel.maxName, base + kernel.maxNameAt);
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

  #takeFrame(node: number, frame: number): void {
    if (frame === 0 || frame >= 2 ** 32) return;
    this.frameOf ??= new Uint32Array(this.#room);
    this.frameOf[node] = frame;
  }

  #takeId(node: number, id: number): void {
    if (id >= 2 ** 32 && this.nodeId instanceof Uint32Array) this.nodeId = Float64Array.from(this.nodeId);
    this.nodeId[node] = id;
  }

  #takeEdges(count: number, offset: number): number {
    this.#edges += count;
    if (this.#edges > MAX_EDGES) {
      throw new SnapshotSyntaxError(`"edge_count" of the records of "nodes" comes to more than ${MAX_EDGES}`, offset);
    }
    return this.#edges;
  }

  #widen(): void {
    const room = nextRoom(this.#room, this.header.nodeCount);
    this.nodeType = widened(this.nodeType, room);
    this.nodeName = widened(this.nodeName, room + 1);
    this.nodeId = widened(this.nodeId, room + 1);
    this.selfSize = widened(this.selfSize, room);
    this.firstEdge = widened(this.firstEdge, room + 1);
    if (this.detachedness !== null) this.detachedness = widened(this.detachedness, room);
    if (this.frameOf !== null) this.frameOf = widened(this.frameOf, room);
    this.#room = room;
  }
}
