/** The symbols of an executable that V8 left for debuggers: its `v8dbg_*` constants and its version. */
import type { ElfSection, Executable } from '../memory/image.ts';

const SYMTAB = 2;
const DYNSYM = 11;
const SYMBOL_BYTES = 24;
const CONSTANT = 'v8dbg_';
/** V8's variables `v8::internal::Version::major_` and so on. */
const VERSION = ['6major_', '6minor_', '6build_', '6patch_'].map((part) => `_ZN2v88internal7Version${part}E`);
const ALL_VERSION_NAMES = '_ZN2v88internal7Version6';

export interface Symbols {
  /** V8's own constants, by their names without `v8dbg_`; empty in a stripped executable. */
  readonly constants: ReadonlyMap<string, number>;
  /** `13.6.233.17` by V8's own variables; undefined in a stripped executable. */
  readonly version: string | undefined;
}

/** Reads the tables of symbols once; some tens of ms. */
export function symbolsOf(executable: Executable): Symbols {
  const constants = new Map<string, number>();
  const parts = new Map<string, number>();
  for (const [index, section] of executable.sections.entries()) {
    if (section.type !== SYMTAB && section.type !== DYNSYM) continue;
    for (const [name, address] of symbolsIn(executable, index, section)) {
      const value = intAt(executable, address);
      if (name.startsWith(CONSTANT)) constants.set(name.slice(CONSTANT.length), value);
      else parts.set(name, value);
    }
  }
  const version = VERSION.map((name) => parts.get(name));
  return { constants, version: version.includes(undefined) ? undefined : version.join('.') };
}

/** The symbols of one table that matter here, with their addresses in the file. */
function* symbolsIn(
  executable: Executable,
  index: number,
  table: ElfSection,
): Generator<[name: string, address: number]> {
  const bytes = executable.section(index);
  const names = executable.section(table.link);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = [CONSTANT, ALL_VERSION_NAMES].map((prefix) => Uint8Array.from(prefix, (char) => char.charCodeAt(0)));
  const decoder = new TextDecoder('latin1');
  for (let at = 0; at + SYMBOL_BYTES <= bytes.byteLength; at += SYMBOL_BYTES) {
    const name = view.getUint32(at, true);
    if (!wanted.some((prefix) => startsWith(names, name, prefix))) continue;
    const end = names.indexOf(0, name);
    if (end < 0) continue;
    yield [decoder.decode(names.subarray(name, end)), Number(view.getBigUint64(at + 8, true))];
  }
}

function startsWith(names: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (names[at + i] !== prefix[i]) return false;
  return true;
}

/** A C `int` of the file; a zero has no bytes in it. */
function intAt(executable: Executable, address: number): number {
  const bytes = executable.at(address, 4);
  return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
}

/**
 * Versions of V8 that the read-only data of an executable name, as embedders write them: `13.6.233.17-node.53`. For executables
 * without symbols; reads all of `.rodata`, some 60 MB.
 */
export function versionTexts(executable: Executable): Set<string> {
  const found = new Set<string>();
  const index = executable.sections.findIndex(({ name }) => name === '.rodata');
  if (index < 0) return found;
  const bytes = executable.section(index);
  const decoder = new TextDecoder('latin1');
  const DASH = 45;
  for (let at = bytes.indexOf(DASH); at >= 0; at = bytes.indexOf(DASH, at + 1)) {
    const [text] =
      /\d+\.\d+\.\d+\.\d+-(?:node|electron)\.\d+/.exec(decoder.decode(bytes.subarray(Math.max(0, at - 20), at + 16))) ??
      [];
    if (text !== undefined) found.add(text);
  }
  return found;
}
