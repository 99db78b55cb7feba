/**
 * Type and name of each object, as V8's heap snapshots give them (src/profiler/heap-snapshot-generator.cc,
 * V8HeapExplorer::AddEntry and GetSystemEntryName).
 */
import { V8_NODE_TYPES } from '../../parse/types.ts';
import type { ClassNames } from '../class-names.ts';
import type { HeapWords } from '../objects.ts';
import type { Names } from './names.ts';
import { LONGEST_CONTENT } from './texts.ts';

export const SYNTHETIC = V8_NODE_TYPES.indexOf('synthetic');
export const NATIVE = V8_NODE_TYPES.indexOf('native');
const [HIDDEN, , STRING, OBJECT, , , REGEXP, NUMBER] = V8_NODE_TYPES.keys();
export const ARRAY = V8_NODE_TYPES.indexOf('array');
export const CODE = V8_NODE_TYPES.indexOf('code');
export const CLOSURE = V8_NODE_TYPES.indexOf('closure');
const CONCATENATED = V8_NODE_TYPES.indexOf('concatenated string');
const SLICED = V8_NODE_TYPES.indexOf('sliced string');
const SYMBOL = V8_NODE_TYPES.indexOf('symbol');
const BIGINT = V8_NODE_TYPES.indexOf('bigint');
const SHAPE = V8_NODE_TYPES.indexOf('object shape');
const WASM = V8_NODE_TYPES.indexOf('wasm object');

const CODE_TYPES =
  /^(?:ALLOCATION_SITE|ARRAY_BOILERPLATE_DESCRIPTION|BYTECODE_ARRAY|BYTECODE_WRAPPER|CLOSURE_FEEDBACK_CELL_ARRAY|CODE|CODE_WRAPPER|CODE_DATA_CONTAINER|FEEDBACK_CELL|FEEDBACK_METADATA|FEEDBACK_VECTOR|INSTRUCTION_STREAM|INTERPRETER_DATA|LOAD_HANDLER|OBJECT_BOILERPLATE_DESCRIPTION|PREPARSE_DATA|REG_EXP_BOILERPLATE_DESCRIPTION|SCOPE_INFO|STORE_HANDLER|TEMPLATE_OBJECT_DESCRIPTION|UNCOMPILED_DATA_.*)$/;
const SHAPE_TYPES = /^(?:MAP|DESCRIPTOR_ARRAY|STRONG_DESCRIPTOR_ARRAY|TRANSITION_ARRAY|PROTOTYPE_INFO|ENUM_CACHE)$/;
const ARRAY_TYPES =
  /^(?:FIXED_ARRAY|FIXED_DOUBLE_ARRAY|BYTE_ARRAY|.*HASH_TABLE|ORDERED_.*|.*_DICTIONARY|REGISTERED_SYMBOL_TABLE|SCRIPT_CONTEXT_TABLE|ARRAY_LIST|SLOPPY_ARGUMENTS_ELEMENTS)$/;

/** What all objects of a Map are. */
interface MapNodes {
  readonly type: number;
  readonly name: number;
  readonly ofEach: typeof SAME | typeof CONTENT | typeof ASKED;
  readonly ask: 'closure' | 'class' | 'shared' | 'script' | 'symbol' | 'none';
}

/** How an object has its name: that of all of its Map, its own content, or it is asked. */
export const SAME = 0;
export const CONTENT = 1;
const ASKED = 2;

export class NodeNames {
  readonly #heap: HeapWords;
  readonly #classes: ClassNames;
  readonly #names: Names;
  readonly #ofMap: (MapNodes | undefined)[] = [];
  readonly #ofShared = new Map<number, number>();
  readonly #scriptName: number;

  constructor(heap: HeapWords, classes: ClassNames, names: Names) {
    this.#heap = heap;
    this.#classes = classes;
    this.#names = names;
    let scriptName = 2;
    for (const [name, value] of heap.layout.constants)
      if (name.startsWith('class_Script__name__')) scriptName = value / 8;
    this.#scriptName = scriptName;
  }

  of(map: number): MapNodes {
    return this.#ofMap[map] ?? this.#met(map);
  }

  /** Index of the name of the object at word `at`, one of those that are asked. */
  ask(at: number, map: number): number {
    const { memory } = this.#heap;
    const { functions } = this.#classes;
    switch (this.of(map).ask) {
      case 'closure':
        return this.#ofFunction(functions.sharedOf(at));
      case 'shared':
        return this.#ofFunction(at);
      case 'class':
        return this.#names.of(this.#classes.ofObject(at, map).name);
      case 'script':
        return this.#names.of(functions.strings.textOf(memory.target(at + this.#scriptName)) ?? '');
      case 'symbol':
        return this.#names.of(functions.strings.textOf(memory.target(at + 2), LONGEST_CONTENT) || 'symbol');
      case 'none':
        return this.of(map).name;
    }
  }

  #ofFunction(shared: number): number {
    let name = this.#ofShared.get(shared);
    if (name === undefined) {
      name = this.#names.of(this.#classes.functions.ownNameOf(shared));
      this.#ofShared.set(shared, name);
    }
    return name;
  }

  #met(map: number): MapNodes {
    const nodes = this.#read(map);
    // a list without holes is found in one step
    for (let before = this.#ofMap.length; before < map; before++) this.#ofMap.push(undefined);
    this.#ofMap[map] = nodes;
    return nodes;
  }

  #read(map: number): MapNodes {
    const { layout, maps } = this.#heap;
    const type = maps.type[map];
    const name = layout.typeNames.get(type) ?? `type ${type}`;
    const is = (node: number, text: string): MapNodes => ({
      type: node,
      name: this.#names.of(text),
      ofEach: SAME,
      ask: 'none',
    });
    const each = (node: number, ask: MapNodes['ask']): MapNodes => ({ type: node, name: 0, ofEach: ASKED, ask });
    if (type < (layout.constants.get('FirstNonstringType') ?? 128)) {
      if (/CONS/.test(name)) return is(CONCATENATED, '(concatenated string)');
      if (/SLICED/.test(name)) return is(SLICED, '(sliced string)');
      return { type: STRING, name: 0, ofEach: CONTENT, ask: 'none' };
    }
    if (/^JS_FUNCTION$|^(?:JS_|BIG|FLOAT|U?INT).*_CONSTRUCTOR$/.test(name)) return each(CLOSURE, 'closure');
    switch (name) {
      case 'JS_BOUND_FUNCTION':
        return is(CLOSURE, 'native_bind');
      case 'JS_WRAPPED_FUNCTION':
        return is(CLOSURE, 'wrapped');
      case 'JS_REG_EXP':
        return is(REGEXP, 'RegExp');
      case 'JS_PROXY':
        return is(HIDDEN, 'system / JSProxy');
      case 'SYMBOL':
        return each(SYMBOL, 'symbol');
      case 'BIG_INT_BASE':
        return is(BIGINT, 'bigint');
      case 'HEAP_NUMBER':
        return is(NUMBER, 'heap number');
      case 'SHARED_FUNCTION_INFO':
        return each(CODE, 'shared');
      case 'SCRIPT':
        return each(CODE, 'script');
      case 'NATIVE_CONTEXT':
        return is(HIDDEN, 'system / NativeContext');
    }
    if (name === 'JS_GLOBAL_OBJECT' || name === 'JS_GLOBAL_PROXY') return is(OBJECT, 'global');
    if (name.endsWith('_CONTEXT')) return is(OBJECT, 'system / Context');
    if (this.#classes.isObject(map)) {
      return this.#classes.asksObjects(map) ? each(OBJECT, 'class') : is(OBJECT, this.#classes.ofMap(map).name);
    }
    if (ARRAY_TYPES.test(name)) return is(ARRAY, '');
    const text = `system / ${camel(name)}`;
    if (/^WASM_(?:STRUCT|ARRAY)$/.test(name)) return is(WASM, text);
    if (SHAPE_TYPES.test(name)) return is(SHAPE, text);
    return is(CODE_TYPES.test(name) ? CODE : HIDDEN, text);
  }
}

/** `FEEDBACK_CELL` -> `FeedbackCell`. */
function camel(name: string): string {
  return name.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
