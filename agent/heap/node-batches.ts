/**
 * The section `nodes` a few thousand at a time, for who looks at each node once: what tells it and how large it is, and
 * none of its edges. Nothing of a node is kept when its batch has been looked at.
 */
import type { Header } from './meta.ts';
import { KERNEL_DIGITS, numberBelow, RecordReader } from './records.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';

/** Fields that V8 has put first in every version; the kernel is for those. */
const KERNEL_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count'];

/** What those leave: `0,0` where V8 writes a trace_node_id, else `0`; the lowest byte is the first. */
const REST = 0x302c30;
const MAX_REST_FIELDS = 2;

/** A digit's byte ^ ZERO is 0 to 9; any other byte is more. */
const ZERO = 48;
const COMMA = 44 ^ ZERO;
const LINE_FEED = 10 ^ ZERO;

const BATCH_NODES = 1 << 13;

/** Nodes one after the other, `count` of them; the arrays are used again for the next batch. */
export interface NodeBatch {
  readonly count: number;
  /** Index into the snapshot's node types. */
  readonly type: Uint8Array;
  /** String index. */
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  readonly sizeBytes: Float64Array;
}

export class NodeBatchReader extends RecordReader {
  readonly #header: Header;
  readonly #kernel: boolean;
  readonly #restBytes: number;
  readonly #stringCount: number;
  readonly #look: (batch: NodeBatch) => void;
  readonly #type = new Uint8Array(BATCH_NODES);
  readonly #name = new Uint32Array(BATCH_NODES);
  readonly #id = new Uint32Array(BATCH_NODES);
  readonly #sizeBytes = new Float64Array(BATCH_NODES);
  /** Nodes of the batch that is being filled. */
  #filled = 0;

  /** @param stringCount strings that the snapshot has: no name is beyond them */
  constructor(header: Header, stringCount: number, look: (batch: NodeBatch) => void) {
    super('nodes', header.node.fields.length);
    this.#header = header;
    const rest = header.node.fields.length - KERNEL_FIELDS.length;
    this.#kernel =
      rest <= MAX_REST_FIELDS && KERNEL_FIELDS.every((field, index) => header.node.fields[index] === field);
    this.#restBytes = Math.max(0, 2 * rest - 1);
    this.#stringCount = stringCount;
    this.#look = look;
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeCount, nodeTypes } = this.#header;
    if (this.count === nodeCount) {
      throw new SnapshotSyntaxError(`"nodes" has more records than "node_count" says, ${nodeCount},`, offset);
    }
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'nodes', layout.fields[field]!, offset);
    this.#type[this.#filled] = number(layout.type, nodeTypes.length);
    this.#name[this.#filled] = number(layout.name, this.#stringCount);
    this.#id[this.#filled] = number(layout.id, 2 ** 32);
    this.#sizeBytes[this.#filled] = values[layout.selfSize]!;
    if (++this.#filled === BATCH_NODES) this.#empty();
  }

  protected override close(offset: number): void {
    const { nodeCount } = this.#header;
    if (this.count !== nodeCount) {
      throw new SnapshotSyntaxError(`"nodes" ends after ${this.count} of ${nodeCount} records`, offset);
    }
    this.#empty();
  }

  /** Takes nodes whose numbers have nine digits at most, as far as the batch has room; passes over what is not looked at. */
  protected override pass(bytes: Uint8Array, from: number, _offset: number): number {
    if (!this.#kernel) return from;
    const fieldCount = this.#header.node.fields.length;
    const last = bytes.length - fieldCount * (KERNEL_DIGITS + 1) - 1;
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = from;
    while (at <= last) {
      const stop = this.#fill(bytes, words, at, last);
      if (this.#filled === BATCH_NODES) this.#empty();
      else return stop;
      at = stop;
    }
    return at;
  }

  /** Fills the batch with the nodes from `from` on that begin at `last` at most. */
  #fill(bytes: Uint8Array, words: DataView, from: number, last: number): number {
    const [types, names, ids, sizes] = [this.#type, this.#name, this.#id, this.#sizeBytes];
    const typeCount = this.#header.nodeTypes.length;
    const stringCount = this.#stringCount;
    const restBytes = this.#restBytes;
    const restMask = (1 << (8 * restBytes)) - 1;
    const rest = REST & restMask;
    const begun = this.#filled;
    const most = Math.min(BATCH_NODES, begun + this.#header.nodeCount - this.count);
    let filled = begun;
    let start = from;
    while (start <= last && filled < most) {
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
      if (next !== COMMA || at - field > KERNEL_DIGITS + 1 || name >= stringCount) break;

      field = at;
      let id = bytes[at++]! ^ ZERO;
      if (id > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (id !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) id = (id * 10 + next) | 0;
      if (next !== COMMA || at - field > KERNEL_DIGITS + 1) break;

      field = at;
      let size = bytes[at++]! ^ ZERO;
      if (size > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (size !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) size = (size * 10 + next) | 0;
      if (next !== COMMA || at - field > KERNEL_DIGITS + 1) break;

      // edge_count
      field = at;
      const outgoing = bytes[at++]! ^ ZERO;
      if (outgoing > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (outgoing !== 0) while (next < 10) next = bytes[at++]! ^ ZERO;
      if (at - field > KERNEL_DIGITS + 1) break;

      // what else there is, 0 but for a node in a thousand
      if (restBytes > 0) {
        if (next !== COMMA || (words.getInt32(at, true) & restMask) !== rest) break;
        at += restBytes;
        next = bytes[at++]! ^ ZERO;
      }
      if (next === LINE_FEED) next = bytes[at++]! ^ ZERO;
      if (next !== COMMA) break;

      types[filled] = type;
      names[filled] = name;
      ids[filled] = id;
      sizes[filled++] = size;
      start = at;
    }
    this.#filled = filled;
    this.count += filled - begun;
    return start;
  }

  #empty(): void {
    if (this.#filled === 0) return;
    this.#look({ count: this.#filled, type: this.#type, name: this.#name, id: this.#id, sizeBytes: this.#sizeBytes });
    this.#filled = 0;
  }
}
