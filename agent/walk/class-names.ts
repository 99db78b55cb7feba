/**
 * The class of objects, as a snapshot names it (V8's JSReceiver::GetConstructorName, src/objects/js-objects.cc):
 *
 *     1. the constructor of the Map, if objects were made by it alone and it is not called "Object"
 *     2. along the prototypes, the object's own first: a string under Symbol.toStringTag, or (not of the object itself)
 *        the name of the function under "constructor"
 *     3. V8's own word for the type, else the class of the C++ template
 *
 * 1 and most of 2 follow from the Map: one answer for all objects of it. Only an object that has a toStringTag of its own, or a
 * dictionary that could, is asked by itself.
 */
import { Functions } from './functions.ts';
import type { HeapWords } from './objects.ts';
import { Properties } from './properties.ts';

/** Who gave a class its name. */
export interface ObjectClass {
  readonly name: string;
  /** The SharedFunctionInfo of the constructor; -1 if none gave it. */
  readonly constructorInfo: number;
}

/** Of bit_field3 (src/objects/map.tq), V8 10.2 to 14.6. */
const IS_PROTOTYPE_MAP = 1 << 20;
const LONGEST_CHAIN = 1000;

export class ClassNames {
  readonly #heap: HeapWords;
  readonly functions: Functions;
  readonly #properties: Properties;
  readonly #toStringTag: number;
  readonly #constructorName: number;
  readonly #ofMap = new Map<number, ObjectClass>();
  readonly #ofPrototype = new Map<number, ObjectClass | undefined>();

  constructor(heap: HeapWords) {
    this.#heap = heap;
    this.functions = new Functions(heap);
    this.#properties = new Properties(heap);
    [this.#toStringTag, this.#constructorName] = this.#knownNames();
  }

  /** Whether objects of that Map may differ in class: then `ofObject` tells, else `ofMap`. */
  asksObjects(map: number): boolean {
    if (!this.#properties.mayBeInteresting(map) || this.#byMap(map) !== undefined) return false;
    return this.#properties.mayHave(map, this.#toStringTag);
  }

  /** The class of all objects of that Map that have no toStringTag of their own. */
  ofMap(map: number): ObjectClass {
    let found = this.#ofMap.get(map);
    if (found === undefined) {
      found = this.#byMap(map) ?? this.#byPrototypes(map) ?? { name: this.#typeWord(map), constructorInfo: -1 };
      this.#ofMap.set(map, found);
    }
    return found;
  }

  ofObject(at: number, map: number): ObjectClass {
    const tag = this.#byMap(map) === undefined ? this.#tagOf(at, map) : undefined;
    return tag === undefined ? this.ofMap(map) : { name: tag, constructorInfo: -1 };
  }

  /** Map::GetConstructor: back pointers lead to the first Map of a family, which has it. */
  #constructorOf(map: number): number {
    const { memory, maps, layout } = this.#heap;
    const field = layout.map.constructorOrBackPointer / 8;
    let at = memory.target(maps.at[map] + field);
    for (let i = 0; i < LONGEST_CHAIN && at >= 0; i++) {
      const of = maps.ofObject(at);
      if (of < 0) return -1;
      if (!maps.isMeta(of)) return layout.typeNames.get(maps.type[of]) === 'TUPLE2' ? memory.target(at + 1) : at;
      at = memory.target(at + field);
    }
    return -1;
  }

  #byMap(map: number): ObjectClass | undefined {
    const { memory, maps, layout } = this.#heap;
    const newTargetIsBase = (memory.u8[8 * maps.at[map] + layout.map.bitField2] & 1) !== 0;
    const isPrototype = (memory.u32[2 * maps.at[map] + layout.map.bitField3 / 4] & IS_PROTOTYPE_MAP) !== 0;
    if (!newTargetIsBase || isPrototype) return undefined;
    const made = this.#constructorOf(map);
    if (made < 0) return undefined;
    if (this.isFunction(made)) {
      const shared = this.functions.sharedOf(made);
      const name = this.functions.nameOf(shared);
      return name === '' || name === 'Object' ? undefined : { name, constructorInfo: shared };
    }
    const name = this.#templateName(made);
    return name === undefined ? undefined : { name, constructorInfo: -1 };
  }

  #byPrototypes(map: number): ObjectClass | undefined {
    const { memory, maps, layout } = this.#heap;
    const field = layout.map.prototype / 8;
    const passed: number[] = [];
    let found: ObjectClass | undefined;
    let at = memory.target(maps.at[map] + field);
    for (let i = 0; i < LONGEST_CHAIN && at >= 0; i++) {
      if (this.#ofPrototype.has(at)) {
        found = this.#ofPrototype.get(at);
        break;
      }
      const of = maps.ofObject(at);
      if (of < 0 || !this.isObject(of)) break;
      passed.push(at);
      found = this.#ofOwn(at, of);
      if (found !== undefined) break;
      at = memory.target(maps.at[of] + field);
    }
    for (const prototype of passed) this.#ofPrototype.set(prototype, found);
    return found;
  }

  /** What an object on the chain says of those that inherit from it. */
  #ofOwn(at: number, map: number): ObjectClass | undefined {
    const { memory } = this.#heap;
    const tag = this.#tagOf(at, map);
    if (tag !== undefined) return { name: tag, constructorInfo: -1 };
    const word = this.#properties.find(at, map, this.#constructorName);
    const made = word < 0 ? -1 : memory.target(word);
    if (made < 0 || !this.isFunction(made)) return undefined;
    const shared = this.functions.sharedOf(made);
    const name = this.functions.nameOf(shared);
    return name === '' ? undefined : { name, constructorInfo: shared };
  }

  #tagOf(at: number, map: number): string | undefined {
    const word = this.#properties.find(at, map, this.#toStringTag);
    return word < 0 ? undefined : this.functions.strings.textOf(this.#heap.memory.target(word));
  }

  isFunction(at: number): boolean {
    const { maps } = this.#heap;
    const map = maps.ofObject(at);
    return map >= 0 && this.#isFunctionType(maps.type[map]);
  }

  /** From JS_FUNCTION to the last of the types of constructors. */
  #isFunctionType(type: number): boolean {
    const { typeOf } = this.#heap.layout;
    return type >= (typeOf.get('JS_FUNCTION') ?? 1) && type <= (typeOf.get('JS_CLASS_CONSTRUCTOR') ?? 0);
  }

  /** Objects of that Map are JSObjects: receivers but proxies and what WebAssembly's garbage collector knows. */
  isObject(map: number): boolean {
    const { maps, layout } = this.#heap;
    return maps.type[map] > (layout.typeOf.get('JS_PROXY') ?? 0xffff);
  }

  /** Whether a snapshot names objects of that Map by their class: not functions and regular expressions. */
  namedByClass(map: number): boolean {
    const { maps, layout } = this.#heap;
    const name = layout.typeNames.get(maps.type[map]);
    return name !== 'JS_BOUND_FUNCTION' && name !== 'JS_REG_EXP' && !this.#isFunctionType(maps.type[map]);
  }

  /** JSReceiver::class_name. */
  #typeWord(map: number): string {
    const type = this.#heap.layout.typeNames.get(this.#heap.maps.type[map]) ?? '';
    const word = WORD_OF_TYPE[type];
    if (word !== undefined) return word;
    const made = this.#constructorOf(map);
    if (made < 0) return 'Object';
    if (!this.isFunction(made)) return this.#templateName(made) ?? 'Object';
    return (
      this.functions
        .dataOf(this.functions.sharedOf(made))
        .map((at) => this.#templateName(at))
        .find((name) => name !== undefined) ?? 'Object'
    );
  }

  /** The class name of a FunctionTemplateInfo: its first string among the fields (src/objects/templates.tq). */
  #templateName(at: number): string | undefined {
    const { memory, maps, layout } = this.#heap;
    const map = at < 0 ? -1 : maps.ofObject(at);
    if (map < 0 || layout.typeNames.get(maps.type[map]) !== 'FUNCTION_TEMPLATE_INFO') return undefined;
    for (let word = 1; word < maps.words[map]; word++) {
      const field = memory.target(at + word);
      if (this.functions.strings.isString(field)) return this.functions.strings.textOf(field);
    }
    return undefined;
  }

  /** The symbol and the string by which properties are found: they are one each, in the read-only space. */
  #knownNames(): [toStringTag: number, constructor: number] {
    const { pages, layout, maps, memory } = this.#heap;
    const symbolName = 16 / 8;
    let tag = -1;
    let maker = -1;
    for (const page of pages) {
      if (page.heap !== 0) continue;
      this.#heap.eachObject(page, (at, map) => {
        const type = maps.type[map];
        const { strings } = this.functions;
        if (layout.typeNames.get(type) === 'SYMBOL') {
          if (tag < 0 && strings.textOf(memory.target(at + symbolName), 20) === 'Symbol.toStringTag') tag = at;
        } else if (
          maker < 0 &&
          strings.isString(at) &&
          strings.lengthOf(at) === 11 &&
          strings.textOf(at) === 'constructor'
        ) {
          maker = at;
        }
      });
    }
    return [tag, maker];
  }
}

const WORD_OF_TYPE: Readonly<Record<string, string>> = {
  JS_ARGUMENTS_OBJECT: 'Arguments',
  JS_ARRAY: 'Array',
  JS_DATE: 'Date',
  JS_MAP: 'Map',
  JS_SET: 'Set',
  JS_WEAK_MAP: 'WeakMap',
  JS_WEAK_SET: 'WeakSet',
  JS_GLOBAL_PROXY: 'global',
  JS_ARRAY_BUFFER: 'ArrayBuffer',
  JS_DATA_VIEW: 'DataView',
  JS_REG_EXP: 'RegExp',
  JS_BOUND_FUNCTION: 'Function',
  JS_WRAPPED_FUNCTION: 'Function',
  JS_ERROR: 'Error',
  JS_GENERATOR_OBJECT: 'Generator',
  JS_ASYNC_FUNCTION_OBJECT: 'Generator',
  JS_ASYNC_GENERATOR_OBJECT: 'AsyncGenerator',
};
