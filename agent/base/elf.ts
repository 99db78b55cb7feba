/**
 * Reads the tables of a 64-bit little-endian ELF file: sections of an executable, segments and notes of a core file. Nothing of
 * the file is trusted: counts are bounded, and what lies outside of it is an error. After the System V ABI, chapters 4 and 5.
 *
 *     header | segments (program headers) | … contents … | sections (section headers)
 */

export interface ElfSection {
  readonly name: string;
  /** ELF's `sh_type`: 2 SHT_SYMTAB, 3 SHT_STRTAB, 8 SHT_NOBITS, 11 SHT_DYNSYM. */
  readonly type: number;
  /** Its address as the file says it, without the load bias; 0 if it is not loaded. */
  readonly address: number;
  readonly byteLength: number;
  /** ELF's `sh_link`: of a table of symbols the section of their names. */
  readonly link: number;
}

/** A file that is no ELF file that can be read; its message completes "Cannot read FILE: ". */
export class ElfError extends Error {
  override name = 'ElfError';
}

/** The bytes of a file; fewer than asked for at its end. @param into memory that they may be read into, new one by default */
export type ReadAt = (position: number, byteLength: number, into?: Uint8Array) => Uint8Array;

/** One run of addresses that an ELF file describes, and where in the file its first `fileBytes` lie. */
export interface ElfSegment {
  /** ELF's `p_type`: 1 PT_LOAD, 4 PT_NOTE. */
  readonly type: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly position: number;
  readonly fileBytes: number;
  readonly address: number;
  readonly memoryBytes: number;
}

export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface Elf {
  /** ELF's `e_type`: 2 ET_EXEC, 3 ET_DYN, 4 ET_CORE. */
  readonly type: number;
  readonly machine: number;
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly (ElfSection & { readonly position: number })[];
}

export const PT_LOAD = 1;
export const PT_NOTE = 4;
export const ET_CORE = 4;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;
/** A core file has one segment a mapping; Linux allows 65,530 by default. */
const MAX_SEGMENTS = 1_000_000;
const MAX_SECTIONS = 10_000;
const MAX_NOTE_BYTES = 64 * 2 ** 20;

/** More segments than 16 bits can count: the count is in the first section's header. */
const PN_XNUM = 0xffff;

/** @param parts without sections where only the first page of a file is there, as it is loaded. @throws ElfError */
export function readElf(readAt: ReadAt, parts: { readonly sections: boolean } = { sections: true }): Elf {
  const header = new Fields(exactly(readAt, 0, HEADER_BYTES, 'its ELF header'));
  if (header.u32(0) !== 0x464c457f) throw new ElfError(`it is no ELF file${compressed(header)}`);
  if (header.u8(4) !== 2 || header.u8(5) !== 1) throw new ElfError('it is not a 64-bit little-endian ELF file');
  const sections = parts.sections ? readSections(readAt, header) : [];
  const claimed = header.u16(56);
  const segmentCount = claimed === PN_XNUM ? sectionInfo(readAt, header) : claimed;
  return {
    type: header.u16(16),
    machine: header.u16(18),
    entry: header.u64(24),
    segments: readSegments(readAt, header, segmentCount),
    sections,
  };
}

/** The notes of a PT_NOTE segment or an SHT_NOTE section. @throws ElfError */
export function readNotes(readAt: ReadAt, position: number, byteLength: number): ElfNote[] {
  if (byteLength > MAX_NOTE_BYTES) throw new ElfError(`its notes have ${byteLength} bytes`);
  const fields = new Fields(exactly(readAt, position, byteLength, 'its notes'));
  const notes: ElfNote[] = [];
  for (let at = 0; at + 12 <= byteLength; ) {
    const nameBytes = fields.u32(at);
    const begin = at + 12 + align4(nameBytes);
    const end = begin + fields.u32(at + 4);
    if (end > byteLength) throw new ElfError('a note of it is longer than all of them');
    notes.push({
      owner: latin1(fields.bytes.subarray(at + 12, at + 12 + Math.max(0, nameBytes - 1))),
      type: fields.u32(at + 8),
      bytes: fields.bytes.subarray(begin, end),
    });
    at = align4(end);
  }
  return notes;
}

const NT_GNU_BUILD_ID = 3;

/** In hex; undefined where there is none. */
export function buildIdIn(notes: readonly ElfNote[]): string | undefined {
  const note = notes.find(({ owner, type }) => owner === 'GNU' && type === NT_GNU_BUILD_ID);
  return note && Array.from(note.bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function readSegments(readAt: ReadAt, header: Fields, count: number): ElfSegment[] {
  if (count > MAX_SEGMENTS) throw new ElfError(`it says that it has ${count} segments`);
  const fields = new Fields(exactly(readAt, header.u64(32), count * SEGMENT_BYTES, 'its table of segments'));
  return Array.from({ length: count }, (_, index) => {
    const at = index * SEGMENT_BYTES;
    const flags = fields.u32(at + 4);
    return {
      type: fields.u32(at),
      readable: (flags & 4) !== 0,
      writable: (flags & 2) !== 0,
      executable: (flags & 1) !== 0,
      position: fields.u64(at + 8),
      address: fields.u64(at + 16),
      fileBytes: fields.u64(at + 32),
      memoryBytes: fields.u64(at + 40),
    };
  });
}

function readSections(readAt: ReadAt, header: Fields): Elf['sections'] {
  const position = header.u64(40);
  const count = header.u16(60);
  if (position === 0 || count === 0) return []; // stripped of them, or a core file
  if (count > MAX_SECTIONS) throw new ElfError(`it says that it has ${count} sections`);
  const fields = new Fields(exactly(readAt, position, count * SECTION_BYTES, 'its table of sections'));
  const raw = Array.from({ length: count }, (_, index) => {
    const at = index * SECTION_BYTES;
    return {
      nameAt: fields.u32(at),
      type: fields.u32(at + 4),
      address: fields.u64(at + 16),
      position: fields.u64(at + 24),
      byteLength: fields.u64(at + 32),
      link: fields.u32(at + 40),
    };
  });
  const table = raw[header.u16(62)];
  const names = table ? exactly(readAt, table.position, Math.min(table.byteLength, 2 ** 20), 'its names') : NO_BYTES;
  return raw.map(({ nameAt, ...section }) => ({ name: textAt(names, nameAt), ...section }));
}

/** `sh_info` of the first section's header. */
function sectionInfo(readAt: ReadAt, header: Fields): number {
  const fields = new Fields(exactly(readAt, header.u64(40), SECTION_BYTES, 'its first section'));
  return fields.u32(44);
}

export function exactly(
  readAt: ReadAt,
  position: number,
  byteLength: number,
  what: string,
  into?: Uint8Array,
): Uint8Array {
  const bytes = readAt(position, byteLength, into);
  if (bytes.length < byteLength) throw new ElfError(`it ends before ${what}, it was cut short`);
  return bytes;
}

/** Unaligned little-endian fields. */
export class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** Exact below 2^53; an address of the kernel's half loses its last bits. */
  u64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 2 ** 32;
  }
}

const NO_BYTES = new Uint8Array(0);

/** What packs core files, by their first bytes. */
function compressed(header: Fields): string {
  const first = header.u32(0);
  const isPacked = first === 0xfd2fb528 || first === 0x184d2204 || (first & 0xffff) === 0x8b1f || first === 0x587a37fd;
  return isPacked ? ' but a packed one, unpack it first (coredumpctl dump -o core, zstd -d)' : '';
}

export function textAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return '';
  const end = bytes.indexOf(0, at);
  return latin1(bytes.subarray(at, end < 0 ? bytes.length : end));
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function align4(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
