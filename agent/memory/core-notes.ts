/** What the notes of a core file say of its process: see core(5) and Linux's fs/binfmt_elf.c. Pure. */
import { ElfError, type ElfNote, Fields, textAt } from '../base/elf.ts';

/** A file that was mapped, without what was mapped of it. */
export interface MappedFile {
  readonly path: string;
  readonly startAddress: number;
  readonly endAddress: number;
  /** Of the file, where the mapping begins. */
  readonly position: number;
}

export interface CoreProcess {
  readonly pid: number | undefined;
  /** Its command line, the first 80 bytes of it. */
  readonly command: string;
  readonly files: readonly MappedFile[];
  /** Where its executable began to run; undefined if the file does not say so. */
  readonly entry: number | undefined;
}

const NT_PRPSINFO = 3;
const NT_AUXV = 6;
const NT_FILE = 0x46494c45;
const AT_ENTRY = 9;
/** A process of Linux has at most 65,530 mappings by default. */
const MAX_FILES = 1_000_000;

/** @throws ElfError */
export function coreProcessOf(notes: readonly ElfNote[]): CoreProcess {
  const find = (wanted: number) => notes.find(({ owner, type }) => owner === 'CORE' && type === wanted)?.bytes;
  const info = find(NT_PRPSINFO);
  const known = info !== undefined && info.length >= 136;
  const files = find(NT_FILE);
  return {
    pid: known ? new Fields(info).u32(24) : undefined,
    command: known ? textAt(info, 56).slice(0, 80).trim() : '',
    files: files ? filesIn(files) : [],
    entry: entryIn(find(NT_AUXV)),
  };
}

/** Number of files, size of a page; first and last address and page of each; then their names. */
function filesIn(bytes: Uint8Array): MappedFile[] {
  const fields = new Fields(bytes);
  if (bytes.length < 16) throw new ElfError('its note of mapped files is too short');
  const count = fields.u64(0);
  const pageBytes = fields.u64(8);
  let name = 16 + count * 24;
  if (count > MAX_FILES || name > bytes.length)
    throw new ElfError(`its note of mapped files says that there are ${count}`);
  const files: MappedFile[] = [];
  for (let index = 0; index < count; index++) {
    const at = 16 + index * 24;
    const path = textAt(bytes, name);
    name += path.length + 1;
    files.push({
      path,
      startAddress: fields.u64(at),
      endAddress: fields.u64(at + 8),
      position: fields.u64(at + 16) * pageBytes,
    });
  }
  return files;
}

function entryIn(auxv: Uint8Array | undefined): number | undefined {
  if (!auxv) return undefined;
  const fields = new Fields(auxv);
  for (let at = 0; at + 16 <= auxv.length; at += 16) if (fields.u64(at) === AT_ENTRY) return fields.u64(at + 8);
  return undefined;
}
