/** Highest memory that a process has held. */
import { readFileSync } from 'node:fs';

/**
 * Peak RSS of this process so far, in bytes. `maxRSS` of the kernel's accounting starts at what the parent held when it
 * forked; the high-water mark in /proc does not, so it goes first where there is one.
 */
export function peakRssBytes(): number {
  const mark =
    process.platform === 'linux' ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return (mark ? Number(mark[1]) : process.resourceUsage().maxRSS) * 1024;
}
