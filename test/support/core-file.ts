/** A core file of a process, by gdb's gcore; it takes what the process has reserved of memory, 1 GB and more, on the disk. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const folders = (process.env.PATH ?? '').split(delimiter);

/** Why no core file can be written here, or false (scripts/needs.sh installs what it takes). */
export const noGcore: string | false = folders.some((each) => existsSync(join(each, 'gcore')))
  ? false
  : 'there is no gcore: apt-get install gdb';

/** The file; the process goes on. @throws where there is no gcore, or it may not */
export async function coreOf(pid: number, folder: string): Promise<string> {
  await promisify(execFile)('gcore', ['-o', join(folder, 'core'), `${pid}`]);
  return join(folder, `core.${pid}`);
}
