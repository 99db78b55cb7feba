/**
 * How long a process has waited for a processor: what is left of a latency without that is its own, on a busy machine too.
 *
 *     /proc/PID/task/PID/schedstat: nanoseconds it ran, nanoseconds it waited in the run queue, time slices
 */
import { readFileSync } from 'node:fs';

const NS = 1e6;

/** Milliseconds for which a process's main thread was ready and did not run, since it began. */
export function queuedMs(pid: number): number {
  const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waitedNs) / NS;
}
