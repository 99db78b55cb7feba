/** Recognizes a sampling profile (profile-file.ts) by what it begins with: by itself, since few files are one. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

const HEAD_BYTES = 256;
const BEGIN = /^\s*\{\s*"head"\s*:\s*\{\s*"callFrame"/;

/** Whether a file is one. False too for what cannot be read: its reader says so. */
export function isProfileFile(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return BEGIN.test(head.toString('latin1', 0, readSync(file, head)));
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
