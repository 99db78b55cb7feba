/** Shows how far a snapshot has come, and says when nothing comes; and, to those who interrupt one, what is still waited for. */
import { SILENT_MS } from '../../agent/attach/condition.ts';
import type { SnapshotProgress } from '../../agent/probe/snapshot.ts';
import type { Io } from '../terminal/io.ts';
import { progressText } from './words.ts';

/** What to hand to a snapshot as its `onProgress`. */
export function snapshotProgress(io: Io): (progress: SnapshotProgress) => void {
  let isSending = false;
  let late: NodeJS.Timeout | undefined;
  io.signal.addEventListener('abort', () => {
    if (isSending)
      io.say('the snapshot cannot be cancelled: ending when the target has sent it; Ctrl-C again ends at once');
  });
  return (progress) => {
    clearTimeout(late);
    isSending = progress.phase === 'walking' || progress.phase === 'receiving';
    if (isSending) late = setTimeout(() => io.say(STALLED), SILENT_MS).unref();
    io.progress(progressText(progress));
  };
}

const STALLED = `the snapshot has not got on for ${SILENT_MS / 1_000} s: V8 sorts a large heap without a word; it is given up after a minute or more`;
