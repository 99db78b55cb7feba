/**
 * A sampling profile in a file, `.heapprofile`, as `sample`, Chrome DevTools and `node --heap-prof` write it: by what it holds, not
 * by its name. Its interval is not in it: samples are counted as they are.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Partition } from '../../protocol/partition.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { originalProfile } from '../original/profile.ts';
import { heapProfileOf } from '../profile/heap-profile.ts';
import { profilePartition } from './sampling-profile.ts';

/** A tree of call frames, each named: the largest seen had 4 MB. */
const MAX_BYTES = 256 * 2 ** 20;

/** What lived by allocation site. @param target as a command names it. @throws SnapshotSyntaxError for what is no whole profile */
export function profileFilePartition(path: string, target: string): Partition {
  const { size, mtime } = statSync(path);
  if (size > MAX_BYTES) throw refusal(path, `a sampling profile has at most ${MAX_BYTES} bytes, it has ${size}`);
  const profile = profileIn(path);
  const takenAt = mtime.toISOString();
  const told = { ...profile, foreign: true, takenAt, heapUsedBytes: 0, cost: {} };
  const label = 'Alive of what was allocated while it was sampled; estimated.';
  const { heapUsedBytes: _, cost: __, ...partition } = profilePartition(told, { target, isolate: 'main', label });
  return partition;
}

function profileIn(path: string): ReturnType<typeof heapProfileOf> {
  try {
    const { head, samples = [] } = JSON.parse(readFileSync(path, 'utf8')) as { head?: unknown; samples?: unknown };
    return originalProfile(heapProfileOf({ profile: { head, samples } }));
  } catch (error) {
    throw refusal(path, (error as Error).message);
  }
}

/** One line, as of other files that cannot be read. */
function refusal(path: string, reason: string): SnapshotSyntaxError {
  const error = new SnapshotSyntaxError('', 0);
  error.message = `Cannot read ${path}: ${reason.replace(/^Cannot read sampling profile: /, '')}`;
  return error;
}
