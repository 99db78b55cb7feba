/** The section `nodes` counted by type and name; nothing of a node is kept. */
import type { Header } from './meta.ts';
import { NameCounts } from './name-counts.ts';
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

export class NodeCountsReader extends RecordReader {
  readonly #header: Header;
  readonly #kernel: boolean;
  readonly #restBytes: number;
  readonly counts: NameCounts;
  /** Largest string index that is a node's name, and where it stands; -1 without nodes. */
  maxName = -1;
  maxNameOffset = 0;

  /** @param told whether nodes of a type are told apart by name */
  constructor(header: Header, told: (type: string) => boolean) {
    super('nodes', header.node.fields.length);
    this.#header = header;
    const rest = header.node.fields.length - KERNEL_FIELDS.length;
    this.#kernel =
      rest <= MAX_REST_FIELDS && KERNEL_FIELDS.every((field, index) => header.node.fields[index] === field);
    this.#restBytes = Math.max(0, 2 * rest - 1);
    this.counts = new NameCounts(header.nodeTypes.map(told));
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeCount, nodeTypes } = this.#header;
    if (this.count === nodeCount) {
      throw new SnapshotSyntaxError(`"nodes" has more records than "node_count" says, ${nodeCount},`, offset);
    }
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'nodes', layout.fields[field]!, offset);
    const type = number(layout.type, nodeTypes.length);
    const name = number(layout.name, 2 ** 32);
    if (name > this.maxName) {
      this.maxName = name;
      this.maxNameOffset = offset;
    }
    this.counts.add(type, name, values[layout.selfSize]!);
  }

  protected override close(offset: number): void {
    const { nodeCount } = this.#header;
    if (this.count !== nodeCount) {
      throw new SnapshotSyntaxError(`"nodes" ends after ${this.count} of ${nodeCount} records`, offset);
    }
  }

  /** Takes nodes whose numbers have nine digits at most; those it does not need it checks four digits at a time. */
  protected override pass(bytes: Uint8Array, from: number, offset: number): number {
    if (!this.#kernel) return from;
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const counts = this.counts;
    const restBytes = this.#restBytes;
    const restMask = (1 << (8 * restBytes)) - 1;
    const rest = REST & restMask;
    const fieldCount = this.#header.node.fields.length;
    const typeCount = this.#header.nodeTypes.length;
    const nodeCount = this.#header.nodeCount;
    const last = bytes.length - fieldCount * (KERNEL_DIGITS + 1) - 1;
    let { maxName, maxNameOffset } = this;
    let node = this.count;
    let start = from;
    while (start <= last && node < nodeCount) {
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
      if (next !== COMMA || at - field > KERNEL_DIGITS + 1) break;

      // id
      field = at;
      const id = bytes[at++]! ^ ZERO;
      if (id > 9) break;
      if (id !== 0 && fourDigits(words.getInt32(at, true))) at += 4;
      next = bytes[at++]! ^ ZERO;
      if (id !== 0) while (next < 10) next = bytes[at++]! ^ ZERO;
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

      if (name > maxName) {
        maxName = name;
        maxNameOffset = offset + start;
      }
      counts.add(type, name, size);
      node++;
      start = at;
    }
    this.maxName = maxName;
    this.maxNameOffset = maxNameOffset;
    this.count = node;
    return start;
  }
}

/** Whether the four bytes of a word are digits: their upper halves are 3, and stay so when 6 is added. */
function fourDigits(word: number): boolean {
  const digits = word ^ 0x30303030;
  return (((digits + 0x06060606) | digits) & 0xf0f0f0f0) === 0;
}
