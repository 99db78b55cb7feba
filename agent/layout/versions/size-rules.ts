/**
 * How many bytes an object of a type has whose Map does not say it (instance size 0): V8's `HeapObject::SizeFromMap`
 * (src/objects/objects-inl.h) and the Torque classes behind it (src/objects/*.tq).
 *
 *     bytes = align8(header + unit * ((u32 at `field` >>> shift) & mask))
 *
 * `field` counts from the object's first byte. A Smi is the upper half of its word, so the length Smi in the second word
 * of an array is the u32 at 12.
 */
export interface LengthRule {
  readonly header: number;
  readonly unit: number;
  readonly field: number;
  readonly shift?: number;
  readonly mask?: number;
}

/** What no single length says; each has its function in agent/walk/sizes.ts. */
export type OwnRule = 'scope info' | 'code' | 'preparse data' | 'feedback metadata' | 'wasm struct' | 'wasm array';

/** A number: always that many bytes. */
export type SizeRule = number | LengthRule | OwnRule;

/** Sizes by instance type, named as V8 does without `_TYPE`. */
export type SizeTable = Readonly<Record<string, SizeRule>>;

/** An array of tagged words behind `header` bytes, its length a Smi in the second word. */
export function words(header: number): LengthRule {
  return { header, unit: 8, field: 12 };
}

export function bytes(header: number, field = 12): LengthRule {
  return { header, unit: 1, field };
}

/** The same rule for many types. */
export function all(rule: SizeRule, names: string): SizeTable {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

const ONE_BYTE: LengthRule = { header: 16, unit: 1, field: 12 };
const TWO_BYTE: LengthRule = { header: 16, unit: 2, field: 12 };

/** What has been the same from V8 10.2 to 14.6. */
export const COMMON_SIZES: SizeTable = {
  // names of the types of sequential strings up to 11.3, and since
  ...all(ONE_BYTE, 'ONE_BYTE_INTERNALIZED_STRING ONE_BYTE_STRING SHARED_ONE_BYTE_STRING'),
  ...all(TWO_BYTE, 'INTERNALIZED_STRING STRING SHARED_STRING'),
  ...all(ONE_BYTE, 'INTERNALIZED_ONE_BYTE_STRING SEQ_ONE_BYTE_STRING SHARED_SEQ_ONE_BYTE_STRING'),
  ...all(TWO_BYTE, 'INTERNALIZED_TWO_BYTE_STRING SEQ_TWO_BYTE_STRING SHARED_SEQ_TWO_BYTE_STRING'),
  ...all(
    words(16),
    'FIXED_ARRAY HASH_TABLE EPHEMERON_HASH_TABLE GLOBAL_DICTIONARY NAME_DICTIONARY NAME_TO_INDEX_HASH_TABLE ' +
      'NUMBER_DICTIONARY ORDERED_HASH_MAP ORDERED_HASH_SET ORDERED_NAME_DICTIONARY REGISTERED_SYMBOL_TABLE ' +
      'SIMPLE_NUMBER_DICTIONARY CLOSURE_FEEDBACK_CELL_ARRAY FIXED_DOUBLE_ARRAY WEAK_FIXED_ARRAY TRANSITION_ARRAY ' +
      'EMBEDDER_DATA_ARRAY AWAIT_CONTEXT BLOCK_CONTEXT CATCH_CONTEXT DEBUG_EVALUATE_CONTEXT EVAL_CONTEXT ' +
      'FUNCTION_CONTEXT MODULE_CONTEXT SCRIPT_CONTEXT WITH_CONTEXT',
  ),
  BYTE_ARRAY: bytes(16),
  SLOPPY_ARGUMENTS_ELEMENTS: words(32),
  WEAK_ARRAY_LIST: words(24),
  // the upper bits of the length word hold the object's hash
  PROPERTY_ARRAY: { header: 16, unit: 8, field: 12, mask: 0x3ff },
  // bit 0 is the sign
  BIG_INT_BASE: { header: 16, unit: 8, field: 8, shift: 1 },
  ...all({ header: 24, unit: 24, field: 8, mask: 0xffff }, 'DESCRIPTOR_ARRAY STRONG_DESCRIPTOR_ARRAY'),
  COVERAGE_INFO: { header: 16, unit: 16, field: 8 },
  PREPARSE_DATA: 'preparse data',
  FEEDBACK_METADATA: 'feedback metadata',
  SCOPE_INFO: 'scope info',
  WASM_STRUCT: 'wasm struct',
  WASM_ARRAY: 'wasm array',
  // the number of buckets is a byte: at 9 for sets and maps, at 17 for dictionaries; capacity is twice that
  SMALL_ORDERED_HASH_SET: { header: 16, unit: 19, field: 8, shift: 16, mask: 0xff },
  SMALL_ORDERED_HASH_MAP: { header: 16, unit: 35, field: 8, shift: 16, mask: 0xff },
  SMALL_ORDERED_NAME_DICTIONARY: { header: 24, unit: 51, field: 16, shift: 16, mask: 0xff },
  SWISS_NAME_DICTIONARY: { header: 40, unit: 18, field: 12 },
  SORT_STATE: 136,
};
