/**
 * A long part of a file, piece by piece in the same memory: tables of symbols have some MB, and read-only data 60, of which a few
 * bytes are wanted.
 *
 *     |----- piece -----|
 *                    |----- piece -----|      each begins with the last bytes of the one before
 */
import type { FileHandle } from 'node:fs/promises';
import { ElfError, exactly, type ReadAt } from './elf.ts';

/** Of symbols, 24 bytes each; what is looked for is shorter than what two pieces share. */
const ENTRY_BYTES = 24;
const PIECE_BYTES = ENTRY_BYTES * 8_192;
const SHARED_BYTES = ENTRY_BYTES * 32;

/** @param from where in the part it begins; a multiple of 24 */
export type VisitPiece = (piece: Buffer, from: number) => void;

/** `piece` is overwritten by the next one. @throws ElfError for a file that ends before */
export function eachPiece(readAt: ReadAt, position: number, byteLength: number, what: string, visit: VisitPiece): void {
  const memory = new Uint8Array(Math.min(PIECE_BYTES, byteLength));
  for (let from = 0; from < byteLength; from += PIECE_BYTES - SHARED_BYTES) {
    const piece = exactly(readAt, position + from, Math.min(PIECE_BYTES, byteLength - from), what, memory);
    visit(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength), from);
    if (from + PIECE_BYTES >= byteLength) return;
  }
}

/** Texts that end with a zero byte and begin with one of `starts`, by where they are; those across two pieces once. */
export class TextSearch {
  readonly found = new Map<number, string>();
  readonly #starts: readonly string[];

  constructor(starts: readonly string[]) {
    this.#starts = starts;
  }

  readonly visit: VisitPiece = (piece, from) => {
    for (const start of this.#starts) {
      for (let at = piece.indexOf(start, 0, 'latin1'); at >= 0; at = piece.indexOf(start, at + 1, 'latin1')) {
        const end = piece.indexOf(0, at);
        if (end >= 0 && end - at < SHARED_BYTES) this.found.set(from + at, piece.toString('latin1', at, end));
      }
    }
  };
}

/** Calls `visit` with the name and the address of each symbol of a table whose name is at one of those places. */
export function symbolsAt(
  names: ReadonlyMap<number, string>,
  visit: (name: string, address: number) => void,
): VisitPiece {
  return (piece) => {
    for (let at = 0; at + ENTRY_BYTES <= piece.byteLength; at += ENTRY_BYTES) {
      const name = names.get(piece.readUInt32LE(at));
      if (name !== undefined) visit(name, Number(piece.readBigUInt64LE(at + 8)));
    }
  };
}

/** The same while others have their turn. @throws as eachPiece; the system's error */
export async function eachPieceInTurn(
  file: FileHandle,
  position: number,
  byteLength: number,
  what: string,
  visit: VisitPiece,
): Promise<void> {
  const memory = Buffer.alloc(Math.min(PIECE_BYTES, byteLength));
  for (let from = 0; from < byteLength; from += PIECE_BYTES - SHARED_BYTES) {
    const wanted = Math.min(PIECE_BYTES, byteLength - from);
    const { bytesRead } = await file.read(memory, 0, wanted, position + from);
    visit(exactly(() => memory.subarray(0, bytesRead), position, wanted, what) as Buffer, from);
    if (from + PIECE_BYTES >= byteLength) return;
  }
}

/** @throws ElfError for a section that is longer than any should be */
export function assertBounded({ name, byteLength }: { name: string; byteLength: number }, mostBytes: number): void {
  if (byteLength > mostBytes) throw new ElfError(`its section ${name} has ${byteLength} bytes`);
}
