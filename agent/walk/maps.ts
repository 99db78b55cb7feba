/**
 * V8's hidden classes (Maps), by their addresses: one record each, found when an object of it is met.
 *
 * A Map is proved, not guessed: the word that begins it points to a meta map, and a meta map's first word points to itself
 * and its instance type is MAP_TYPE.
 */
import type { Layout } from '../layout/layout.ts';
import type { MemoryWords } from './memory-words.ts';
import { ruleOf, type SizeKind } from './sizes.ts';

const NONE = -1;

export class MapTable {
  readonly #memory: MemoryWords;
  readonly #layout: Layout;
  readonly #mapType: number;
  readonly #metas = new Set<number>();
  #mask = (1 << 13) - 1;
  #indexOfSlot = new Int32Array(1 << 13).fill(NONE);
  /** How many there are; the columns are longer. */
  length = 0;
  /** Its word in the image. */
  at = new Int32Array(1 << 12);
  /** Its tagged address, in halves. */
  lower = new Uint32Array(1 << 12);
  upper = new Uint32Array(1 << 12);
  type = new Uint16Array(1 << 12);
  /** Words of an object of it; 0 where that depends on the object. */
  words = new Int32Array(1 << 12);
  /** How its objects say their size, where `words` is 0 (see sizes.ts). */
  sizeKind = new Uint8Array(1 << 12);
  header = new Int32Array(1 << 12);
  unit = new Int32Array(1 << 12);
  /** Offset of the length in an object, in u32. */
  field = new Int32Array(1 << 12);
  shift = new Uint8Array(1 << 12);
  mask = new Uint32Array(1 << 12);

  constructor(memory: MemoryWords, layout: Layout) {
    this.#memory = memory;
    this.#layout = layout;
    const mapType = layout.typeOf.get('MAP');
    if (mapType === undefined) throw new Error('Cannot find Maps: the layout has no MAP_TYPE');
    this.#mapType = mapType;
  }

  /** The number of the Map at that tagged address; -1 if there is none. */
  indexOf(lower: number, upper: number): number {
    const mask = this.#mask;
    for (let slot = slotOf(lower, upper, mask); ; slot = (slot + 1) & mask) {
      const index = this.#indexOfSlot[slot];
      if (index === NONE) return this.#meet(lower, upper);
      if (this.lower[index] === lower && this.upper[index] === upper) return index;
    }
  }

  /** The number of the Map that begins the object at word `at`; -1 if no object begins there. */
  ofObject(at: number): number {
    const { u32 } = this.#memory;
    const lower = u32[2 * at];
    return (lower & 3) === 1 ? this.indexOf(lower, u32[2 * at + 1]) : NONE;
  }

  /** Whether a Map's objects are Maps. */
  isMeta(index: number): boolean {
    return this.type[index] === this.#mapType;
  }

  #meet(lower: number, upper: number): number {
    if ((lower & 7) !== 1) return NONE;
    const at = this.#memory.wordOf(lower, upper);
    if (at < 0 || !this.#isMap(at)) return NONE;
    return this.#add(lower, upper, at);
  }

  #isMap(at: number): boolean {
    const { u32 } = this.#memory;
    const lower = u32[2 * at];
    if ((lower & 7) !== 1) return false;
    const meta = this.#memory.wordOf(lower, u32[2 * at + 1]);
    if (meta < 0) return false;
    if (this.#metas.has(meta)) return true;
    if (u32[2 * meta] !== lower || u32[2 * meta + 1] !== u32[2 * at + 1]) return false;
    if (this.#typeAt(meta) !== this.#mapType) return false;
    this.#metas.add(meta);
    return true;
  }

  #typeAt(at: number): number {
    return this.#memory.u16[4 * at + this.#layout.map.instanceType / 2];
  }

  #add(lower: number, upper: number, at: number): number {
    if (this.length === this.at.length) this.#grow();
    const index = this.length++;
    const type = this.#typeAt(at);
    this.at[index] = at;
    this.lower[index] = lower;
    this.upper[index] = upper;
    this.type[index] = type;
    this.words[index] = this.#memory.u8[8 * at + this.#layout.map.instanceSizeInWords];
    const rule = ruleOf(this.#layout, this.#memory, type, at, this.words[index]);
    this.words[index] = rule.words;
    this.sizeKind[index] = rule.kind satisfies SizeKind;
    this.header[index] = rule.header;
    this.unit[index] = rule.unit;
    this.field[index] = rule.field;
    this.shift[index] = rule.shift;
    this.mask[index] = rule.mask;
    if (this.length * 2 > this.#mask) this.#rehash();
    else this.#insert(index);
    return index;
  }

  #insert(index: number): void {
    const mask = this.#mask;
    let slot = slotOf(this.lower[index], this.upper[index], mask);
    while (this.#indexOfSlot[slot] !== NONE) slot = (slot + 1) & mask;
    this.#indexOfSlot[slot] = index;
  }

  #rehash(): void {
    this.#indexOfSlot = new Int32Array((this.#mask + 1) * 2).fill(NONE);
    this.#mask = this.#indexOfSlot.length - 1;
    for (let index = 0; index < this.length; index++) this.#insert(index);
  }

  #grow(): void {
    this.at = doubled(this.at);
    this.lower = doubled(this.lower);
    this.upper = doubled(this.upper);
    this.type = doubled(this.type);
    this.words = doubled(this.words);
    this.sizeKind = doubled(this.sizeKind);
    this.header = doubled(this.header);
    this.unit = doubled(this.unit);
    this.field = doubled(this.field);
    this.shift = doubled(this.shift);
    this.mask = doubled(this.mask);
  }
}

function slotOf(lower: number, upper: number, mask: number): number {
  return (Math.imul((lower >>> 3) ^ Math.imul(upper, 0x85ebca6b), 0x9e3779b1) >>> 8) & mask;
}

function doubled<A extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(column: A): A {
  const longer = new (column.constructor as new (length: number) => A)(column.length * 2);
  longer.set(column);
  return longer;
}
