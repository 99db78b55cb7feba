/** What the commands say on stderr about a probe: while it runs, and what it cost. */
import type { FileProgress } from '../../agent/file.ts';
import type { SnapshotProgress } from '../../agent/probe/snapshot.ts';
import type { Cost } from '../../protocol/partition.ts';
import { roughDuration, roughSize } from './rough.ts';

/** One line for the place where progress stands. */
export function progressText(progress: SnapshotProgress | FileProgress): string {
  switch (progress.phase) {
    case 'waiting':
      return "waiting for the target's event loop";
    case 'walking':
      return `the target stands still and walks its heap: ${share(progress.doneNodes, progress.totalNodes)} nodes`;
    case 'receiving':
      return `the target stands still and sends: ${roughSize(progress.bytes)}`;
    case 'reading':
      return progress.totalBytes === undefined
        ? `reading: ${roughSize(progress.bytes)}`
        : `reading: ${share(progress.bytes, progress.totalBytes)} bytes`;
    case 'classifying':
      return `the target runs again; sorting nodes by ${progress.by}`;
  }
}

/** `paused 1.2 s (forecast 1.5 s), RSS +146 MB (forecast 160 MB), 31.0 MB received`; what is not known is left out. */
export function costText({ forecast, pauseMs, extraBytes, transferBytes, heldMs }: Cost): string {
  const parts: string[] = [];
  if (pauseMs !== undefined) parts.push(`paused ${roughDuration(pauseMs)}${beside(forecast?.pauseMs, roughDuration)}`);
  if (extraBytes !== undefined) parts.push(`RSS ${signed(extraBytes)}${beside(forecast?.extraBytes, roughSize)}`);
  if (transferBytes !== undefined) parts.push(`${roughSize(transferBytes)} received`);
  if (heldMs !== undefined) parts.push(`object ids held for ${roughDuration(heldMs)}`);
  return parts.join(', ');
}

function share(done: number, total: number): string {
  return `${Math.floor((100 * done) / Math.max(1, total))} % of ${total}`;
}

function beside(forecast: number | undefined, show: (value: number) => string): string {
  return forecast === undefined ? '' : ` (forecast ${show(forecast)})`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '-' : '+'}${roughSize(Math.abs(bytes))}`;
}
