/** Files that somebody names and that are small where they are what they should be: read to a bound, whatever they are. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

const CHUNK_BYTES = 65_536;

function tooLarge(maxBytes: number, advice = ''): Error {
  return new Error(`it is larger than ${maxBytes} bytes${advice}`);
}

/**
 * The bytes of a file, or of what a shell puts in place of one (`<(...)`).
 * @throws NodeJS.ErrnoException; Error for one that is larger
 */
export function readBoundedSync(path: string, maxBytes: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytesRead = readSync(fd, chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      length += bytesRead;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk.subarray(0, bytesRead));
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * The text of a regular file, for a process that has other things to do: it waits for no writer of a FIFO.
 * @param advice what to do about one that is larger
 * @throws NodeJS.ErrnoException; Error for what is none, or is larger
 */
export async function readBounded(path: string, maxBytes: number, advice = ''): Promise<string> {
  // so that a FIFO without a writer is opened too
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) throw new Error('it is no regular file');
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES);
    if (bytesRead === 0) return Buffer.concat(chunks).toString();
    length += bytesRead;
    if (length > maxBytes) throw tooLarge(maxBytes, advice);
    chunks.push(chunk.subarray(0, bytesRead));
  }
}
