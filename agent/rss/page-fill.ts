/** How much of each page of a mapping is used, and from that what of its resident bytes is; pure. */

const PAGE_BYTES = 4_096;

export class PageFill {
  readonly #start: number;
  readonly #used: Uint16Array;

  constructor(startAddress: number, endAddress: number) {
    this.#start = startAddress;
    this.#used = new Uint16Array(Math.ceil((endAddress - startAddress) / PAGE_BYTES));
  }

  /** Bytes in use; none twice. */
  add(address: number, byteLength: number): void {
    eachPage(address - this.#start, byteLength, (page, bytes) => {
      this.#used[page] += bytes;
    });
  }

  /** @param held one byte a page, 1 for those in memory */
  resident(held: Uint8Array): { usedBytes: number; freeBytes: number } {
    let usedBytes = 0;
    let pages = 0;
    for (const [page, used] of this.#used.entries()) {
      if (held[page] !== 1) continue;
      pages++;
      usedBytes += Math.min(used, PAGE_BYTES);
    }
    return { usedBytes, freeBytes: pages * PAGE_BYTES - usedBytes };
  }
}

/** Of `[offset, offset + byteLength)` of a mapping what is in pages that are held. */
export function residentOf(held: Uint8Array, offset: number, byteLength: number): number {
  let sum = 0;
  eachPage(offset, byteLength, (page, bytes) => {
    if (held[page] === 1) sum += bytes;
  });
  return sum;
}

function eachPage(offset: number, byteLength: number, visit: (page: number, bytes: number) => void): void {
  const end = offset + byteLength;
  for (let at = offset; at < end; ) {
    const page = Math.floor(at / PAGE_BYTES);
    const next = Math.min(end, (page + 1) * PAGE_BYTES);
    visit(page, next - at);
    at = next;
  }
}
