/** Shows how far a snapshot has come; and says, to whoever interrupts one, what is still waited for. */
import type { SnapshotProgress } from '../../agent/probe/snapshot.ts';
import type { Io } from './io.ts';
import { progressText } from './words.ts';

/** What to hand to a snapshot as its `onProgress`. */
export function snapshotProgress(io: Io): (progress: SnapshotProgress) => void {
  let isSending = false;
  io.signal.addEventListener('abort', () => {
    if (isSending)
      io.say('the snapshot cannot be cancelled: ending when the target has sent it; Ctrl-C again ends at once');
  });
  return (progress) => {
    isSending = progress.phase === 'walking' || progress.phase === 'receiving';
    io.progress(progressText(progress));
  };
}
