/** What the commands say on stderr about a probe: while it runs, and what it cost. */
import type { FileProgress } from '../../agent/file/file.ts';
import type { SnapshotProgress } from '../../agent/probe/snapshot.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Cost } from '../../protocol/partition.ts';

/** One line for the place of the progress. */
export function progressText(progress: SnapshotProgress | FileProgress): string {
  switch (progress.phase) {
    case 'waiting':
      return "waiting for the target's event loop";
    case 'walking':
      return `the target is paused and walks its heap: ${share(progress.doneNodes, progress.totalNodes)} nodes`;
    case 'receiving':
      return `the target is paused and sends: ${humanSize(progress.bytes)}`;
    case 'reading':
      return progress.totalBytes === undefined
        ? `reading: ${humanSize(progress.bytes)}`
        : `reading: ${share(progress.bytes, progress.totalBytes)} bytes`;
    case 'classifying':
      return `the target runs again; sorting nodes by ${progress.by}`;
  }
}

/** @param why a process does not run; undefined: it runs again */
export function standstillText(target: string, why: string | undefined): string {
  return why === undefined ? `${target} runs again` : `${target} does not run: ${why}`;
}

/** `paused 1.2 s (forecast 1.5 s), RSS +146 MB (forecast 160 MB), 31.0 MB received`; what is not known is left out. */
export function costText({ forecast, pauseMs, extraBytes, transferBytes, heldMs }: Cost): string {
  const parts: string[] = [];
  if (pauseMs !== undefined) parts.push(`paused ${humanDuration(pauseMs)}${beside(forecast?.pauseMs, humanDuration)}`);
  if (extraBytes !== undefined) parts.push(`RSS ${signed(extraBytes)}${beside(forecast?.extraBytes, humanSize)}`);
  if (transferBytes !== undefined) parts.push(`${humanSize(transferBytes)} received`);
  if (heldMs !== undefined) parts.push(`object ids held for ${humanDuration(heldMs)}`);
  return parts.join(', ');
}

function share(done: number, total: number): string {
  return `${Math.floor((100 * done) / Math.max(1, total))} % of ${total}`;
}

function beside(forecast: number | undefined, show: (value: number) => string): string {
  return forecast === undefined ? '' : ` (forecast ${show(forecast)})`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '-' : '+'}${humanSize(Math.abs(bytes))}`;
}
