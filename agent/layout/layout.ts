/**
 * How one V8 lays out its heap: what its executable says of itself (`v8dbg_*`), and for the rest the table of that version.
 * Nothing is guessed: an executable that neither covers is refused.
 */
import type { Executable } from '../memory/image.ts';
import { LayoutRefusal } from './refusal.ts';
import { symbolsOf, versionTexts } from './symbols.ts';
import type { SizeRule } from './versions/size-rules.ts';
import { V8_10_2 } from './versions/v8-10-2.ts';
import { V8_11_3 } from './versions/v8-11-3.ts';
import { V8_12_4 } from './versions/v8-12-4.ts';
import { V8_13_6 } from './versions/v8-13-6.ts';
import { V8_14_6 } from './versions/v8-14-6.ts';
import type { VersionTable } from './versions/version-table.ts';

const VERSION_TABLES: readonly VersionTable[] = [V8_10_2, V8_11_3, V8_12_4, V8_13_6, V8_14_6];

const X86_64 = 62;

/** Offsets in a Map, in bytes from its first. */
export interface MapLayout {
  readonly instanceType: number;
  readonly instanceSizeInWords: number;
  readonly inobjectStart: number;
  readonly bitField: number;
  readonly bitField2: number;
  readonly bitField3: number;
  readonly constructorOrBackPointer: number;
  readonly prototype: number;
  readonly descriptors: number;
}

/** All that reading a heap of one V8 needs. Plain data: it can be posted to a worker thread. */
export interface Layout {
  /** V8's version: `13.6.233.17`. */
  readonly v8: string;
  readonly table: VersionTable;
  /** V8's own constants by name, without `v8dbg_`. */
  readonly constants: ReadonlyMap<string, number>;
  /** Number of an instance type by its name without `_TYPE`. */
  readonly typeOf: ReadonlyMap<string, number>;
  /** Name of an instance type by its number; a type with several names has the first of V8's list. */
  readonly typeNames: ReadonlyMap<number, string>;
  /** Sizes of the types whose Maps do not say it, by the type's number. */
  readonly sizes: ReadonlyMap<number, SizeRule>;
  readonly map: MapLayout;
}

/** @throws LayoutRefusal that names what is unknown. */
export function layoutOf(executable: Executable): Layout {
  if (executable.machine !== X86_64) {
    throw new LayoutRefusal(`${executable.path} is not for x86-64 (ELF machine ${executable.machine})`);
  }
  const { constants: own, version } = symbolsOf(executable);
  const v8 = version ?? soleVersion(executable);
  const table = VERSION_TABLES.find((known) => v8.startsWith(`${known.v8}.`));
  if (table === undefined) {
    const known = VERSION_TABLES.map((each) => each.v8).join(', ');
    throw new LayoutRefusal(
      `V8 ${v8} of ${executable.path} is not known (known are ${known}); take a snapshot instead`,
    );
  }
  const constants = own.size > 0 ? own : tableConstants(executable, table, v8);
  if (constants.get('TaggedSize') !== undefined && constants.get('TaggedSize') !== 8) {
    throw new LayoutRefusal(`${executable.path} (V8 ${v8}) compresses its pointers; take a snapshot instead`);
  }
  return build(v8, table, constants);
}

/** A build of exactly that version has the same constants, if it is made for the same machine: invariants tell when it is walked. */
function tableConstants({ path }: Executable, table: VersionTable, v8: string): ReadonlyMap<string, number> {
  const text = table.constants[v8];
  if (text === undefined) {
    const known = Object.keys(table.constants).join(', ');
    throw new LayoutRefusal(
      `${path} has no v8dbg_* constants, and of V8 ${table.v8} only those of ${known} are known, not of ${v8}; take a snapshot instead`,
    );
  }
  return constantsIn(text);
}

function constantsIn(text: string): Map<string, number> {
  const pairs = text.trim().split(/;|\n/);
  return new Map(pairs.map((pair) => pair.trim().split(' ')).map(([name, value]) => [name, Number(value)]));
}

function soleVersion(executable: Executable): string {
  const versions = versionTexts(executable);
  const [text] = versions;
  if (text === undefined) throw new LayoutRefusal(`${executable.path} names no version of V8; take a snapshot instead`);
  if (versions.size > 1)
    throw new LayoutRefusal(`${executable.path} names several versions of V8 (${[...versions].join(', ')})`);
  return text.replace(/-.*/, '');
}

function build(v8: string, table: VersionTable, constants: ReadonlyMap<string, number>): Layout {
  const typeOf = new Map<string, number>();
  // instance types are numbered in one row: a build in which one differs has others elsewhere too
  for (const [name, value] of Object.values(table.constants).flatMap((text) => [...constantsIn(text)])) {
    const own = constants.get(name);
    if (!name.startsWith('type_') || own === undefined || own === value) continue;
    throw new LayoutRefusal(
      `${name.slice(name.lastIndexOf('__') + 2)} is ${own} in this executable and ${value} in other builds of V8 ${v8}`,
    );
  }
  for (const [name, value] of constants) {
    const [, type] = /^type_\w+?__(\w+)_TYPE$/.exec(name) ?? [];
    if (type !== undefined) typeOf.set(type, value);
  }
  for (const [type, value] of Object.entries(table.types)) {
    typeOf.set(type, value);
  }
  const typeNames = new Map<number, string>();
  for (const [type, value] of typeOf) if (!typeNames.has(value)) typeNames.set(value, type);
  const sizes = new Map<number, SizeRule>();
  for (const [type, rule] of Object.entries(table.sizes)) {
    const value = typeOf.get(type);
    if (value !== undefined) sizes.set(value, rule);
  }
  const field = (prefix: string): number => need(constants, prefix, v8);
  return {
    v8,
    table,
    constants,
    typeOf,
    typeNames,
    sizes,
    map: {
      instanceType: field('class_Map__instance_type__'),
      instanceSizeInWords: field('class_Map__instance_size_in_words__'),
      inobjectStart: field('class_Map__inobject_properties_start_or_constructor_function_index__'),
      bitField: field('class_Map__bit_field__'),
      bitField2: field('class_Map__bit_field2__'),
      bitField3: field('class_Map__bit_field3__'),
      constructorOrBackPointer: field('class_Map__constructor_or_back_pointer__'),
      prototype: field('class_Map__prototype__'),
      descriptors: field('class_Map__instance_descriptors'),
    },
  };
}

/** A constant by the start of its name: the rest of it, a C++ type, differs between versions. @throws LayoutRefusal */
export function need(constants: ReadonlyMap<string, number>, prefix: string, v8: string): number {
  for (const [name, value] of constants) if (name.startsWith(prefix)) return value;
  throw new LayoutRefusal(`V8 ${v8} of this executable does not say v8dbg_${prefix}*`);
}
