/** A thread that a stopped process waits for goes before others where the system allows it (root, CAP_SYS_NICE). */
import { getPriority, setPriority } from 'node:os';
import { isForbidden } from './process-state.ts';

/** Nice value of who may not be kept waiting on a busy machine; below it are the kernel's own. */
const FIRST = -15;

/** Does `work` with that priority. On Linux it is the calling thread's alone. */
export function hurried<T>(work: () => T): T {
  const usual = getPriority();
  if (!hurry()) return work();
  try {
    return work();
  } finally {
    setPriority(usual);
  }
}

function hurry(): boolean {
  try {
    setPriority(FIRST);
    return true;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}
