/**
 * glibc's malloc, read from outside: which bytes of its arenas are in use and which are free; pure.
 *
 *     | size of the one before | size, 3 bits | ... | size of this | size, 3 bits | ...
 *       chunk                    bit 0: the one before is in use; bit 1: a mapping of its own; bit 2: not of the main arena
 *
 * Chunks lie one behind the other to the end of an arena, so that a walk which ends there exactly was over chunks: a C library
 * that lays them out otherwise is not mistaken for it. Small chunks that threads keep in hand for themselves count as used.
 * (https://sourceware.org/git/?p=glibc.git;a=blob;f=malloc/malloc.c)
 */

/** Bytes of the process from an address on; undefined where they cannot be read. */
export type ReadMemory = (address: number, byteLength: number) => Uint8Array | undefined;

/** What `visit` is called with: one chunk, from its header to the next one's. */
export type VisitChunk = (address: number, byteLength: number, isUsed: boolean) => void;

const PREVIOUS_IN_USE = 1;
const OWN_MAPPING = 2;
const FLAGS = 7;
const HEADER_BYTES = 16;
const LEAST_CHUNK_BYTES = 32;
/** Bytes that are read at once. */
const WINDOW_BYTES = 1 << 20;

/**
 * Walks the chunks of `[start, end)`. True: it came out at the end exactly. Else what was visited does not count.
 */
export function walkChunks(start: number, end: number, read: ReadMemory, visit: VisitChunk): boolean {
  const words = new Window(read, end);
  let size = words.sizeAt(start);
  if (size === undefined || (size & PREVIOUS_IN_USE) === 0) return false;
  for (let address = start; ; ) {
    const byteLength = size - (size & FLAGS);
    const next = address + byteLength;
    if (byteLength < LEAST_CHUNK_BYTES || byteLength % HEADER_BYTES !== 0 || (size & OWN_MAPPING) !== 0) return false;
    if (next === end) {
      visit(address, byteLength, false); // the top: what has not been handed out yet
      return true;
    }
    // the two last words of an arena that was grown elsewhere are no chunk
    if (next + HEADER_BYTES > end) return false;
    const nextSize = words.sizeAt(next);
    if (nextSize === undefined) return false;
    visit(address, byteLength, (nextSize & PREVIOUS_IN_USE) !== 0);
    address = next;
    size = nextSize;
  }
}

/**
 * Where the chunks of an arena's mapping begin, the likeliest first. A mapping has `heap_info`, of 32 bytes or (since 2.35) 48;
 * the first of an arena also its `malloc_state`, of 2,200 bytes since 2.27.
 */
export function arenaStarts(start: number, read: ReadMemory): { starts: readonly number[]; end: number } | null {
  const head = wordsIn(read(start, 32), 3);
  if (!head) return null;
  const [arena, , byteLength] = head as [number, number, number];
  if (byteLength < 4_096 || byteLength % 4_096 !== 0 || byteLength > 64 * 2 ** 20) return null;
  const starts = [0x30, 0x20].map((info) => (arena === start + info ? align(start + info + 0x898) : start + info));
  return { starts, end: start + byteLength };
}

function align(address: number): number {
  return Math.ceil(address / HEADER_BYTES) * HEADER_BYTES;
}

/** Blocks with mappings of their own, of which several may lie side by side: from each header to the next. Null: it has none there. */
export function ownMappings(start: number, end: number, read: ReadMemory): { address: number; byteLength: number }[] {
  const found: { address: number; byteLength: number }[] = [];
  for (let address = start; address < end; ) {
    const [before, size] = wordsIn(read(address, HEADER_BYTES), 2) ?? [-1, 0];
    const byteLength = size - (size & FLAGS);
    const isBlock = before === 0 && (size & FLAGS) === OWN_MAPPING && byteLength > 0 && byteLength % 4_096 === 0;
    if (!isBlock || address + byteLength > end) break;
    found.push({ address, byteLength });
    address += byteLength;
  }
  return found;
}

function wordsIn(bytes: Uint8Array | undefined, count: number): number[] | null {
  if (bytes === undefined || bytes.byteLength < count * 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(
    { length: count },
    (_, i) => view.getUint32(8 * i, true) + view.getUint32(8 * i + 4, true) * 2 ** 32,
  );
}

/** Sizes of chunks, through a window that moves along. */
class Window {
  readonly #read: ReadMemory;
  readonly #end: number;
  #start = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(read: ReadMemory, end: number) {
    this.#read = read;
    this.#end = end;
  }

  sizeAt(chunk: number): number | undefined {
    const address = chunk + 8;
    if (address < this.#start || address + 8 > this.#start + this.#view.byteLength) {
      const bytes = this.#read(address, Math.min(WINDOW_BYTES, this.#end - address));
      if (bytes === undefined || bytes.byteLength < 8) return undefined;
      this.#start = address;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const at = address - this.#start;
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }
}
