/**
 * A sampling profile in a file, `.heapprofile`, as `sample`, Chrome DevTools and `node --heap-prof` write it, or in pprof's format, gzipped
 * or not: by what it holds, not by its name. Its interval is not in it: samples are counted as they are.
 */
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Partition } from '../../protocol/partition.ts';
import { fileError } from '../base/file-error.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { originalProfile } from '../original/profile.ts';
import { type HeapProfile, heapProfileOf } from '../profile/heap-profile.ts';
import { profileOfPprof } from './pprof-tree.ts';
import { profilePartition } from './sampling-profile.ts';

/** A tree of call frames, each named: the largest seen had 4 MB. */
const MAX_BYTES = 256 * 2 ** 20;

/** What lived by allocation site. @param target as a command names it. @throws SnapshotSyntaxError for what is no whole profile */
export function profileFilePartition(path: string, target: string): Partition {
  const profile = profileInFile(path);
  const takenAt = statSync(path).mtime.toISOString();
  const told = { ...profile, foreign: true, takenAt, heapUsedBytes: 0, cost: {} };
  const label = 'Alive of what was allocated while it was sampled; estimated.';
  const { heapUsedBytes: _, cost: __, ...partition } = profilePartition(told, { target, isolate: 'main', label });
  return partition;
}

/** @throws SnapshotSyntaxError for what is no whole profile; Error of one line for what cannot be read */
export function profileInFile(path: string): HeapProfile {
  const bytes = bytesIn(path);
  try {
    const isJson = /^\s*\{/.test(Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1'));
    return originalProfile(isJson ? profileOfJson(bytes) : profileOfPprof(bytes));
  } catch (error) {
    throw refusal(path, (error as Error).message);
  }
}

const HEAD_BYTES = 256;

function profileOfJson(bytes: Uint8Array): HeapProfile {
  const { head, samples = [] } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    head?: unknown;
    samples?: unknown;
  };
  return heapProfileOf({ profile: { head, samples } });
}

/** Unpacked. */
function bytesIn(path: string): Uint8Array {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw refusal(path, `a sampling profile has at most ${MAX_BYTES} bytes, it has ${size}`);
    bytes = readFileSync(path);
  } catch (cause) {
    throw cause instanceof SnapshotSyntaxError ? cause : fileError('read', path, cause as NodeJS.ErrnoException);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw refusal(path, `it cannot be unpacked: ${(error as Error).message}`);
  }
}

/** One line, as of other files that cannot be read. */
function refusal(path: string, reason: string): SnapshotSyntaxError {
  const error = new SnapshotSyntaxError('', 0);
  error.message = `Cannot read ${path}: ${reason.replace(/^Cannot read sampling profile: /, '')}`;
  return error;
}
