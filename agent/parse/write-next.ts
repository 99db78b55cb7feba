import type { ReadAt } from './find-section.ts';

/** What takes a file's bytes, and knows where it is. */
interface Taker {
  readonly offset: number;
  write(bytes: Uint8Array): void;
}

/** Hands on the bytes that follow what has been taken; gives false at the file's end. */
export function writeNext(to: Taker, read: ReadAt, buffer: Uint8Array): boolean {
  const bytesRead = read(buffer, to.offset);
  if (bytesRead > 0) to.write(buffer.subarray(0, bytesRead));
  return bytesRead > 0;
}
