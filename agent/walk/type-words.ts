/**
 * The kind of objects that are no JavaScript objects, by their instance type: what a snapshot makes of them (node types in
 * V8HeapExplorer::AddEntry and GetSystemEntryType, src/profiler/heap-snapshot-generator.cc) in the words of agent/classify.
 */
import { CONTEXT, hiddenWord, WORD_OF_TYPE } from '../classify/naming/words.ts';
import type { Layout } from '../layout/layout.ts';

const CODE = WORD_OF_TYPE.code;
const SHAPE = WORD_OF_TYPE['object shape'];
const ARRAY = WORD_OF_TYPE.array;

/** Types whose nodes are of type `code`. */
const CODE_TYPES = new Set(
  (
    'ALLOCATION_SITE ARRAY_BOILERPLATE_DESCRIPTION BYTECODE_ARRAY CLOSURE_FEEDBACK_CELL_ARRAY CODE CODE_DATA_CONTAINER ' +
    'FEEDBACK_CELL FEEDBACK_METADATA FEEDBACK_VECTOR INSTRUCTION_STREAM INTERPRETER_DATA LOAD_HANDLER ' +
    'OBJECT_BOILERPLATE_DESCRIPTION PREPARSE_DATA REG_EXP_BOILERPLATE_DESCRIPTION SCOPE_INFO SCRIPT SHARED_FUNCTION_INFO ' +
    'STORE_HANDLER TEMPLATE_OBJECT_DESCRIPTION TURBOFAN_OTHER_NUMBER_CONSTANT_TYPE UNCOMPILED_DATA_WITH_PREPARSE_DATA ' +
    'UNCOMPILED_DATA_WITH_PREPARSE_DATA_AND_JOB UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA ' +
    'UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA_WITH_JOB'
  ).split(' '),
);
/** The same since V8 13. */
const LATER_CODE_TYPES = new Set(['BYTECODE_WRAPPER', 'CODE_WRAPPER']);
/** Of type `object shape`, which V8 10 does not have: there they are hidden, and Maps alone are called so. */
const SHAPE_TYPES = new Set(
  'MAP DESCRIPTOR_ARRAY STRONG_DESCRIPTOR_ARRAY TRANSITION_ARRAY PROTOTYPE_INFO ENUM_CACHE'.split(' '),
);
/** V8's IsFixedArray and its relatives: nodes of type `array`. Hash tables' types lie between the first and the last of them. */
const ARRAY_TYPES = new Set(['FIXED_DOUBLE_ARRAY', 'BYTE_ARRAY']);

/** The kind of objects of a type that is no receiver. */
export function typeWord({ typeNames, typeOf, constants, table }: Layout, type: number): string {
  if (type < (constants.get('FirstNonstringType') ?? 128)) return WORD_OF_TYPE.string;
  const name = typeNames.get(type) ?? '';
  if (name === 'SYMBOL') return WORD_OF_TYPE.symbol;
  if (name === 'HEAP_NUMBER') return WORD_OF_TYPE.number;
  if (name === 'BIG_INT_BASE') return WORD_OF_TYPE.bigint;
  if (name === 'WASM_STRUCT' || name === 'WASM_ARRAY') return WORD_OF_TYPE['wasm object'];
  if (name === 'JS_PROXY') return hiddenWord('system / JSProxy');
  if (name.endsWith('_CONTEXT') && name !== 'NATIVE_CONTEXT') return CONTEXT;
  if (ARRAY_TYPES.has(name) || isFixedArray(typeOf, type)) return ARRAY;
  if (CODE_TYPES.has(name)) return CODE;
  if (LATER_CODE_TYPES.has(name) && Number.parseInt(table.v8, 10) >= 13) return CODE;
  if (name === 'MAP') return SHAPE;
  if (SHAPE_TYPES.has(name) && Number.parseInt(table.v8, 10) >= 11) return SHAPE;
  return hiddenWord('');
}

/** FIXED_ARRAY_TYPE and those that V8 derives from it, up to 11.3 with a few more than since. */
function isFixedArray(typeOf: ReadonlyMap<string, number>, type: number): boolean {
  const first = typeOf.get('FIXED_ARRAY') ?? Number.POSITIVE_INFINITY;
  const byteArray = typeOf.get('BYTE_ARRAY') ?? 0;
  return type >= first && type < byteArray;
}
