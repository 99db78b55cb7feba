/** What a function is called and where it is written, by its SharedFunctionInfo (src/objects/shared-function-info.tq). */
import { need } from '../layout/layout.ts';
import type { HeapWords } from './objects.ts';
import { Strings } from './strings.ts';

export interface FunctionPlace {
  /** The script's name: a path or URL; empty for evaluated text. */
  readonly url: string;
  /** From 0 on, both. */
  readonly line: number;
  readonly column: number;
}

/** Sources longer than that are not searched for the line of a function. */
const LONGEST_SOURCE = 2 ** 26;
const PIECE = 2 ** 16;
const INLINED_NAMES = 75;
const FUNCTION_VARIABLE = 0x3000;
const INFERRED_NAME = 1 << 14;
const SAVED_CLASS_VARIABLE = 1 << 10;

export class Functions {
  readonly #heap: HeapWords;
  readonly strings: Strings;
  readonly #sharedOfFunction: number;
  readonly #name: number;
  readonly #script: number;
  readonly #data: readonly number[];
  readonly #scriptType: number | undefined;
  readonly #scopeInfoType: number | undefined;
  readonly #names = new Map<number, string>();
  readonly #places = new Map<number, FunctionPlace | undefined>();
  /** Starts of the lines of each script, by its word. */
  readonly #lines = new Map<number, Uint32Array | null>();

  constructor(heap: HeapWords) {
    this.#heap = heap;
    this.strings = new Strings(heap);
    const { constants, v8, typeOf } = heap.layout;
    this.#sharedOfFunction = need(constants, 'class_JSFunction__shared__', v8) / 8;
    this.#name = need(constants, 'class_SharedFunctionInfo__name_or_scope_info__', v8) / 8;
    this.#script =
      (find(constants, 'class_SharedFunctionInfo__script') ??
        need(constants, 'class_SharedFunctionInfo__raw_script__', v8)) / 8;
    // function_data is the first field; from V8 13 on there are two, trusted and not
    this.#data = [1, 2].slice(0, this.#name - 1);
    this.#scriptType = typeOf.get('SCRIPT');
    this.#scopeInfoType = typeOf.get('SCOPE_INFO');
  }

  /** The SharedFunctionInfo of the function at word `at`, or -1. */
  sharedOf(at: number): number {
    return this.#heap.memory.target(at + this.#sharedOfFunction);
  }

  /** V8's debug name: the function's own, or what V8 inferred; empty if neither. */
  nameOf(shared: number): string {
    let name = this.#names.get(shared);
    if (name === undefined) {
      name = this.#readName(shared);
      this.#names.set(shared, name);
    }
    return name;
  }

  /** The name that it has itself, as snapshots show it; empty where V8 could only infer one. */
  ownNameOf(shared: number): string {
    if (shared < 0) return '';
    const { memory } = this.#heap;
    const at = memory.target(shared + this.#name);
    if (this.strings.isString(at)) return this.strings.textOf(at) ?? '';
    if (!this.#isType(at, this.#scopeInfoType)) return '';
    const { word, flags } = this.#scopeNames(at);
    return (flags & FUNCTION_VARIABLE) === 0 ? '' : (this.strings.textOf(memory.target(word)) ?? '');
  }

  /** Where it is written; undefined for what is built into V8 or comes from C++. */
  placeOf(shared: number): FunctionPlace | undefined {
    if (!this.#places.has(shared)) this.#places.set(shared, this.#readPlace(shared));
    return this.#places.get(shared);
  }

  /** Whether it comes from a script. */
  hasScript(shared: number): boolean {
    return this.#isType(this.#heap.memory.target(shared + this.#script), this.#scriptType);
  }

  /** What V8 keeps for the function: bytecode, a template, what is not compiled yet. */
  dataOf(shared: number): number[] {
    return shared < 0 ? [] : this.#data.map((field) => this.#heap.memory.target(shared + field));
  }

  #readName(shared: number): string {
    return this.ownNameOf(shared) || this.#inferredName(shared);
  }

  /** What V8 inferred for one that is compiled is in its ScopeInfo. */
  #inferredName(shared: number): string {
    if (shared < 0) return '';
    const { memory } = this.#heap;
    const info = memory.target(shared + this.#name);
    if (!this.#isType(info, this.#scopeInfoType)) return this.#inferredByData(shared);
    const { word, flags } = this.#scopeNames(info);
    if ((flags & INFERRED_NAME) === 0) return '';
    const inferred = word + ((flags & FUNCTION_VARIABLE) === 0 ? 0 : 2);
    return this.strings.textOf(memory.target(inferred)) ?? '';
  }

  /** Where the names of the function itself are, behind those of its variables (src/objects/scope-info.tq). */
  #scopeNames(info: number): { readonly word: number; readonly flags: number } {
    const { u32 } = this.#heap.memory;
    const { header, flags: flagsAt, moduleType, moduleVariableCount } = this.#heap.layout.table.scopeInfo;
    const flags = u32[2 * info + flagsAt / 4];
    const variables = u32[2 * info + 7];
    let word = info + header / 8 + variables + (variables < INLINED_NAMES ? variables : 1);
    if ((flags & 0xf) === moduleType && moduleVariableCount !== undefined) word++;
    if ((flags & SAVED_CLASS_VARIABLE) !== 0) word++;
    return { word, flags };
  }

  /** One that is not has what V8 inferred in its UncompiledData. */
  #inferredByData(shared: number): string {
    const { memory } = this.#heap;
    const data = this.#uncompiledData(shared);
    return data < 0 ? '' : (this.strings.textOf(memory.target(data + 1)) ?? '');
  }

  #uncompiledData(shared: number): number {
    const { maps, layout } = this.#heap;
    for (const data of this.dataOf(shared)) {
      const map = data < 0 ? -1 : maps.ofObject(data);
      if (map >= 0 && layout.typeNames.get(maps.type[map])?.startsWith('UNCOMPILED_DATA_')) return data;
    }
    return -1;
  }

  #readPlace(shared: number): FunctionPlace | undefined {
    if (shared < 0 || !this.hasScript(shared)) return undefined;
    const { memory, layout } = this.#heap;
    const script = memory.target(shared + this.#script);
    const position = this.#startOf(shared);
    if (position === undefined) return undefined;
    const field = (name: string): number =>
      memory.target(script + need(layout.constants, `class_Script__${name}__`, layout.v8) / 8);
    let lines = this.#lines.get(script);
    if (lines === undefined) {
      lines = this.#linesOf(field('source'));
      this.#lines.set(script, lines);
    }
    if (lines === null) return undefined;
    const line = lastAtMost(lines, position);
    return { url: this.strings.textOf(field('name')) ?? '', line, column: position - lines[line] };
  }

  /** Where the lines of a source begin, in characters; null for what is no text that can be read. */
  #linesOf(source: number): Uint32Array | null {
    if (!this.strings.isString(source)) return null;
    const length = this.strings.lengthOf(source);
    if (length > LONGEST_SOURCE) return null;
    const starts = [0];
    for (let from = 0; from < length; from += PIECE) {
      const text = this.strings.slice(source, from, PIECE);
      if (text === undefined) return null;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(from + at + 1);
    }
    return Uint32Array.from(starts);
  }

  /** Where its text begins, in characters of the script. */
  #startOf(shared: number): number | undefined {
    const { memory, layout } = this.#heap;
    const { u32 } = memory;
    const scopeInfo = memory.target(shared + this.#name);
    if (!this.#isType(scopeInfo, this.#scopeInfoType)) {
      const data = this.#uncompiledData(shared);
      const at = need(layout.constants, 'class_UncompiledData__start_position__', layout.v8);
      return data < 0 ? undefined : u32[2 * data + at / 4];
    }
    const { header, flags: flagsAt, positions } = layout.table.scopeInfo;
    // from V8 13 on the positions are the last two of the fields that are always there
    if (positions === undefined) return u32[2 * (scopeInfo + 4) + 1];
    const flags = u32[2 * scopeInfo + flagsAt / 4];
    const variables = u32[2 * scopeInfo + 7];
    let word = scopeInfo + header / 8 + variables + (variables < INLINED_NAMES ? variables : 1);
    if ((flags & 0xf) === layout.table.scopeInfo.moduleType && layout.table.scopeInfo.moduleVariableCount !== undefined)
      word++;
    if ((flags & SAVED_CLASS_VARIABLE) !== 0) word++;
    if ((flags & FUNCTION_VARIABLE) !== 0) word += 2;
    if ((flags & INFERRED_NAME) !== 0) word++;
    return u32[2 * word + 1];
  }

  #isType(at: number, type: number | undefined): boolean {
    const map = at < 0 ? -1 : this.#heap.maps.ofObject(at);
    return map >= 0 && this.#heap.maps.type[map] === type;
  }
}

function find(constants: ReadonlyMap<string, number>, prefix: string): number | undefined {
  for (const [name, value] of constants) if (name.startsWith(prefix)) return value;
  return undefined;
}

/** Index of the last entry that is at most `value`; the first entry is 0. */
function lastAtMost(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (ascending[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
