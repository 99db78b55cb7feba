/** A file of /proc as text: it is made while it is read, and has no size before. */
import { readSync } from 'node:fs';
import { isGone } from './process-state.ts';

const CHUNK_BYTES = 256 * 1_024;

/** Empty once the process has ended. */
export function readWhole(fd: number): string {
  let text = '';
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    let read: number;
    try {
      read = readSync(fd, chunk, 0, CHUNK_BYTES, position);
    } catch (error) {
      if (isGone(error)) return '';
      throw error;
    }
    if (read === 0) return text;
    text += chunk.toString('latin1', 0, read);
    position += read;
  }
}
