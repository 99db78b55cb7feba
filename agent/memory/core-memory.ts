/**
 * V8's pages in a core file (from `gcore` or the kernel), as those of a process: the same image, at the moment it was written.
 *
 *     notes ──> files that were mapped ──> the executable, here ──> the same build?
 *     segments ──> those that begin as V8's pages do ──> their pages that are not zero ──> copy
 */
import { basename } from 'node:path';
import { humanSize } from '../../protocol/human.ts';
import {
  buildIdIn,
  type Elf,
  ElfError,
  type ElfSegment,
  ET_CORE,
  exactly,
  PT_LOAD,
  PT_NOTE,
  readElf,
  readNotes,
} from '../base/elf.ts';
import { tightestFirst } from '../process/headroom.ts';
import { roomsOfProcess } from '../process/process-rooms.ts';
import { type CoreProcess, coreProcessOf, type MappedFile } from './core-notes.ts';
import { v8Segments } from './core-segments.ts';
import { executableOf, holdsNode, type OpenedFile, openFile } from './executable.ts';
import type { Executable, MemoryImage } from './image.ts';
import type { Mapping } from './mappings.ts';
import { MemoryRoomError } from './memory-room.ts';
import { PAGE_BYTES, planOf, sumBytes } from './regions.ts';

/** A core file that cannot be read. Exit code 5. */
class CoreFileError extends Error {
  override name = 'CoreFileError';
}

export interface CoreOptions {
  /** The executable that the process ran, where it is not at the path that the core file names. */
  readonly exe?: string;
}

export class CoreMemory implements Disposable {
  readonly path: string;
  readonly process: CoreProcess;
  /** The file that holds V8. */
  readonly executable: Executable;
  readonly #file: OpenedFile;
  readonly #elf: Elf;
  readonly #program: OpenedFile;

  private constructor(path: string, file: OpenedFile, elf: Elf, process: CoreProcess, program: Program) {
    this.path = path;
    this.#file = file;
    this.#elf = elf;
    this.process = process;
    this.#program = program.file;
    this.executable = program.executable;
  }

  /** @throws CoreFileError in one line; the system's error */
  static open(path: string, { exe }: CoreOptions = {}): CoreMemory {
    const file = openFile(path);
    try {
      const elf = readElf(file.readAt);
      if (elf.type !== ET_CORE) throw new ElfError('it is an ELF file, but no core file');
      assertWhole(elf, file);
      const notes = elf.segments
        .filter(({ type }) => type === PT_NOTE)
        .flatMap(({ position, fileBytes }) => readNotes(file.readAt, position, fileBytes));
      const process = coreProcessOf(notes);
      const program = programOf(process, exe, (address, length) => inSegments(elf, file, address, length));
      return new CoreMemory(path, file, elf, process, program);
    } catch (error) {
      file[Symbol.dispose]();
      throw error instanceof ElfError
        ? new CoreFileError(`Cannot read ${path}: ${error.message}`, { cause: error })
        : error;
    }
  }

  /** @throws CoreFileError; MemoryRoomError */
  async read(): Promise<MemoryImage> {
    const segments = v8Segments(this.#elf.segments, this.process.files, ({ position }, offset, length) =>
      this.#file.readAt(position + offset, length),
    );
    const held = new Map(segments.map((segment) => [segment.address, heldIn(segment, this.#file)]));
    const mappings = segments.map((segment) => mappingOf(segment, held.get(segment.address)!));
    const { regions, held: runs } = planOf(mappings, (startAddress) => held.get(startAddress)!);
    const byteLength = sumBytes(regions);
    if (byteLength === 0) throw new CoreFileError(`Cannot read ${this.path}: it has no page of V8's`);
    await assertRoom(this.path, byteLength);
    const buffer = new SharedArrayBuffer(byteLength);
    for (const { startAddress, byteLength: length, byteOffset } of runs) {
      this.#copy(new Uint8Array(buffer, byteOffset, length), startAddress);
    }
    return { buffer, regions, outside: (address, length) => this.#outside(address, length) };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    this.#program[Symbol.dispose]();
  }

  #copy(bytes: Uint8Array, address: number): void {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, bytes.length - at);
      const read = inSegments(this.#elf, this.#file, address + at, length);
      if (!read) throw new CoreFileError(`Cannot read ${this.path}: it ends in the middle of a page`);
      bytes.set(read, at);
    }
  }

  /** What the core file has of it, or else the executable: what is the same in every process is left out of core files. */
  #outside(address: number, byteLength: number): Uint8Array | undefined {
    const { at, loadBias } = this.executable;
    return inSegments(this.#elf, this.#file, address, byteLength) ?? at(address - loadBias, byteLength);
  }
}

const CHUNK_BYTES = 2 ** 20;

function assertWhole({ segments }: Elf, { byteLength }: OpenedFile): void {
  for (const { position, fileBytes } of segments) {
    if (position + fileBytes > byteLength) {
      const missing = humanSize(position + fileBytes - byteLength);
      throw new ElfError(`it was cut short, at least ${missing} of it are missing (ulimit -c, a full disk)`);
    }
  }
}

function inSegments(
  { segments }: Pick<Elf, 'segments'>,
  { readAt }: OpenedFile,
  address: number,
  byteLength: number,
): Uint8Array | undefined {
  const segment = segments.find(
    (each) => each.type === PT_LOAD && address >= each.address && address + byteLength <= each.address + each.fileBytes,
  );
  return segment && exactly(readAt, segment.position + address - segment.address, byteLength, 'a segment');
}

/** One byte a page: 1 unless all of it is zero, as what was never written is. */
function heldIn({ position, fileBytes, memoryBytes }: ElfSegment, { readAt }: OpenedFile): Uint8Array {
  const held = new Uint8Array(Math.ceil(memoryBytes / PAGE_BYTES));
  for (let at = 0; at < fileBytes; at += CHUNK_BYTES) {
    const bytes = readAt(position + at, Math.min(CHUNK_BYTES, fileBytes - at));
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
    for (let first = 0; first < words.length; first += WORDS_A_PAGE) {
      if (!isZero(words, first)) held[(at + first * 4) / PAGE_BYTES] = 1;
    }
  }
  return held;
}

const WORDS_A_PAGE = PAGE_BYTES / 4;

function isZero(words: Uint32Array, first: number): boolean {
  const end = Math.min(first + WORDS_A_PAGE, words.length);
  for (let at = first; at < end; at++) if (words[at] !== 0) return false;
  return true;
}

function mappingOf({ address, memoryBytes, executable }: ElfSegment, held: Uint8Array): Mapping {
  const pages = held.reduce((sum, each) => sum + each, 0);
  return { startAddress: address, endAddress: address + memoryBytes, executable, heldBytes: pages * PAGE_BYTES };
}

interface Program {
  readonly file: OpenedFile;
  readonly executable: Executable;
}

type ReadMemory = (address: number, byteLength: number) => Uint8Array | undefined;

/** The file that holds V8, here, and the same that the process had. @throws ElfError */
function programOf({ files, entry, command }: CoreProcess, exe: string | undefined, read: ReadMemory): Program {
  const own = files.find(
    ({ startAddress, endAddress }) => entry !== undefined && entry >= startAddress && entry < endAddress,
  );
  const libnode = files.find(({ path }) => /\/libnode\.so[.\d]*$/.test(path));
  const path = exe ?? own?.path;
  if (path === undefined) throw new ElfError('it does not name its executable, give that (--exe /usr/bin/node)');
  const program = opened(path, begin(files, own), exe === undefined ? command : undefined);
  if (holdsNode(program.executable)) return sameBuild(program, path, begin(files, own), read);
  program.file[Symbol.dispose]();
  if (!libnode) throw new ElfError(`its executable ${path} is not Node.js`);
  const loadedAt = begin(files, libnode);
  return sameBuild(opened(libnode.path, loadedAt, command), libnode.path, loadedAt, read);
}

/** Where the first byte of a file was mapped. */
function begin(files: readonly MappedFile[], wanted: MappedFile | undefined): number | undefined {
  return files.find(({ path, position }) => path === wanted?.path && position === 0)?.startAddress;
}

function opened(path: string, loadedAt: number | undefined, command: string | undefined): Program {
  let file: OpenedFile;
  try {
    file = openFile(path);
  } catch (error) {
    const of = command ? ` of "${command}"` : '';
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new ElfError(`its executable ${path}${of} cannot be opened here (${reason}), give it (--exe FILE)`);
  }
  try {
    return { file, executable: executableOf(path, file.readAt, loadedAt) };
  } catch (error) {
    file[Symbol.dispose]();
    throw error instanceof ElfError ? new ElfError(`its executable ${path} cannot be read: ${error.message}`) : error;
  }
}

/** @throws ElfError unless the file here is the one that the process had mapped */
function sameBuild(program: Program, path: string, loadedAt: number | undefined, read: ReadMemory): Program {
  const { buildId } = program.executable;
  const was = loadedAt === undefined ? undefined : buildIdAt(loadedAt, read);
  if (was !== undefined && was === buildId) return program;
  program.file[Symbol.dispose]();
  throw new ElfError(
    was === undefined
      ? `it does not hold the build id of its executable, so that ${basename(path)} cannot be told from another build ` +
          '(coredump_filter without its bit 4)'
      : `${path} is not the executable that it was written by: build ${buildId ?? 'unknown'}, expected ${was}; give the right one (--exe FILE)`,
  );
}

/** The build id in the first page of a loaded file. */
function buildIdAt(loadedAt: number, read: ReadMemory): string | undefined {
  const page = read(loadedAt, PAGE_BYTES);
  if (!page) return undefined;
  const readAt = (position: number, byteLength: number) => page.subarray(position, position + byteLength);
  const { segments } = readElf(readAt, { sections: false });
  for (const { type, position, fileBytes } of segments) {
    if (type !== PT_NOTE || position + fileBytes > PAGE_BYTES) continue;
    const id = buildIdIn(readNotes(readAt, position, fileBytes));
    if (id !== undefined) return id;
  }
  return undefined;
}

async function assertRoom(path: string, byteLength: number): Promise<void> {
  const tightest = tightestFirst(await roomsOfProcess(process.pid))[0];
  if (!tightest || byteLength <= tightest.bytes) return;
  throw new MemoryRoomError(
    `Cannot read ${path}: V8's pages in it take ${humanSize(byteLength)}, and ${humanSize(tightest.bytes)} are left here ` +
      `(${tightest.source}); free some`,
  );
}
