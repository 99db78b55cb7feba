/** Copies regions of a process's memory into a buffer, at once; pieces go out to any number of threads. */
import { readSync } from 'node:fs';
import { isGone } from './process-state.ts';
import type { Run } from './regions.ts';

/** One read: small enough that two threads end together, and below what one read can give (2^31). */
const PIECE_BYTES = 4 * 2 ** 20;

export function piecesOf(runs: readonly Run[]): Run[] {
  const pieces: Run[] = [];
  for (const { startAddress, byteLength, byteOffset } of runs) {
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      pieces.push({
        startAddress: startAddress + at,
        byteLength: Math.min(PIECE_BYTES, byteLength - at),
        byteOffset: byteOffset + at,
      });
    }
  }
  return pieces;
}

/**
 * Reads one piece; gives how many bytes of it could not be read: its mapping was given back meanwhile (only where the process
 * runs on), or the process has ended. They are zero then.
 */
export function copyPiece(
  fd: number,
  buffer: SharedArrayBuffer,
  { startAddress, byteLength, byteOffset }: Run,
): number {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  for (let at = 0; at < byteLength; ) {
    const read = readSome(fd, bytes, at, byteLength - at, startAddress + at);
    if (read === 0) {
      bytes.fill(0, at);
      return byteLength - at;
    }
    at += read;
  }
  return 0;
}

/** Bytes read; 0 at the first address that cannot be. */
export function readSome(fd: number, bytes: Uint8Array, offset: number, byteLength: number, address: number): number {
  try {
    return readSync(fd, bytes, offset, byteLength, address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EIO' || code === 'EFAULT' || isGone(error)) return 0;
    throw error;
  }
}

/** What of the regions is not read becomes zero: the buffer may hold an older reading. */
export function clearHoles(buffer: SharedArrayBuffer, regions: readonly Run[], runs: readonly Run[]): void {
  let next = 0;
  for (const { byteOffset, byteLength } of regions) {
    let at = byteOffset;
    const end = byteOffset + byteLength;
    for (; next < runs.length && runs[next].byteOffset < end; next++) {
      new Uint8Array(buffer, at, runs[next].byteOffset - at).fill(0);
      at = runs[next].byteOffset + runs[next].byteLength;
    }
    new Uint8Array(buffer, at, end - at).fill(0);
  }
}
