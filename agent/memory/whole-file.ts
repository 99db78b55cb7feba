/** A file of /proc as text: it is made while it is read, and has no size before. */
import { readSync } from 'node:fs';
import { isGone } from './process-state.ts';

const CHUNK_BYTES = 64 * 1_024;

/** Empty once the process has ended. */
export function readWhole(fd: number): string {
  let text = '';
  for (const piece of chunks(fd)) text += piece;
  return text;
}

/** The same in pieces that end with a line which begins with `last`: half of a megabyte for a gigabyte of heap leaves no garbage. */
export function* textPieces(fd: number, last: string): Generator<string> {
  let text = '';
  for (const chunk of chunks(fd)) {
    text += chunk;
    const at = text.lastIndexOf(`\n${last}`);
    const end = at < 0 ? 0 : text.indexOf('\n', at + 1) + 1;
    if (end === 0) continue;
    yield text.slice(0, end);
    text = text.slice(end);
  }
  if (text !== '') yield text;
}

function* chunks(fd: number): Generator<string> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    let read: number;
    try {
      read = readSync(fd, chunk, 0, CHUNK_BYTES, position);
    } catch (error) {
      if (isGone(error)) return;
      throw error;
    }
    if (read === 0) return;
    yield chunk.toString('latin1', 0, read);
    position += read;
  }
}
