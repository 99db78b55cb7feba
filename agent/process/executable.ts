/**
 * The program of a process of this machine, by its ELF file: is it Node, and where does it keep what tells who takes a signal?
 *
 *     /proc/PID/exe ──> .dynstr: node::Start(int, char**)      is Node, whatever its name: a copy, a link, a single executable
 *                  └──> .symtab: uv__signal_tree                libuv's table of the signals that somebody listens to
 *
 * A node that is linked to libnode.so names `node::Start` among the symbols that it wants, so it is found too. A file is read
 * once, and known by its inode after that.
 */
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { ElfError, type ElfSection, PT_LOAD, readElf } from '../base/elf.ts';
import { assertBounded, eachPieceInTurn, symbolsAt, TextSearch, type VisitPiece } from '../base/pieces.ts';

export interface Executable {
  readonly isNode: boolean;
  /** The address of `uv__signal_tree` in the file, without the load bias; absent where the file has no table of symbols. */
  readonly signalTree?: number;
  /** Where its first byte is mapped if it is loaded without a bias. */
  readonly baseAddress: number;
}

/** `node::Start(int, char**)`: what every `main` of a Node calls. */
const NODE_START = '_ZN4node5StartEiPPc';
const SIGNAL_TREE = 'uv__signal_tree';
/** Node's names have 5 MB (20) to 9 MB (26). */
const MAX_SECTION_BYTES = 256 * 2 ** 20;
/** Files that are remembered. */
const MAX_KNOWN = 1_000;

const NO_NODE: Executable = { isNode: false, baseAddress: 0 };
const known = new Map<string, Promise<Executable>>();

/**
 * @param name of the executable, which has to do where the file itself may not be read
 * @throws the system's error for a process that has gone
 */
export async function executableOf(pid: number, name: string): Promise<Executable> {
  let file: FileHandle;
  try {
    file = await open(`/proc/${pid}/exe`);
  } catch (error) {
    // a file that may be run and not be read
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return { ...NO_NODE, isNode: isNodeName(basename(name)) };
  }
  try {
    const { dev, ino, size, mtimeMs } = await file.stat();
    const key = `${dev}:${ino}:${size}:${mtimeMs}`;
    const before = known.get(key);
    if (before !== undefined) return await before;
    if (known.size === MAX_KNOWN) known.clear();
    const found = read(file, name);
    known.set(key, found);
    found.catch(() => known.delete(key));
    return await found;
  } finally {
    await file.close();
  }
}

/** `node`, `nodejs`, `node20`, `node-22`, but not `node_exporter`: the usual names of Node's program. */
export function isNodeName(name: string): boolean {
  return /^node(js)?[-.\d]*$/.test(name);
}

async function read(file: FileHandle, name: string): Promise<Executable> {
  try {
    return await readFile(file);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    // of 32 bits, or of another byte order: its name has to do
    return { ...NO_NODE, isNode: isNodeName(basename(name)) };
  }
}

async function readFile(file: FileHandle): Promise<Executable> {
  const { sections, segments } = readElf((position, byteLength) => {
    const bytes = Buffer.alloc(byteLength);
    return bytes.subarray(0, readSync(file.fd, bytes, 0, byteLength, position));
  });
  const dynamic = sections.find(({ name, type }) => name === '.dynstr' && type === SHT_STRTAB);
  if (!dynamic || ![...(await textsIn(file, dynamic, NODE_START)).values()].includes(NODE_START)) return NO_NODE;
  const first = segments.find(({ type, position }) => type === PT_LOAD && position === 0);
  const signalTree = await symbol(file, sections, SIGNAL_TREE);
  return { isNode: true, baseAddress: first?.address ?? 0, ...(signalTree !== undefined && { signalTree }) };
}

const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;

type Section = ElfSection & { readonly position: number };

/** The address of a variable by its name, `NAME` or, where the compiler has numbered it, `NAME.0`. */
async function symbol(file: FileHandle, sections: readonly Section[], name: string): Promise<number | undefined> {
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  const names = table && sections[table.link];
  if (!names) return undefined;
  const texts = await textsIn(file, names, name);
  for (const [at, text] of texts) if (text !== name && !text.startsWith(`${name}.`)) texts.delete(at);
  let found: number | undefined;
  await eachPieceOf(
    file,
    table,
    symbolsAt(texts, (_, address) => {
      found ??= address;
    }),
  );
  return found;
}

async function textsIn(file: FileHandle, section: Section, start: string): Promise<Map<number, string>> {
  const search = new TextSearch([start]);
  await eachPieceOf(file, section, search.visit);
  return search.found;
}

function eachPieceOf(file: FileHandle, section: Section, visit: VisitPiece): Promise<void> {
  assertBounded(section, MAX_SECTION_BYTES);
  return eachPieceInTurn(file, section.position, section.byteLength, `its ${section.name}`, visit);
}
