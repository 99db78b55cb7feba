/** The names of a scope's variables, by its ScopeInfo (src/objects/scope-info.tq): one answer for all scopes of it. */
import type { HeapWords } from '../objects.ts';
import type { PropertyLayouts } from './property-layouts.ts';

/** Of a ScopeInfo's flags: its function's own name has a slot too, behind the variables. */
const FUNCTION_VARIABLE = 0x3000;
const IN_CONTEXT = 0x2000;
const TYPE = 0xf;
/** From so many variables on a table has their names (a NameToIndexHashTable: count, deleted, capacity, then name and number). */
const INLINED_NAMES = 75;
const TABLE_ENTRIES = 5;
/** A count beyond that is none: it was read while the process ran. */
const MOST_VARIABLES = 1 << 20;

interface Scope {
  /** How many words of the scope come before its variables, the Map and the length aside. */
  readonly slots: number;
  /** Indexes of names, by variable; -1 where none is known. */
  readonly names: readonly number[];
}

interface Known {
  readonly names: readonly number[];
  readonly ownName: number;
}

const NOTHING: Scope = { slots: 2, names: [] };

export class ScopeNames {
  readonly #heap: HeapWords;
  readonly #properties: PropertyLayouts;
  readonly #ofInfo = new Map<number, Known>();

  constructor(heap: HeapWords, properties: PropertyLayouts) {
    this.#heap = heap;
    this.#properties = properties;
  }

  /** Of the Context at word `at`. */
  of(at: number): Scope {
    const { memory } = this.#heap;
    const info = memory.target(at + 2);
    if (info < 0) return NOTHING;
    let known = this.#ofInfo.get(info);
    if (known === undefined) {
      known = this.#read(info);
      this.#ofInfo.set(info, known);
    }
    const slots = memory.u32[2 * at + 3] - known.names.length - known.ownName;
    return slots === 2 || slots === 3 ? { slots, names: known.names } : NOTHING;
  }

  #read(info: number): Known {
    const { memory, layout } = this.#heap;
    const { header, flags: flagsAt, moduleType, moduleVariableCount } = layout.table.scopeInfo;
    const flags = memory.u32[2 * info + flagsAt / 4];
    const count = Math.min(memory.u32[2 * info + 7], MOST_VARIABLES);
    const first = info + header / 8 + Number((flags & TYPE) === moduleType && moduleVariableCount !== undefined);
    const names = count < INLINED_NAMES ? this.#inlined(first, count) : this.#inTable(memory.target(first), count);
    return { names, ownName: Number((flags & FUNCTION_VARIABLE) === IN_CONTEXT) };
  }

  #inlined(first: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.#name(first + i));
  }

  #inTable(table: number, count: number): number[] {
    const { memory } = this.#heap;
    const names = new Array<number>(count).fill(-1);
    const map = table < 0 ? -1 : this.#heap.maps.ofObject(table);
    if (map < 0) return names;
    const end = table + this.#heap.wordsOf(table, map);
    for (let word = table + TABLE_ENTRIES; word + 1 < end; word += 2) {
      const variable = memory.u32[2 * (word + 1) + 1];
      if ((memory.u32[2 * (word + 1)] & 1) === 0 && variable < count) names[variable] = this.#name(word);
    }
    return names;
  }

  /** Index of the string that the word points to; -1 for none. */
  #name(word: number): number {
    const at = this.#heap.memory.target(word);
    return at < 0 ? -1 : this.#properties.name(at);
  }
}
