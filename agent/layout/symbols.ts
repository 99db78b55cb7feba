/** The symbols of an executable that V8 left for debuggers: its `v8dbg_*` constants and its version. */
import { symbolsAt, TextSearch } from '../base/pieces.ts';
import type { Executable } from '../memory/image.ts';

const SYMTAB = 2;
const DYNSYM = 11;
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
  for (const [index, { type, link }] of executable.sections.entries()) {
    if (type !== SYMTAB && type !== DYNSYM) continue;
    const names = new TextSearch([CONSTANT, ALL_VERSION_NAMES]);
    executable.eachPiece(link, names.visit);
    const note = (name: string, address: number): void => {
      const value = intAt(executable, address);
      if (name.startsWith(CONSTANT)) constants.set(name.slice(CONSTANT.length), value);
      else parts.set(name, value);
    };
    executable.eachPiece(index, symbolsAt(names.found, note));
  }
  const version = VERSION.map((name) => parts.get(name));
  return { constants, version: version.includes(undefined) ? undefined : version.join('.') };
}

/** A C `int` of the file; a zero has no bytes in it. */
function intAt(executable: Executable, address: number): number {
  const bytes = executable.at(address, 4);
  return bytes === undefined ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
}

const VERSION_TEXT = /\d+\.\d+\.\d+\.\d+-(?:node|electron)\.\d+/;
const DASH = 45;
const BEFORE_DASH = 20;
const BEHIND_DASH = 16;

/**
 * Versions of V8 that the read-only data of an executable name, as embedders write them: `13.6.233.17-node.53`. For executables
 * without symbols; reads all of `.rodata`, some 60 MB.
 */
export function versionTexts(executable: Executable): Set<string> {
  const found = new Set<string>();
  const index = executable.sections.findIndex(({ name }) => name === '.rodata');
  if (index < 0) return found;
  const { byteLength } = executable.sections[index];
  executable.eachPiece(index, (piece, from) => {
    // what a piece cuts through is whole in the one before or behind
    const first = from === 0 ? 0 : BEFORE_DASH;
    const last = from + piece.byteLength >= byteLength ? piece.byteLength : piece.byteLength - BEHIND_DASH;
    for (let at = piece.indexOf(DASH, first); at >= 0 && at <= last; at = piece.indexOf(DASH, at + 1)) {
      const [text] = VERSION_TEXT.exec(piece.toString('latin1', Math.max(0, at - BEFORE_DASH), at + BEHIND_DASH)) ?? [];
      if (text !== undefined) found.add(text);
    }
  });
  return found;
}
