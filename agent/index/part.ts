/**
 * One file of an index: named arrays, read one by one when somebody asks for them.
 *
 *     byte  0   "HWINDEX\n"
 *           8   Uint32, bytes of the head; Uint32, CRC-32 of the head
 *          16   the head, JSON: what the part is bound to (binding.ts), its facts, and of each array its name, the type and
 *               number of its entries, where its bytes begin, and their CRC-32
 *           …   the arrays in the byte order of the machine, each from a multiple of 8 on
 *
 * Nothing in it is trusted. What it is bound to is compared first; an array is read only where it lies within the part, so
 * that no more memory is taken than the part has bytes, and is as long as its reader knows from the head of the snapshot;
 * then its checksum must be right. Who reads an array then looks at its entries as the parser looks at the snapshot's.
 *
 * A part is written under a name of its own and renamed when it is whole: of two who write at once each has written all, and
 * both have written the same. An open part stays readable when it is replaced or removed.
 */
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { check, IndexFault, isCount } from './check.ts';

const MAGIC = new TextEncoder().encode('HWINDEX\n');
const PROLOGUE_BYTES = 16;
const MAX_HEAD_BYTES = 2 ** 20;
const ALIGNMENT = 8;
/** Read, written and summed at once: calls of the system take less than 2^31. */
const PIECE_BYTES = 2 ** 26;

const TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const;
type TypeName = keyof typeof TYPES;
export type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** By name: an array, or pieces that make one. */
export type PartArrays = Readonly<Record<string, Column | readonly Column[]>>;

interface Entry {
  readonly type: TypeName;
  readonly length: number;
  readonly begin: number;
  readonly crc: number;
}

interface Head {
  readonly binding: string;
  readonly facts: unknown;
  readonly arrays: Readonly<Record<string, Entry>>;
}

/** Bytes of the part that `writePart` makes of these, its head not counted. */
export function bytesOfArrays(arrays: PartArrays): number {
  return Object.values(arrays)
    .flat()
    .reduce((sum, { byteLength }) => sum + byteLength + ALIGNMENT, 0);
}

/** Writes a part, for its owner alone to read. @throws an error of the system, having removed what it wrote */
export function writePart(path: string, head: { binding: string; facts: unknown }, arrays: PartArrays): void {
  const draft = `${path}.${process.pid}-${crypto.randomUUID()}.draft`;
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    try {
      const { prologue, places } = laidOut(head, arrays);
      writeAll(fd, prologue, 0);
      for (const [name, array] of Object.entries(arrays)) {
        let at = places[name]!;
        for (const piece of [array].flat()) {
          writeAll(fd, bytesOf(piece), at);
          at += piece.byteLength;
        }
      }
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function laidOut(
  { binding, facts }: { binding: string; facts: unknown },
  arrays: PartArrays,
): { prologue: Uint8Array; places: Record<string, number> } {
  const entries = Object.entries(arrays).map(([name, array]) => ({ name, ...entryOf([array].flat()) }));
  // where the arrays begin depends on how long the head is, which says where they begin: from its longest
  const lengthWith = (begin: number): number =>
    new TextEncoder().encode(JSON.stringify({ binding, facts, arrays: placed(entries, begin) })).length;
  const begin = aligned(PROLOGUE_BYTES + lengthWith(Number.MAX_SAFE_INTEGER / 2));
  const table = placed(entries, begin);
  const text = new TextEncoder().encode(JSON.stringify({ binding, facts, arrays: table }));
  check(text.length <= MAX_HEAD_BYTES, 'its head is too long');
  const prologue = new Uint8Array(begin);
  prologue.set(MAGIC);
  const view = new DataView(prologue.buffer);
  view.setUint32(8, text.length, true);
  view.setUint32(12, crc32(text), true);
  prologue.set(text, PROLOGUE_BYTES);
  return { prologue, places: Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, entry.begin])) };
}

function placed(entries: readonly (Omit<Entry, 'begin'> & { name: string })[], from: number): Record<string, Entry> {
  const table: Record<string, Entry> = {};
  let begin = from;
  for (const { name, type, length, crc } of entries) {
    table[name] = { type, length, begin, crc };
    begin = aligned(begin + length * TYPES[type].BYTES_PER_ELEMENT);
  }
  return table;
}

function entryOf(pieces: readonly Column[]): Omit<Entry, 'begin'> {
  const type = typeOf(pieces[0] ?? new Uint8Array(0));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { type, length, crc: pieces.reduce((crc, piece) => sumOf(bytesOf(piece), crc), 0) };
}

function typeOf(column: Column): TypeName {
  const found = Object.entries(TYPES).find(([, type]) => column instanceof type);
  return found![0] as TypeName;
}

function bytesOf({ buffer, byteOffset, byteLength }: Column): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function sumOf(bytes: Uint8Array, before: number): number {
  let sum = before;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) sum = crc32(bytes.subarray(at, at + PIECE_BYTES), sum);
  return sum;
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(fd, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), position + at);
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** A part that is open for reading. */
export class OpenPart implements Disposable {
  readonly #fd: number;
  readonly #sizeBytes: number;
  readonly #head: Head;

  private constructor(fd: number, sizeBytes: number, head: Head) {
    this.#fd = fd;
    this.#sizeBytes = sizeBytes;
    this.#head = head;
  }

  /** Null where there is none. @throws IndexFault where it is not whole, not ours, or of another snapshot */
  static of(path: string, binding: string): OpenPart | null {
    const fd = opened(path);
    if (fd === null) return null;
    try {
      const stats = fstatSync(fd);
      check(
        stats.isFile() && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0,
        'a part is not ours alone',
      );
      const head = headOf(fd, stats.size);
      check(head.binding === binding, 'it is of another snapshot');
      return new OpenPart(fd, stats.size, head);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Beside the arrays, whatever was written; to be looked at before it is used. */
  get facts(): unknown {
    return this.#head.facts;
  }

  /** Of its arrays. */
  get names(): readonly string[] {
    return Object.keys(this.#head.arrays);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#head.arrays, name);
  }

  /**
   * The array `name`, read now.
   * @param length entries that it must have; absent: as many as it says, which are in the part
   * @throws IndexFault where it is not so, or its checksum is wrong
   */
  read<T extends TypeName>(name: string, type: T, length?: number): InstanceType<(typeof TYPES)[T]> {
    const entry = this.has(name) ? this.#head.arrays[name]! : undefined;
    check(entry !== undefined, `it has no ${name}`);
    const { begin, length: has, crc, type: is } = entry!;
    check(is === type, `${name} has entries of another type`);
    check(isCount(has) && isCount(begin) && begin % ALIGNMENT === 0, `${name} has no place`);
    check(length === undefined || has === length, `${name} has ${has} entries, not ${length}`);
    const byteLength = has * TYPES[type].BYTES_PER_ELEMENT;
    // an array without entries may lie behind the end
    check(byteLength === 0 || begin + byteLength <= this.#sizeBytes, `it is cut short in ${name}`);
    const array = new TYPES[type](has) as InstanceType<(typeof TYPES)[T]>;
    const bytes = bytesOf(array);
    check(readAll(this.#fd, bytes, begin), `it is cut short in ${name}`);
    check(sumOf(bytes, 0) === crc, `the checksum of ${name} is wrong`);
    return array;
  }

  /** The type of the entries of `name`. @throws IndexFault without such an array */
  typeOf(name: string): TypeName {
    check(this.has(name), `it has no ${name}`);
    return this.#head.arrays[name]!.type;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

function opened(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function headOf(fd: number, sizeBytes: number): Head {
  const prologue = new Uint8Array(PROLOGUE_BYTES);
  check(readAll(fd, prologue, 0) && MAGIC.every((byte, at) => prologue[at] === byte), 'it does not begin as one');
  const view = new DataView(prologue.buffer);
  const length = view.getUint32(8, true);
  check(length <= Math.min(MAX_HEAD_BYTES, sizeBytes), 'its head is too long');
  const text = new Uint8Array(length);
  check(readAll(fd, text, PROLOGUE_BYTES), 'it is cut short in its head');
  check(crc32(text) === view.getUint32(12, true), 'the checksum of its head is wrong');
  const head = parsed(new TextDecoder().decode(text)) as Partial<Head> | null;
  check(typeof head === 'object' && head !== null && isTable(head.arrays), 'its head is none');
  return head as Head;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IndexFault('Cannot use an index: its head is no JSON', { cause });
  }
}

function isTable(arrays: unknown): boolean {
  return (
    typeof arrays === 'object' &&
    arrays !== null &&
    Object.values(arrays).every((entry) => typeof entry === 'object' && entry !== null && entry.type in TYPES)
  );
}

/** False where the file ends before. */
function readAll(fd: number, bytes: Uint8Array, position: number): boolean {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(fd, bytes, at, Math.min(PIECE_BYTES, bytes.length - at), position + at);
    if (read === 0) return false;
    at += read;
  }
  return true;
}
