/**
 * What the words of V8's objects are, by instance type: which hold tagged pointers, and what V8's heap snapshots call the edges
 * (src/profiler/heap-snapshot-generator.cc, V8HeapExplorer). Offsets come from the executable's constants where it has them;
 * those of fields that have been the same from V8 10.2 to 14.6 are counted in words.
 */
import type { Layout } from '../../layout/layout.ts';

/** How the edges of a type's objects are found. */
const PLAIN = 0;
export const RAW = 1;
export const ARRAY = 2;
export const CONTEXT_OF = 3;
export const RECEIVER = 4;
export const FUNCTION = 5;
export const TABLE_OF_WEAK = 6;
export const HEADER_ONLY = 7;

/** A word of an object that V8 gives a name. */
export interface NamedField {
  readonly word: number;
  readonly name: string;
  readonly weak?: boolean;
}

export interface TypeShape {
  readonly how: number;
  readonly fields: readonly NamedField[];
}

/** Types whose objects hold no pointers behind their Map, or none that can be recognised in their raw bytes. */
const RAW_TYPES =
  /^(?:.*EXTERNAL.*STRING|(?:SHARED_)?(?:SEQ_)?(?:INTERNALIZED_)?(?:ONE_BYTE_|TWO_BYTE_)?(?:INTERNALIZED_)?STRING|(?:SHARED_)?SEQ_.*STRING|.*BYTE_ARRAY|FIXED_DOUBLE_ARRAY|BIG_INT_BASE|HEAP_NUMBER|FOREIGN|TRUSTED_FOREIGN|FREE_SPACE|FILLER|FEEDBACK_METADATA|COVERAGE_INFO|INSTRUCTION_STREAM|ODDBALL|HOLE|SMALL_ORDERED_.*|WASM_NULL|EXTERNAL_POINTER_ARRAY)$/;

/** Arrays of tagged words behind a Map and a length, some of which have a few words before their elements. */
const ARRAY_TYPES =
  /^(?:.*FIXED_ARRAY|.*HASH_TABLE|ORDERED_.*|.*_DICTIONARY|REGISTERED_SYMBOL_TABLE|CLOSURE_FEEDBACK_CELL_ARRAY|OBJECT_BOILERPLATE_DESCRIPTION|SCRIPT_CONTEXT_TABLE|.*ARRAY_LIST|DEPENDENT_CODE|TRANSITION_ARRAY|PROPERTY_ARRAY|SLOPPY_ARGUMENTS_ELEMENTS|EMBEDDER_DATA_ARRAY)$/;

/** Functions, and those of V8's own that build its types. */
const FUNCTION_TYPES = /^JS_FUNCTION$|^(?:JS_|BIG|FLOAT|U?INT).*_CONSTRUCTOR$/;

/** The shape of each instance type by its number. */
export function typeShapes(layout: Layout): TypeShape[] {
  const shapes: TypeShape[] = [];
  const offset = (prefix: string): number | undefined => {
    for (const [name, value] of layout.constants) if (name.startsWith(`class_${prefix}__`)) return value / 8;
    return undefined;
  };
  const afterHeader = offset('JSArrayBuffer__detach_key') ?? 3;
  const named = namedFields(layout, offset, afterHeader);
  const proxy = layout.typeOf.get('JS_PROXY') ?? 0xffff;
  for (const [type, name] of layout.typeNames) {
    const fields = named.get(name) ?? [];
    let how: number = PLAIN;
    if (FUNCTION_TYPES.test(name)) how = FUNCTION;
    else if (type > proxy) how = RECEIVER;
    else if (name === 'EPHEMERON_HASH_TABLE') how = TABLE_OF_WEAK;
    else if (name === 'BYTECODE_ARRAY') how = HEADER_ONLY;
    else if (name.endsWith('_CONTEXT') && name !== 'NATIVE_CONTEXT') how = CONTEXT_OF;
    else if (RAW_TYPES.test(name)) how = RAW;
    else if (ARRAY_TYPES.test(name)) how = ARRAY;
    shapes[type] = { how, fields: how === FUNCTION ? [...(named.get('JS_FUNCTION') ?? [])] : fields };
  }
  return shapes;
}

type Offset = (prefix: string) => number | undefined;

function namedFields(layout: Layout, offset: Offset, afterHeader: number): Map<string, NamedField[]> {
  const fields = new Map<string, NamedField[]>();
  const add = (
    types: string,
    ...list: readonly (readonly [word: number | undefined, name: string, weak?: boolean])[]
  ) => {
    for (const type of types.split(' ')) {
      const known = fields.get(type) ?? [];
      for (const [word, name, weak = false] of list) {
        if (word !== undefined && !known.some((field) => field.word === word)) known.push({ word, name, weak });
      }
      fields.set(type, known);
    }
  };
  for (const name of layout.typeOf.keys()) {
    if (/CONS.*STRING$/.test(name)) add(name, [2, 'first'], [3, 'second']);
    if (/SLICED.*STRING$/.test(name)) add(name, [2, 'parent']);
    if (/THIN.*STRING$/.test(name)) add(name, [2, 'actual']);
  }
  const { map } = layout;
  add(
    'MAP',
    [map.prototype / 8, 'prototype'],
    [map.descriptors / 8, 'descriptors'],
    [map.constructorOrBackPointer / 8, 'constructor'],
    [offset('Map__dependent_code'), 'dependent_code'],
    [offset('Map__raw_transitions'), 'transition'],
    [offset('Map__prototype_validity_cell'), 'prototype_validity_cell'],
  );
  // scope info, previous, then the global object in the place of an extension
  add('NATIVE_CONTEXT', [4, 'global_object']);
  add('SYMBOL', [2, 'name']);
  add(
    'ACCESSOR_PAIR',
    [offset('AccessorPair__getter') ?? 1, 'getter'],
    [offset('AccessorPair__setter') ?? 2, 'setter'],
  );
  add('CELL FEEDBACK_CELL CONTEXT_CELL', [1, 'value']);
  add('PROPERTY_CELL', [1, 'name'], [3, 'value'], [4, 'dependent_code']);
  add(
    'SHARED_FUNCTION_INFO',
    [offset('SharedFunctionInfo__name_or_scope_info'), 'name_or_scope_info'],
    [offset('SharedFunctionInfo__script_or_debug_info'), 'script_or_debug_info'],
    [offset('SharedFunctionInfo__script'), 'script'],
    [offset('SharedFunctionInfo__raw_script'), 'script'],
    [offset('SharedFunctionInfo__function_data') ?? 1, 'function_data'],
  );
  add(
    'SCRIPT',
    [offset('Script__source'), 'source'],
    [offset('Script__name'), 'name'],
    [offset('Script__line_ends'), 'line_ends'],
  );
  add('WEAK_CELL', [1, 'finalization_registry'], [2, 'target', true], [3, 'unregister_token', true], [4, 'holdings']);
  add(
    'ALLOCATION_SITE',
    [1, 'transition_info'],
    [2, 'nested_site'],
    [offset('AllocationSite__weak_next'), 'weak_next', true],
  );
  add(
    'JS_FUNCTION',
    [offset('JSFunction__shared'), 'shared'],
    [offset('JSFunction__context'), 'context'],
    [offset('JSFunction__raw_feedback_cell') ?? offset('JSFunction__feedback_cell'), 'feedback_cell'],
  );
  add('JS_BOUND_FUNCTION', [3, 'bound_function'], [4, 'bound_this'], [5, 'bindings']);
  add('JS_MAP JS_SET JS_WEAK_MAP JS_WEAK_SET', [3, 'table']);
  add('JS_PROMISE', [3, 'reactions_or_result']);
  add('JS_TYPED_ARRAY JS_DATA_VIEW JS_RAB_GSAB_DATA_VIEW', [afterHeader, 'buffer']);
  add('JS_WEAK_REF', [3, 'target', true]);
  add(
    'JS_GENERATOR_OBJECT JS_ASYNC_FUNCTION_OBJECT JS_ASYNC_GENERATOR_OBJECT',
    [3, 'function'],
    [4, 'context'],
    [5, 'receiver'],
    [9, 'parameters_and_registers'],
  );
  return fields;
}
