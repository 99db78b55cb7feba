/** What the file system refused, in one line that says what to do about it; and which file is no whole snapshot. */
import { SnapshotSyntaxError } from './syntax-error.ts';

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder, check the path',
  ENOTDIR: 'no such folder, check the path',
  EISDIR: 'it is a folder, name a file',
  EACCES: 'permission denied, check who may use the file and its folder',
  EPERM: 'permission denied, check who may use the file and its folder',
  EROFS: 'the file system is read-only, choose another folder',
  ENOSPC: 'no space left on device, free some or choose another folder',
  EDQUOT: 'disk quota exceeded, free some space or choose another folder',
  EFBIG: 'it would be larger than a file may be (ulimit -f), raise the limit or choose another folder',
  EEXIST: 'it exists already, remove it or choose another name',
  ENAMETOOLONG: 'the name is too long, choose a shorter one',
  EMFILE: 'too many files are open, raise the limit (ulimit -n)',
  EIO: 'the device failed',
};

/** `action` as in "read" or "write": gives `Cannot write x.heapsnapshot: no space left on device, …`, with the cause. */
export function fileError(action: string, path: string, cause: NodeJS.ErrnoException): Error {
  return new Error(`Cannot ${action} ${path}: ${REASONS[cause.code ?? ''] ?? cause.message}`, { cause });
}

/** What `read` gives; an error about the snapshot's bytes names the file. */
export async function namingFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof SnapshotSyntaxError ? error.of(path) : error;
  }
}
