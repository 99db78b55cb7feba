/**
 * Strings by content: distinguished by a hash of what the heap has of it (V8 gives the first 1,024 units, a walk 128 characters),
 * that content itself, and their size. A table of 4 bytes a slot; 12 bytes a different string.
 */
import { type Columns, selfSizeOf } from '../../parse/columns.ts';
import { Numbers } from '../../parse/numbers.ts';

const EMPTY = 0;

/** The groups of all strings of a heap that hold their own characters. Linear. */
export function stringGroups(columns: Columns): StringGroups {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const string = nodeTypes.indexOf('string');
  const groups = new StringGroups(columns);
  for (let node = 0; node < nodeCount; node++) if (nodeType[node] === string) groups.add(node);
  return groups;
}

export class StringGroups {
  /** Of each: its first node, how many there are, the hash of its content. */
  readonly first = new Numbers();
  readonly count = new Numbers();
  readonly hash = new Numbers();
  readonly #columns: Columns;
  #slots: Uint32Array;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#slots = new Uint32Array(1 << 12);
  }

  get length(): number {
    return this.first.length;
  }

  /** What one copy less than all would save, in bytes. */
  savedOf(group: number): number {
    return (this.count.at(group) - 1) * selfSizeOf(this.#columns, this.first.at(group));
  }

  /** The group of a string, which is counted there. */
  add(node: number): number {
    const columns = this.#columns;
    const bytes = columns.strings.bytes(columns.nodeName[node]!);
    const hash = hashOf(bytes, selfSizeOf(columns, node));
    if (2 * this.first.length >= this.#slots.length) this.#grow();
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot]!;
      if (held === EMPTY) {
        this.#slots[slot] = this.first.length + 1;
        this.first.push(node);
        this.count.push(1);
        this.hash.push(hash);
        return this.first.length - 1;
      }
      if (this.hash.at(held - 1) === hash && this.#areSame(this.first.at(held - 1), node)) {
        this.count.add(held - 1, 1);
        return held - 1;
      }
    }
  }

  /** All strings of a group. Linear in nodes. */
  membersOf(group: number): number[] {
    const columns = this.#columns;
    const first = this.first.at(group);
    const string = columns.nodeTypes.indexOf('string');
    const members: number[] = [];
    for (let node = first; node < columns.nodeCount; node++) {
      if (columns.nodeType[node] === string && this.#areSame(first, node)) members.push(node);
    }
    return members;
  }

  #areSame(a: number, b: number): boolean {
    const columns = this.#columns;
    const { nodeName, strings } = columns;
    if (selfSizeOf(columns, a) !== selfSizeOf(columns, b)) return false;
    if (nodeName[a] === nodeName[b]) return true;
    const [one, other] = [strings.bytes(nodeName[a]!), strings.bytes(nodeName[b]!)];
    return one.length === other.length && one.every((byte, at) => byte === other[at]);
  }

  #grow(): void {
    this.#slots = new Uint32Array(4 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let group = 0; group < this.first.length; group++) {
      let slot = this.hash.at(group) & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = group + 1;
    }
  }
}

/** How a hash is shown: what tells copies of one text from those of another, and not what they say. */
export function hashText(hash: number): string {
  return `#${hash.toString(16).padStart(8, '0')}`;
}

/** FNV-1a over the content, and the size. */
function hashOf(bytes: Uint8Array, sizeBytes: number): number {
  let hash = 0x811c9dc5 ^ sizeBytes;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}
