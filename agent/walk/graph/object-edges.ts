/**
 * The edges of objects, as V8's heap snapshots have them: those with names first, then every other tagged word as a hidden edge
 * numbered by its word. A pointer counts only where an object of the walk begins.
 */
import { need } from '../../layout/layout.ts';
import type { HeapWords } from '../objects.ts';
import { CONTEXT, type EdgeList, ELEMENT, INTERNAL, PROPERTY, SHORTCUT, WEAK } from './edge-list.ts';
import {
  ARRAY_ELEMENTS,
  ARRAY_WORDS,
  BY_PLAN,
  BY_WORDS,
  DICTIONARY_ELEMENTS,
  type EdgePlan,
  EdgePlans,
  hiddenType,
  NO_ELEMENTS,
  OBJECT,
  SCOPE,
  WEAK_TABLE,
} from './edge-plans.ts';
import type { PairsByNode } from './ephemeron-pairs.ts';
import type { Names } from './names.ts';
import type { NodeIndex } from './node-index.ts';
import { ScopeNames } from './scope-names.ts';

/** From this index on, edges from arrays share a name: V8's own have as many names as the longest array has elements. */
const INDEX_NAMES = 1024;

export interface EdgeSources {
  readonly heap: HeapWords;
  readonly index: NodeIndex;
  readonly names: Names;
  /** The text of the string or symbol at a word. */
  readonly nameAt: (word: number) => string;
  /** The node of the memory that the ArrayBuffer at a word has outside, or -1. */
  readonly bufferOf: (word: number) => number;
  readonly pairs: PairsByNode;
}

export class ObjectEdges {
  readonly #heap: HeapWords;
  readonly #u32: Uint32Array;
  readonly #index: NodeIndex;
  readonly #names: Names;
  readonly #edges: EdgeList;
  readonly #plans: EdgePlans;
  readonly #scopes: ScopeNames;
  readonly #indexNames: Uint32Array;
  readonly #pairs: PairsByNode;
  readonly #bufferOf: (word: number) => number;
  readonly #name: Readonly<Record<'map' | 'proto' | 'prototype' | 'initialMap' | 'backingStore', number>>;
  readonly #scopeName: Readonly<Record<'info' | 'previous' | 'extension', number>>;
  /** Words of a NameDictionary before its entries, its length aside. */
  readonly #dictionaryPrefix: number;

  constructor({ heap, index, names, nameAt, bufferOf, pairs }: EdgeSources, edges: EdgeList) {
    this.#heap = heap;
    this.#u32 = heap.memory.u32;
    this.#index = index;
    this.#names = names;
    this.#edges = edges;
    this.#bufferOf = bufferOf;
    this.#pairs = pairs;
    const { layout } = heap;
    this.#plans = new EdgePlans(heap, index, names, nameAt);
    this.#scopes = new ScopeNames(heap, this.#plans.properties);
    this.#name = {
      map: names.of('map'),
      proto: names.of('__proto__'),
      prototype: names.of('prototype'),
      initialMap: names.of('initial_map'),
      backingStore: names.of('backing_store'),
    };
    this.#scopeName = {
      info: names.of('scope_info'),
      previous: names.of('previous'),
      extension: names.of('extension'),
    };
    this.#indexNames = Uint32Array.from({ length: INDEX_NAMES + 1 }, (_, i) => names.of(String(i)));
    this.#dictionaryPrefix =
      need(layout.constants, 'namedictionary_prefix_start_index', layout.v8) +
      need(layout.constants, 'namedictionaryshape_prefix_size', layout.v8);
  }

  /** Adds the edges of the objects from node `from` to before `to`, and says in `firstEdge` where each one's begin. */
  add(from: number, to: number, firstEdge: Uint32Array): void {
    const { at, map } = this.#index;
    const edges = this.#edges;
    const plans = this.#plans;
    for (let node = from; node < to; node++) {
      firstEdge[node] = edges.length;
      const plan = plans.of(map[node]);
      if (plan.map >= 0) edges.add(plan.map, INTERNAL, this.#name.map);
      this.#more(plan, node, at[node]);
      if (this.#pairs.hasKey(node)) {
        for (const { value, label } of this.#pairs.ofKey(node)) edges.add(value, INTERNAL, label);
      }
    }
  }

  #more(plan: EdgePlan, node: number, at: number): void {
    switch (plan.how) {
      case OBJECT:
        this.#object(plan, at);
        this.#unnamed(plan.hidden, at);
        break;
      case BY_PLAN:
        this.#named(plan.named, at);
        this.#unnamed(plan.hidden, at);
        break;
      case ARRAY_WORDS:
        this.#array(at, this.#index.wordsOf(node));
        break;
      case BY_WORDS:
        this.#byWords(plan, at, Math.min(this.#index.wordsOf(node), plan.mostWords));
        break;
      case SCOPE:
        this.#scope(at, this.#index.wordsOf(node));
        break;
      case WEAK_TABLE:
        this.#weakTable(node, at, this.#index.wordsOf(node));
    }
  }

  #field(word: number, type: number, name: number): void {
    const node = this.#index.target(word);
    if (node >= 0) this.#edges.add(node, type, name);
  }

  /** How many words the object at that word has; 0 if it is none of the walk. */
  #wordsAt(at: number): number {
    const node = this.#index.nodeAt(at);
    return node < 0 ? 0 : this.#index.wordsOf(node);
  }

  /** A word of the object at `at` that has no name. */
  #hidden(at: number, word: number): void {
    const tag = this.#u32[2 * (at + word)] & 3;
    if ((tag & 1) === 0) return;
    const node = this.#index.target(at + word);
    if (node >= 0) this.#edges.add(node, hiddenType(tag), word);
  }

  #named(triples: readonly number[], at: number): void {
    for (let i = 0; i < triples.length; i += 3) this.#field(at + triples[i], triples[i + 1], triples[i + 2]);
  }

  #unnamed(words: readonly number[], at: number): void {
    for (let i = 0; i < words.length; i++) this.#hidden(at, words[i]);
  }

  #byWords({ named, isNamed }: EdgePlan, at: number, words: number): void {
    for (let i = 0; i < named.length; i += 3) {
      if (named[i] < words) this.#field(at + named[i], named[i + 1], named[i + 2]);
    }
    for (let word = 1; word < words; word++) {
      if (word >= isNamed.length || isNamed[word] === 0) this.#hidden(at, word);
    }
  }

  #array(at: number, words: number): void {
    const [u32, index, edges, names] = [this.#u32, this.#index, this.#edges, this.#indexNames];
    for (let word = 2; word < words; word++) {
      const tag = u32[2 * (at + word)] & 3;
      if ((tag & 1) === 0) continue;
      const node = index.target(at + word);
      if (node >= 0) edges.add(node, tag === 3 ? WEAK : INTERNAL, names[Math.min(word - 2, INDEX_NAMES)]);
    }
  }

  #weakTable(node: number, at: number, words: number): void {
    for (let word = 2; word < words; word++)
      this.#field(at + word, WEAK, this.#indexNames[Math.min(word - 2, INDEX_NAMES)]);
    for (const { value, label } of this.#pairs.ofTable(node)) this.#edges.add(value, INTERNAL, label);
  }

  /** Its variables by the names in its ScopeInfo (src/objects/contexts.h). */
  #scope(at: number, words: number): void {
    const { slots, names } = this.#scopes.of(at);
    const end = Math.min(words, 2 + slots + names.length);
    for (let word = 2 + slots; word < end; word++) {
      const name = names[word - 2 - slots];
      if (name >= 0) this.#field(at + word, CONTEXT, name);
      else this.#hidden(at, word);
    }
    const { info, previous, extension } = this.#scopeName;
    if (slots === WITH_EXTENSION) this.#field(at + 4, INTERNAL, extension);
    this.#field(at + 2, INTERNAL, info);
    this.#field(at + 3, INTERNAL, previous);
    for (let word = Math.max(4, end); word < words; word++) this.#hidden(at, word);
  }

  #object(plan: EdgePlan, at: number): void {
    const { inObject, outOfObject, shared } = plan;
    const edges = this.#edges;
    for (let i = 0; i < inObject.length; i += 2) this.#field(at + inObject[i], PROPERTY, inObject[i + 1]);
    if (outOfObject.length > 0) this.#outOfObject(outOfObject, at);
    for (let i = 0; i < shared.length; i += 3) edges.add(shared[i], shared[i + 1], shared[i + 2]);
    if (plan.isDictionary) this.#dictionary(at);
    if (plan.elements !== NO_ELEMENTS) this.#elements(plan.elements, at);
    if (plan.proto >= 0) edges.add(plan.proto, PROPERTY, this.#name.proto);
    if (plan.prototypeWord > 0) this.#prototype(at + plan.prototypeWord);
    this.#named(plan.named, at);
    if (plan.isBound) this.#bound(at);
    if (plan.isBuffer) this.#buffer(at);
  }

  #outOfObject(pairs: readonly number[], at: number): void {
    const properties = this.#heap.memory.target(at + 1);
    if (properties < 0) return;
    for (let i = 0; i < pairs.length; i += 2) this.#field(properties + pairs[i], PROPERTY, pairs[i + 1]);
  }

  #buffer(at: number): void {
    const buffer = this.#bufferOf(at);
    if (buffer >= 0) this.#edges.add(buffer, INTERNAL, this.#name.backingStore);
  }

  /** NameDictionary: key, value, details; GlobalDictionary: cells that have their name (src/objects/dictionary.h). */
  #dictionary(at: number): void {
    const { memory, maps, layout } = this.#heap;
    const table = memory.target(at + 1);
    const map = table < 0 ? -1 : maps.ofObject(table);
    const type = map < 0 ? undefined : layout.typeNames.get(maps.type[map]);
    if (type === 'GLOBAL_DICTIONARY') this.#globals(table);
    if (type !== 'NAME_DICTIONARY') return;
    const end = table + this.#wordsAt(table) - 2;
    for (let word = table + 2 + this.#dictionaryPrefix; word < end; word += 3) {
      if (this.#index.target(word) >= 0) this.#property(word + 1, memory.target(word));
    }
  }

  #globals(table: number): void {
    const { memory, maps, layout } = this.#heap;
    const end = table + this.#wordsAt(table);
    for (let word = table + 2; word < end; word++) {
      const cell = memory.target(word);
      const map = cell < 0 ? -1 : maps.ofObject(cell);
      if (map < 0 || layout.typeNames.get(maps.type[map]) !== 'PROPERTY_CELL') continue;
      const key = memory.target(cell + 1);
      if (key >= 0) this.#property(cell + 3, key);
    }
  }

  /** @param key the word of its name */
  #property(word: number, key: number): void {
    const edges = this.#edges;
    this.#plans.eachEnd(word, this.#plans.properties.name(key), (node, type, name) => edges.add(node, type, name));
  }

  #elements(kind: number, at: number): void {
    const { memory } = this.#heap;
    const store = memory.target(at + 2);
    if (store < 0) return;
    if (kind === DICTIONARY_ELEMENTS) {
      this.#dictionaryElements(store);
      return;
    }
    const room = this.#wordsAt(store) - 2;
    const length = kind === ARRAY_ELEMENTS ? Math.min(memory.u32[2 * (at + 3) + 1], room) : room;
    for (let i = 0; i < length; i++) this.#field(store + 2 + i, ELEMENT, i);
  }

  /** NumberDictionary: three words of the table, the largest key; then key, value, details. */
  #dictionaryElements(store: number): void {
    const u32 = this.#u32;
    const end = store + this.#wordsAt(store) - 2;
    for (let word = store + 6; word < end; word += 3) {
      if ((u32[2 * word] & 1) === 0) this.#field(word + 1, ELEMENT, u32[2 * word + 1]);
    }
  }

  /** What a function's `prototype` is: an object, or that of the Map for what it makes. */
  #prototype(word: number): void {
    const { memory, maps, layout } = this.#heap;
    const held = memory.target(word);
    const map = held < 0 ? -1 : maps.ofObject(held);
    if (map >= 0 && maps.isMeta(map)) {
      this.#field(held + layout.map.prototype / 8, PROPERTY, this.#name.prototype);
      this.#field(word, INTERNAL, this.#name.initialMap);
    } else this.#field(word, PROPERTY, this.#name.prototype);
  }

  #bound(at: number): void {
    const { memory } = this.#heap;
    const list = memory.target(at + 5);
    if (list < 0) return;
    for (let i = 0; i < this.#wordsAt(list) - 2; i++) {
      this.#field(list + 2 + i, SHORTCUT, this.#names.of(`bound_argument_${i}`));
    }
  }
}

/** Scope info, the scope around it, then what `eval` or `with` added to it. */
const WITH_EXTENSION = 3;
