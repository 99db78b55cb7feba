/** The text of a configuration file, with the name that messages give it. */
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { UsageError } from './exit.ts';

/** A thousand targets with labels take some 300 KB. */
const MAX_BYTES = 16 * 2 ** 20;

/** @throws UsageError for a file that cannot be read */
export function readConfigFile(path: string): { name: string; text: string } {
  try {
    return { name: path, text: readBoundedSync(path, MAX_BYTES).toString() };
  } catch (cause) {
    throw new UsageError(`Cannot read configuration ${path}: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'permission denied';
  return message;
}
