/**
 * Arrays that a snapshot shows as what they serve for: V8HeapExplorer::TagObject (src/profiler/heap-snapshot-generator.cc).
 * A function's constants are `code`, the list of a prototype's users is `hidden class`.
 */
import { WORD_OF_TYPE } from '../classify/naming/words.ts';

/** By instance type of the holder: words of its fields and the kind of what they point to. */
export interface Tagging {
  /** `all`: every tagged field. */
  readonly fields: 'all' | readonly number[];
  readonly kind: string;
  /** Only objects of these types are named so. */
  readonly targets: ReadonlySet<string>;
}

const CODE = WORD_OF_TYPE.code;
const SHAPE = WORD_OF_TYPE['object shape'];
const ARRAYS = new Set([
  'FIXED_ARRAY',
  'BYTE_ARRAY',
  'WEAK_FIXED_ARRAY',
  'WEAK_ARRAY_LIST',
  'NAME_TO_INDEX_HASH_TABLE',
]);
const TRUSTED = new Set([...ARRAYS, 'TRUSTED_BYTE_ARRAY', 'TRUSTED_FIXED_ARRAY', 'TRUSTED_WEAK_FIXED_ARRAY']);

export const TAGGINGS: Readonly<Record<string, Tagging>> = {
  BYTECODE_ARRAY: { fields: [1, 2, 3, 4, 5, 6], kind: CODE, targets: TRUSTED },
  CODE: { fields: [1, 2, 3, 4], kind: CODE, targets: TRUSTED },
  SCRIPT: { fields: 'all', kind: CODE, targets: ARRAYS },
  SCOPE_INFO: { fields: [4, 5, 6], kind: CODE, targets: new Set(['NAME_TO_INDEX_HASH_TABLE']) },
  ARRAY_BOILERPLATE_DESCRIPTION: { fields: [2], kind: CODE, targets: new Set([...ARRAYS, 'FIXED_DOUBLE_ARRAY']) },
  ENUM_CACHE: { fields: [1, 2], kind: SHAPE, targets: new Set(['FIXED_ARRAY']) },
  PROTOTYPE_INFO: { fields: 'all', kind: SHAPE, targets: new Set(['WEAK_ARRAY_LIST', 'WEAK_FIXED_ARRAY']) },
  MAP: {
    fields: [6, 7],
    kind: SHAPE,
    targets: new Set(['CELL', 'WEAK_ARRAY_LIST', 'WEAK_FIXED_ARRAY', 'DEPENDENT_CODE']),
  },
};
