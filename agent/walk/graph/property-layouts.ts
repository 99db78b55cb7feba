/**
 * Where objects of a Map hold their properties, as its descriptors say (src/objects/descriptor-array.h,
 * property-details.h). One answer for all objects of the Map.
 */
import { need } from '../../layout/layout.ts';
import type { HeapWords } from '../objects.ts';
import type { Names } from './names.ts';

export interface PropertyLayout {
  /** Word in the object, name: in pairs. */
  readonly inObject: readonly number[];
  /** Word in the array of properties, name: in pairs. */
  readonly outOfObject: readonly number[];
  /** Word in the image, name: in pairs. What all objects of the Map share. */
  readonly constant: readonly number[];
}

/** V8's representations of what is in no edge by name: small integers, and doubles in a box of their own. */
const SMI = 1;
const DOUBLE = 2;

export class PropertyLayouts {
  readonly #heap: HeapWords;
  readonly #names: Names;
  readonly #nameAt: (word: number) => string;
  readonly #header: number;
  readonly #constants: Readonly<
    Record<'location' | 'index' | 'indexShift' | 'representation' | 'representationShift' | 'dictionary', number>
  >;
  readonly #nameIndex = new Map<number, number>();

  /** @param nameAt the text of the string or symbol at a word, as an edge's name */
  constructor(heap: HeapWords, names: Names, nameAt: (word: number) => string) {
    this.#heap = heap;
    this.#names = names;
    this.#nameAt = nameAt;
    const constant = (name: string): number => need(heap.layout.constants, name, heap.layout.v8);
    this.#header = constant('class_DescriptorArray__header_size__') / 8;
    this.#constants = {
      location: constant('prop_location_mask'),
      index: constant('prop_index_mask'),
      indexShift: constant('prop_index_shift'),
      representation: constant('prop_representation_mask'),
      representationShift: constant('prop_representation_shift'),
      dictionary: 1 << constant('bit_field3_is_dictionary_map_shift'),
    };
  }

  isDictionary(map: number): boolean {
    return (this.#bits3(map) & this.#constants.dictionary) !== 0;
  }

  /** Index of the name at that word. */
  name(word: number): number {
    let index = this.#nameIndex.get(word);
    if (index === undefined) {
      index = this.#names.of(this.#nameAt(word));
      this.#nameIndex.set(word, index);
    }
    return index;
  }

  #bits3(map: number): number {
    const { memory, maps, layout } = this.#heap;
    return memory.u32[2 * maps.at[map] + layout.map.bitField3 / 4];
  }

  /** Reads them anew each time. */
  of(map: number): PropertyLayout {
    const { memory, maps, layout } = this.#heap;
    const found = { inObject: [] as number[], outOfObject: [] as number[], constant: [] as number[] };
    const descriptors = memory.target(maps.at[map] + layout.map.descriptors / 8);
    if (descriptors < 0) return found;
    const { location, index, indexShift, representation, representationShift } = this.#constants;
    const start = memory.u8[8 * maps.at[map] + layout.map.inobjectStart];
    const inObject = maps.words[map] - start;
    const own = (this.#bits3(map) >>> 10) & 0x3ff;
    for (let i = 0; i < own; i++) {
      const word = descriptors + this.#header + 3 * i;
      const key = memory.target(word);
      if (key < 0) continue;
      const details = memory.u32[2 * (word + 1) + 1];
      if ((details & location) !== 0) {
        found.constant.push(word + 2, this.name(key));
        continue;
      }
      const kind = (details & representation) >>> representationShift;
      if (kind === SMI || kind === DOUBLE) continue;
      const field = (details & index) >>> indexShift;
      if (field < inObject) found.inObject.push(start + field, this.name(key));
      else found.outOfObject.push(2 + field - inObject, this.name(key));
    }
    return found;
  }
}
