/**
 * Heap snapshots and profiles that Node writes by itself when V8's limit is near (`--heapsnapshot-near-heap-limit`,
 * `v8.setHeapSnapshotNearHeapLimit`, and on 26 `v8.setHeapProfileNearHeapLimit`), found in the folder of the process once it has
 * ended. `v8.writeHeapSnapshot()` and a signal's snapshot have the same names: that one is there does not say that the limit was near.
 *
 *     Heap.20261122.062445.4711.0.001.heapsnapshot     date, time, pid, thread, number
 */
import { opendir, readlink, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { flagValue } from './node-flags.ts';
import { ProcessError, readProcess } from './process.ts';

/** Where a process writes them, known while it runs. */
export interface DiagnosticFolder {
  readonly path: string;
  /** As the process calls itself. */
  readonly ownPid: number;
  /** Whether it writes profiles at any end (`--heap-prof`), which say nothing of a limit. */
  readonly isProfiled?: boolean;
}

/** Entries of a folder that are looked at, and files that are named. */
const MOST_ENTRIES = 20_000;
const MOST_FILES = 8;

/** Null where the process has ended, or sees other files under the same names than we do (a container). */
export async function diagnosticFolder(pid: number, ownPid: number): Promise<DiagnosticFolder | null> {
  try {
    const [root, cwd, { flags }] = await Promise.all([
      readlink(`/proc/${pid}/root`),
      readlink(`/proc/${pid}/cwd`),
      readProcess(pid),
    ]);
    if (root !== '/' || cwd.endsWith(' (deleted)')) return null;
    const named = flagValue(flags.words, '--diagnostic-dir');
    const path = named === undefined || named === '' ? cwd : isAbsolute(named) ? named : join(cwd, named);
    const isProfiled = flags.words.includes('--heap-prof');
    return { path, ownPid, ...(isProfiled && { isProfiled }) };
  } catch (error) {
    if (error instanceof ProcessError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

/** Paths of what it wrote since then, the oldest first; empty where the folder cannot be read. @param sinceMs milliseconds since 1970 */
export async function nearLimitFiles(
  { path, ownPid, isProfiled = false }: DiagnosticFolder,
  sinceMs: number,
): Promise<string[]> {
  const found: string[] = [];
  const what = isProfiled ? 'snapshot' : '(?:snapshot|profile)';
  const name = new RegExp(`^Heap\\.\\d{8}\\.\\d{6}\\.${ownPid}\\.\\d+\\.\\d+\\.heap${what}$`);
  try {
    let seen = 0;
    for await (const entry of await opendir(path)) {
      if (++seen > MOST_ENTRIES || found.length === MOST_FILES) break;
      if (!entry.isFile() || !name.test(entry.name)) continue;
      const file = join(path, entry.name);
      if ((await stat(file)).mtimeMs >= sinceMs) found.push(file);
    }
  } catch {
    return found; // not for us, or gone meanwhile
  }
  return found.sort();
}
