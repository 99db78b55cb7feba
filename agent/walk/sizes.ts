/** Sizes of objects whose Map does not say it, by the rules of their type (agent/layout/versions/size-rules.ts). */
import type { Layout } from '../layout/layout.ts';
import type { LengthRule, OwnRule } from '../layout/versions/size-rules.ts';
import type { MemoryWords } from './memory-words.ts';

/** How a Map's objects say their size. */
export const FIXED = 0;
export const BY_LENGTH = 1;
export const BY_RULE = 2;
export const UNKNOWN_SIZE = 3;
export type SizeKind = typeof FIXED | typeof BY_LENGTH | typeof BY_RULE | typeof UNKNOWN_SIZE;

const OWN_RULES: readonly OwnRule[] = [
  'scope info',
  'code',
  'preparse data',
  'feedback metadata',
  'wasm struct',
  'wasm array',
];

/** A Map's rule, as MapTable keeps it in columns. `unit` is the number of the rule where the kind is BY_RULE. */
interface Rule {
  readonly kind: SizeKind;
  readonly words: number;
  readonly header: number;
  readonly unit: number;
  readonly field: number;
  readonly shift: number;
  readonly mask: number;
}

const NO_RULE: Rule = { kind: UNKNOWN_SIZE, words: 0, header: 0, unit: 0, field: 0, shift: 0, mask: 0 };

/** The rule for the Map at word `at` of that instance type whose own instance size is `words`. */
export function ruleOf(layout: Layout, memory: MemoryWords, type: number, at: number, words: number): Rule {
  if (words > 0) return { ...NO_RULE, kind: FIXED, words };
  const rule = layout.sizes.get(type);
  if (rule === undefined) return NO_RULE;
  if (typeof rule === 'number') return { ...NO_RULE, kind: FIXED, words: rule / 8 };
  if (rule === 'wasm struct') return { ...NO_RULE, kind: FIXED, words: wasmStructWords(layout, memory, at) };
  if (rule === 'wasm array') return byLength({ header: 24, unit: memory.u8[8 * at + 9], field: 16 });
  if (typeof rule === 'string') return { ...NO_RULE, kind: BY_RULE, unit: OWN_RULES.indexOf(rule) };
  return byLength(rule);
}

function byLength({ header, unit, field, shift = 0, mask = 0xffffffff }: LengthRule): Rule {
  return { kind: BY_LENGTH, words: 0, header, unit, field: field / 4, shift, mask };
}

/** The Map of a WebAssembly struct holds its size in two bytes: bytes up to V8 11.3, words since. */
function wasmStructWords(layout: Layout, memory: MemoryWords, at: number): number {
  const size = memory.u8[8 * at + 9] + memory.u8[8 * at + 10] * 256;
  return layout.table.v8 === '10.2' || layout.table.v8 === '11.3' ? Math.ceil(size / 8) : size;
}

/** Bytes of the object at word `at` by the rule of that number; rounded up to words by the caller. */
export function sizeByRule(layout: Layout, memory: MemoryWords, rule: number, at: number): number {
  const { u32 } = memory;
  switch (OWN_RULES[rule]) {
    case 'scope info':
      return scopeInfoBytes(layout, u32, 2 * at);
    case 'code':
      return codeBytes(layout, memory, at);
    case 'preparse data':
      return align(16 + u32[2 * at + 2], 8) + 8 * u32[2 * at + 3];
    case 'feedback metadata': {
      const parameters = layout.table.feedbackMetadataCountsParameters ? 2 * u32[2 * at + 3] : 0;
      return 16 + 4 * Math.ceil(u32[2 * at + 2] / 6) + parameters;
    }
    default:
      return 0;
  }
}

/** Up to 74 names of variables are in the ScopeInfo itself, more in a table that it points to. */
const INLINED_NAMES = 75;
const FUNCTION_VARIABLE = 0x3000;

/** src/objects/scope-info.tq */
function scopeInfoBytes({ table }: Layout, u32: Uint32Array, at: number): number {
  const {
    flags: flagsAt,
    header,
    oneWordFlags,
    moduleType,
    moduleVariableCount,
    positions,
    oneWordType,
  } = table.scopeInfo;
  const flags = u32[at + flagsAt / 4];
  const variables = u32[at + 7];
  const type = flags & 0xf;
  let words = header / 8 + variables + (variables < INLINED_NAMES ? variables : 1);
  for (const flag of oneWordFlags) if ((flags & flag) !== 0) words++;
  if ((flags & FUNCTION_VARIABLE) !== 0) words += 2;
  if (positions !== undefined && (positions.includes(type) || (type === 0 && (flags & (1 << 29)) === 0))) words += 2;
  if (type === oneWordType) words++;
  if (type === moduleType) {
    words += 2;
    const count = moduleVariableCount === undefined ? u32[at + 2 * (words - 1) + 1] : u32[at + moduleVariableCount / 4];
    words += 3 * count;
  }
  return words * 8;
}

/** src/objects/code.h, instruction-stream.h: to whole cache lines. */
function codeBytes({ table }: Layout, memory: MemoryWords, at: number): number {
  const { via, lengths, header } = table.code;
  const says = via === undefined ? at : memory.target(at + via / 8);
  if (says < 0) return 0;
  let bytes = header;
  for (const length of lengths) bytes += memory.u32[2 * says + length / 4];
  return align(bytes, 64);
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}
