/** Recognizes a sampling profile (profile-file.ts) by what it begins with, one of pprof by its name: by itself, since few files are one. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

const HEAD_BYTES = 256;
/** A file in pprof's format begins with nothing of its own. */
const PPROF = /\.(?:pb|pprof)(?:\.gz)?$/;
const BEGIN = /^\s*\{\s*"head"\s*:\s*\{\s*"callFrame"/;

/** Whether a file is one. False too for what cannot be read: its reader says so. */
export function isProfileFile(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    if (PPROF.test(path)) return true;
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
