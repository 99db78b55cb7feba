/**
 * What the edges of all objects of a Map have in common, worked out when the first of them is met: which words have which names,
 * which do not, and where edges lead that are the same for each.
 */
import type { HeapWords } from '../objects.ts';
import { FIXED } from '../sizes.ts';
import { HIDDEN, INTERNAL, PROPERTY, WEAK } from './edge-list.ts';
import {
  ARRAY,
  CONTEXT_OF,
  FUNCTION,
  HEADER_ONLY,
  type NamedField,
  RAW,
  RECEIVER,
  TABLE_OF_WEAK,
  type TypeShape,
  typeShapes,
} from './layouts.ts';
import type { Names } from './names.ts';
import type { NodeIndex } from './node-index.ts';
import { PropertyLayouts } from './property-layouts.ts';

/** How an object's edges are found. */
const NO_MORE = 0;
/** The plan says all: every object has the same words. */
export const BY_PLAN = 1;
/** Of the words behind those with names any may lead somewhere. */
export const BY_WORDS = 2;
export const ARRAY_WORDS = 3;
export const WEAK_TABLE = 4;
export const SCOPE = 5;
/** As BY_PLAN, and what the flags say. */
export const OBJECT = 6;

/** What its elements are. */
export const NO_ELEMENTS = 0;
export const ARRAY_ELEMENTS = 1;
const ALL_ELEMENTS = 2;
export const DICTIONARY_ELEMENTS = 3;

/** Words of bytecode that hold pointers. */
const BYTECODE_HEADER = 5;

/** Lists are flat: `pairs` are word and name, `triples` word (or node), type and name. */
export interface EdgePlan {
  readonly how: number;
  /** The node of the Map; -1 if it is none of the walk. */
  readonly map: number;
  readonly isDictionary: boolean;
  /** Pairs: words of the object. */
  readonly inObject: readonly number[];
  /** Pairs: words of its array of properties. */
  readonly outOfObject: readonly number[];
  /** Triples: nodes, the same for all. */
  readonly shared: readonly number[];
  readonly elements: number;
  /** The node of the prototype or -1. */
  readonly proto: number;
  /** The word of a function that has its prototype, or the Map of what it makes; 0 for none. */
  readonly prototypeWord: number;
  /** Triples: words. */
  readonly named: readonly number[];
  readonly isBound: boolean;
  readonly isBuffer: boolean;
  /** Words without a name. */
  readonly hidden: readonly number[];
  /** Where words differ in number: 1 for those that have a name, and how many are looked at. */
  readonly isNamed: Uint8Array;
  readonly mostWords: number;
}

export class EdgePlans {
  readonly properties: PropertyLayouts;
  readonly #heap: HeapWords;
  readonly #index: NodeIndex;
  readonly #names: Names;
  readonly #shapes: readonly TypeShape[];
  readonly #ofMap: (EdgePlan | undefined)[] = [];
  readonly #functionPrototype: number;
  readonly #dictionaryElements: number;

  /** @param nameAt the text of the string or symbol at a word */
  constructor(heap: HeapWords, index: NodeIndex, names: Names, nameAt: (word: number) => string) {
    this.#heap = heap;
    this.#index = index;
    this.#names = names;
    const { layout } = heap;
    this.#shapes = typeShapes(layout);
    this.properties = new PropertyLayouts(heap, names, nameAt);
    let prototype = 0;
    for (const [name, value] of layout.constants) {
      if (name.startsWith('class_JSFunction__prototype_or_initial_map__')) prototype = value / 8;
    }
    this.#functionPrototype = prototype;
    this.#dictionaryElements = layout.constants.get('elements_dictionary_elements') ?? -1;
  }

  of(map: number): EdgePlan {
    return this.#ofMap[map] ?? this.#make(map);
  }

  #make(map: number): EdgePlan {
    const { maps } = this.#heap;
    const shape = this.#shapes[maps.type[map]] as TypeShape | undefined;
    const plan =
      shape?.how === RECEIVER || shape?.how === FUNCTION ? this.#object(map, shape) : this.#other(map, shape);
    // a list without holes is found in one step
    for (let before = this.#ofMap.length; before < map; before++) this.#ofMap.push(undefined);
    this.#ofMap[map] = plan;
    return plan;
  }

  #other(map: number, shape: TypeShape | undefined): EdgePlan {
    const { maps } = this.#heap;
    const plan = { ...NOTHING, map: this.#index.endAt(maps.at[map]), how: howOf(shape?.how) };
    if (plan.how !== BY_WORDS) return plan;
    const fields = shape?.fields ?? [];
    if (maps.sizeKind[map] === FIXED && shape?.how !== HEADER_ONLY) {
      const words = maps.words[map];
      const own = fields.filter(({ word }) => word < words);
      return { ...plan, how: BY_PLAN, named: this.#triples(own), hidden: unnamed(words, this.#wordsOf(own)) };
    }
    const last = fields.reduce((most, { word }) => Math.max(most, word), 0);
    const isNamed = new Uint8Array(1 + last);
    for (const { word } of fields) isNamed[word] = 1;
    const mostWords = shape?.how === HEADER_ONLY ? BYTECODE_HEADER : Number.POSITIVE_INFINITY;
    return { ...plan, named: this.#triples(fields), isNamed, mostWords };
  }

  #object(map: number, { how, fields }: TypeShape): EdgePlan {
    const { maps, memory, layout } = this.#heap;
    const words = maps.words[map];
    const type = layout.typeNames.get(maps.type[map]);
    const own = [...fields.filter(({ word }) => word < words), ...STORES];
    const isDictionary = this.properties.isDictionary(map);
    const { inObject, outOfObject, constant } = isDictionary ? NO_PROPERTIES : this.properties.of(map);
    const hasPrototype = how === FUNCTION && (memory.u8[8 * maps.at[map] + layout.map.bitField] & 0x80) !== 0;
    const prototypeWord = hasPrototype ? this.#functionPrototype : 0;
    return {
      ...NOTHING,
      how: OBJECT,
      map: this.#index.endAt(maps.at[map]),
      isDictionary,
      inObject,
      outOfObject,
      shared: this.#sharedBy(constant),
      elements: this.#elementsOf(map, type === 'JS_ARRAY'),
      proto: this.#index.target(maps.at[map] + layout.map.prototype / 8),
      prototypeWord,
      named: this.#triples(own),
      isBound: type === 'JS_BOUND_FUNCTION',
      isBuffer: type === 'JS_ARRAY_BUFFER',
      hidden: unnamed(words, [...evens(inObject), ...this.#wordsOf(own), prototypeWord]),
    };
  }

  #wordsOf(fields: readonly NamedField[]): number[] {
    return fields.map(({ word }) => word);
  }

  #triples(fields: readonly NamedField[]): number[] {
    return fields.flatMap(({ word, name, weak }) => [word, weak === true ? WEAK : INTERNAL, this.#names.of(name)]);
  }

  #elementsOf(map: number, isArray: boolean): number {
    const { memory, maps, layout } = this.#heap;
    const kind = memory.u8[8 * maps.at[map] + layout.map.bitField2] >>> 2;
    if (kind === this.#dictionaryElements) return DICTIONARY_ELEMENTS;
    if (kind !== PACKED_ELEMENTS && kind !== HOLEY_ELEMENTS) return NO_ELEMENTS;
    return isArray ? ARRAY_ELEMENTS : ALL_ELEMENTS;
  }

  /** What the descriptors themselves hold. */
  #sharedBy(constant: readonly number[]): number[] {
    const triples: number[] = [];
    const add = (node: number, type: number, name: number): void => {
      triples.push(node, type, name);
    };
    for (let i = 0; i < constant.length; i += 2) this.eachEnd(constant[i], constant[i + 1], add);
    return triples;
  }

  /** What is in a word of the image under a name: an accessor is its two functions. */
  eachEnd(word: number, name: number, visit: (node: number, type: number, name: number) => void): void {
    const node = this.#index.target(word);
    if (node < 0) return;
    const { memory, maps, layout } = this.#heap;
    const type = layout.typeNames.get(maps.type[this.#index.map[node]]);
    // V8's own accessors, `length` and `name` of a function: what they give is nowhere
    if (type === 'ACCESSOR_INFO') return;
    if (type !== 'ACCESSOR_PAIR') {
      visit(node, PROPERTY, name);
      return;
    }
    const at = memory.target(word);
    for (const [field, prefix] of ACCESSORS) {
      const made = this.#index.target(at + field);
      if (made >= 0) visit(made, PROPERTY, this.#names.of(`${prefix} ${this.#names.text(name)}`));
    }
  }
}

/** V8's kinds of elements that are tagged pointers (src/objects/elements-kind.h). */
const PACKED_ELEMENTS = 2;
const HOLEY_ELEMENTS = 3;

const ACCESSORS = [
  [1, 'get'],
  [2, 'set'],
] as const;

const STORES: readonly NamedField[] = [
  { word: 1, name: 'properties' },
  { word: 2, name: 'elements' },
];

const NO_PROPERTIES = { inObject: [], outOfObject: [], constant: [] };

const NOTHING: EdgePlan = {
  how: NO_MORE,
  map: -1,
  isDictionary: false,
  inObject: [],
  outOfObject: [],
  shared: [],
  elements: NO_ELEMENTS,
  proto: -1,
  prototypeWord: 0,
  named: [],
  isBound: false,
  isBuffer: false,
  hidden: [],
  isNamed: new Uint8Array(0),
  mostWords: 0,
};

function howOf(shape: number | undefined): number {
  switch (shape) {
    case RAW:
      return NO_MORE;
    case ARRAY:
      return ARRAY_WORDS;
    case TABLE_OF_WEAK:
      return WEAK_TABLE;
    case CONTEXT_OF:
      return SCOPE;
    default:
      return BY_WORDS;
  }
}

function evens(pairs: readonly number[]): number[] {
  return pairs.filter((_, i) => i % 2 === 0);
}

/** Words of an object behind its Map that are not in `named`. */
function unnamed(words: number, named: readonly number[]): number[] {
  const has = new Set(named);
  return Array.from({ length: Math.max(0, words - 1) }, (_, i) => i + 1).filter((word) => !has.has(word));
}

/** The type of an edge without a name: a weak pointer has the lowest two bits of its word set. */
export function hiddenType(tag: number): number {
  return tag === 3 ? WEAK : HIDDEN;
}
