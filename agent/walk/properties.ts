/** An object's own properties, as far as naming its class needs them: data properties by the name's identity. */
import { need } from '../layout/layout.ts';
import type { HeapWords } from './objects.ts';

const NOT_FOUND = -1;
/** Of bit_field3 (src/objects/map.tq), V8 10.2 to 14.6. */
const MAY_HAVE_INTERESTING_PROPERTIES = 1 << 28;
/** Dictionaries of prototypes are small; a longer one is a table of the program's. */
const LARGEST_DICTIONARY = 1 << 16;

export class Properties {
  readonly #heap: HeapWords;
  readonly #descriptorsHeader: number;
  readonly #dictionaryStart: number;
  readonly #isDictionary: number;
  readonly #kindMask: number;
  readonly #locationMask: number;
  readonly #indexMask: number;
  readonly #indexShift: number;
  readonly #nameDictionary: number | undefined;

  constructor(heap: HeapWords) {
    this.#heap = heap;
    const { constants, v8, typeOf } = heap.layout;
    const constant = (name: string): number => need(constants, name, v8);
    this.#descriptorsHeader = constant('class_DescriptorArray__header_size__') / 8;
    // behind the header of the array: three counts, the dictionary's own, then entries of three
    this.#dictionaryStart =
      2 + constant('namedictionary_prefix_start_index') + constant('namedictionaryshape_prefix_size');
    this.#isDictionary = 1 << constant('bit_field3_is_dictionary_map_shift');
    this.#kindMask = constant('prop_kind_mask');
    this.#locationMask = constant('prop_location_mask');
    this.#indexMask = constant('prop_index_mask');
    this.#indexShift = constant('prop_index_shift');
    this.#nameDictionary = typeOf.get('NAME_DICTIONARY');
  }

  /** Whether objects of that Map keep their properties in a dictionary. */
  isDictionary(map: number): boolean {
    return (this.#bits3(map) & this.#isDictionary) !== 0;
  }

  /**
   * The word that holds the value of the own data property of the object at `at`, whose name is the object at word `key`; -1 if it
   * has none, or an accessor.
   */
  find(at: number, map: number, key: number): number {
    return this.isDictionary(map) ? this.#inDictionary(at, key) : this.#inDescriptors(at, map, key);
  }

  /** Whether objects of that Map can have a property named by one of V8's interesting symbols, of which toStringTag is one. */
  mayBeInteresting(map: number): boolean {
    return (this.#bits3(map) & MAY_HAVE_INTERESTING_PROPERTIES) !== 0;
  }

  /** Whether objects of that Map can have a property of that name; in dictionaries each says for itself. */
  mayHave(map: number, key: number): boolean {
    return this.isDictionary(map) || this.#descriptorOf(map, key) >= 0;
  }

  #bits3(map: number): number {
    const { memory, maps, layout } = this.#heap;
    return memory.u32[2 * maps.at[map] + layout.map.bitField3 / 4];
  }

  /** The word of the descriptor's key, or -1. */
  #descriptorOf(map: number, key: number): number {
    const { memory, maps, layout } = this.#heap;
    const descriptors = memory.target(maps.at[map] + layout.map.descriptors / 8);
    if (descriptors < 0) return NOT_FOUND;
    const own = (this.#bits3(map) >>> 10) & 0x3ff;
    for (let i = 0; i < own; i++) {
      const word = descriptors + this.#descriptorsHeader + 3 * i;
      if (memory.target(word) === key) return word;
    }
    return NOT_FOUND;
  }

  #inDescriptors(at: number, map: number, key: number): number {
    const { memory, maps, layout } = this.#heap;
    const word = this.#descriptorOf(map, key);
    if (word < 0) return NOT_FOUND;
    const details = memory.u32[2 * (word + 1) + 1];
    if ((details & this.#kindMask) !== 0) return NOT_FOUND;
    if ((details & this.#locationMask) !== 0) return word + 2;
    const index = (details & this.#indexMask) >>> this.#indexShift;
    const start = memory.u8[8 * maps.at[map] + layout.map.inobjectStart];
    const inObject = maps.words[map] - start;
    if (index < inObject) return at + start + index;
    const properties = memory.target(at + 1);
    return properties < 0 ? NOT_FOUND : properties + 2 + index - inObject;
  }

  #inDictionary(at: number, key: number): number {
    const { memory, maps } = this.#heap;
    const dictionary = memory.target(at + 1);
    const map = dictionary < 0 ? -1 : maps.ofObject(dictionary);
    if (map < 0 || maps.type[map] !== this.#nameDictionary) return NOT_FOUND;
    const capacity = memory.u32[2 * (dictionary + 4) + 1];
    if (capacity > LARGEST_DICTIONARY) return NOT_FOUND;
    for (let entry = 0; entry < capacity; entry++) {
      const word = dictionary + this.#dictionaryStart + 3 * entry;
      if (memory.target(word) !== key) continue;
      const details = memory.u32[2 * (word + 2) + 1];
      return (details & this.#kindMask) === 0 ? word + 1 : NOT_FOUND;
    }
    return NOT_FOUND;
  }
}
