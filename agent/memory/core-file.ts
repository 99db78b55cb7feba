/** Which files are core files. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** A core file is recognized by its first bytes, whatever its name. A pipe, whose bytes can be read once only, is none. */
export function isCoreFile(path: string): boolean {
  let fd: number;
  try {
    if (!statSync(path).isFile()) return false;
    fd = openSync(path, 'r');
  } catch {
    return false; // who reads the file says what is wrong with it
  }
  try {
    const first = Buffer.alloc(4);
    return readSync(fd, first, 0, 4, 0) === 4 && first.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(fd);
  }
}
