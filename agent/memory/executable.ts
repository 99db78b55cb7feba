/** The file of a process, or of a core file, that holds V8: its executable, or the `libnode.so` that this is linked to. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  buildIdIn,
  type Elf,
  exactly,
  PT_LOAD,
  type ReadAt,
  readElf,
  readNotes,
  SHT_NOBITS,
  SHT_NOTE,
} from '../base/elf.ts';
import { assertBounded, eachPiece, TextSearch } from '../base/pieces.ts';
import type { Executable } from './image.ts';

/** A table of symbols of a Node with its debugger's symbols has 40 MB. */
const MAX_SECTION_BYTES = 2 ** 30;

export interface OpenedFile extends Disposable {
  readonly readAt: ReadAt;
  readonly byteLength: number;
}

/** Reads of it are made as they are asked for. @throws the system's error */
export function openFile(path: string): OpenedFile {
  const fd = openSync(path, 'r');
  const byteLength = fstatSync(fd).size;
  return {
    byteLength,
    readAt: (position, length, into) => readFrom(fd, position, length, into),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

function readFrom(
  fd: number,
  position: number,
  byteLength: number,
  bytes: Uint8Array = new Uint8Array(byteLength),
): Uint8Array {
  let at = 0;
  while (at < byteLength) {
    const read = readSync(fd, bytes, at, Math.min(byteLength - at, 2 ** 30), position + at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

/**
 * @param loadedAt where the first byte of the file is in the process; undefined if that is not known: no load bias then
 * @throws ElfError
 */
export function executableOf(path: string, readAt: ReadAt, loadedAt?: number): Executable {
  const elf = readElf(readAt);
  const { sections, segments } = elf;
  return {
    path,
    machine: elf.machine,
    buildId: buildIdOf(elf, readAt),
    loadBias: loadedAt === undefined ? 0 : loadedAt - firstAddress(elf),
    sections: sections.map(({ position: _, ...section }) => section),
    eachPiece: (index, visit) => {
      const section = sections[index];
      if (section.type === SHT_NOBITS) return;
      assertBounded(section, MAX_SECTION_BYTES);
      eachPiece(readAt, section.position, section.byteLength, `its section ${section.name}`, visit);
    },
    at: (address, byteLength) => {
      const segment = segments.find(
        (each) =>
          each.type === PT_LOAD && address >= each.address && address + byteLength <= each.address + each.fileBytes,
      );
      return segment && exactly(readAt, segment.position + address - segment.address, byteLength, 'a segment');
    },
  };
}

/** What every Node exports to its addons, stripped or not. */
const NODE_SYMBOL = 'node_module_register';
const SHT_DYNSYM = 11;

/** The file is Node's, by a symbol that it exports, whatever its name. @throws ElfError */
export function holdsNode(executable: Executable): boolean {
  return executable.sections.some(({ type, link }) => {
    if (type !== SHT_DYNSYM || !executable.sections[link]) return false;
    const search = new TextSearch([NODE_SYMBOL]);
    executable.eachPiece(link, search.visit);
    return [...search.found.values()].includes(NODE_SYMBOL);
  });
}

function buildIdOf({ sections }: Elf, readAt: ReadAt): string | undefined {
  const notes = sections.filter(({ type, byteLength }) => type === SHT_NOTE && byteLength < 65_536);
  for (const { position, byteLength } of notes) {
    const id = buildIdIn(readNotes(readAt, position, byteLength));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The address that the file says for its own first byte. */
function firstAddress({ segments }: Elf): number {
  const first = segments.find(({ type, position }) => type === PT_LOAD && position === 0);
  return first?.address ?? 0;
}
