/**
 * How many nodes there are of each V8 type and name, and their bytes: an open-addressing table in one typed array, a slot
 * of 32 bytes, so that counting a node touches one cache line.
 *
 *     slot   [ key, count, bytes, - ]        key = name << 8 | type, plus 1; 0 for a free slot
 */

const SLOT = 4;
const COUNT = 1;
const BYTES = 2;
const FIRST_SLOTS = 1 << 12;
const TYPE_BITS = 8;

export interface NameCount {
  /** Index into the snapshot's node types. */
  readonly type: number;
  /** String index; 0 where names of the type are not distinguished. */
  readonly name: number;
  readonly count: number;
  readonly sizeBytes: number;
}

export class NameCounts {
  #slots = new Float64Array(SLOT * FIRST_SLOTS);
  #mask = maskOf(this.#slots);
  #used = 0;
  /** Slots that may be used before there must be more. */
  #most = FIRST_SLOTS / 2;
  /** All bits set for a type whose names are distinguished, else 0. */
  readonly #nameMask: Int32Array;

  /** @param told whether the nodes of a type (by index) are distinguished by name */
  constructor(told: readonly boolean[]) {
    this.#nameMask = Int32Array.from(told, (apart) => (apart ? -1 : 0));
  }

  add(type: number, name: number, sizeBytes: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const text = name & this.#nameMask[type]!;
    const key = (text >>> 0) * (1 << TYPE_BITS) + type + 1;
    let at = hash(type, text) & mask;
    for (let found = slots[at]!; found !== key; found = slots[at]!) {
      if (found === 0) {
        slots[at] = key;
        this.#used++;
        break;
      }
      at = (at + SLOT) & mask;
    }
    slots[at + COUNT]! += 1;
    slots[at + BYTES]! += sizeBytes;
    if (this.#used > this.#most) this.#widen();
  }

  /** In no order. */
  *entries(): IterableIterator<NameCount> {
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += SLOT) {
      const key = slots[at]! - 1;
      if (key < 0) continue;
      const type = key % (1 << TYPE_BITS);
      yield { type, name: (key - type) / (1 << TYPE_BITS), count: slots[at + COUNT]!, sizeBytes: slots[at + BYTES]! };
    }
  }

  #widen(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    this.#mask = maskOf(this.#slots);
    this.#most *= 2;
    for (let from = 0; from < old.length; from += SLOT) {
      const key = old[from]! - 1;
      if (key < 0) continue;
      const type = key % (1 << TYPE_BITS);
      let at = hash(type, (key - type) / (1 << TYPE_BITS)) & this.#mask;
      while (this.#slots[at] !== 0) at = (at + SLOT) & this.#mask;
      for (let i = 0; i < SLOT; i++) this.#slots[at + i] = old[from + i]!;
    }
  }
}

/** Leaves of a hash what is the first element of a slot. */
function maskOf(slots: Float64Array): number {
  return slots.length - SLOT;
}

function hash(type: number, name: number): number {
  const mixed = Math.imul(name, 0x9e3779b1) + Math.imul(type, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
