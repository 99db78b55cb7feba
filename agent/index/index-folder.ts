/**
 * The folder that indexes lie in, and how much they may take there.
 *
 *     heapwatch/index/            0700, ours; else nothing is read from it or put into it
 *       3f9c…/                    one snapshot file's (binding.ts); its time is that of its last use
 *         columns, by-kind, …     parts (part.ts), 0600
 *         columns.4711-….draft    being written, or left behind by who was killed
 */
import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, statfsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { IndexFault } from './check.ts';
import type { IndexSetting } from './in-use.ts';

/** Of what is free on the disk an index takes at most this part. */
const FREE_RATIO = 0.5;
/** A draft that nobody has written to for so long is left behind. */
const DRAFT_MS = 600_000;
/** Looked at in one round of cleaning, so that a folder full of other things costs no time. */
const MAX_ENTRIES = 10_000;

/** The folder of one snapshot's index. @throws IndexFault, an error of the system: the folder is not ours */
export function madeFolder({ folder }: IndexSetting, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  assertOurs(folder);
  const path = join(folder, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  assertOurs(path);
  return path;
}

/** The same where it is there, else null. @throws IndexFault where it is not ours */
export function knownFolder({ folder }: IndexSetting, name: string): string | null {
  const path = join(folder, name);
  if (!isThere(path)) return null;
  assertOurs(folder);
  assertOurs(path);
  return path;
}

/** It was used now. */
export function touch(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

/**
 * Makes room for `bytes` more in the index `name`: removes what was used longest ago, and drafts that were left behind.
 * @throws IndexFault where there is no room
 */
export function makeRoom({ folder, maxBytes }: IndexSetting, name: string, bytes: number): void {
  const free = statfsSync(folder);
  if (bytes > FREE_RATIO * free.bavail * free.bsize) throw new IndexFault('Cannot keep an index: the disk is too full');
  const indexes = readdirSync(folder)
    .slice(0, MAX_ENTRIES)
    .flatMap((each) => indexAt(folder, each));
  const own = indexes.find((index) => index.name === name)?.bytes ?? 0;
  if (own + bytes > maxBytes) throw new IndexFault(`Cannot keep an index: it is larger than ${maxBytes} bytes`);
  let taken = indexes.reduce((sum, index) => sum + index.bytes, 0);
  for (const index of indexes.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (taken + bytes <= maxBytes) return;
    if (index.name === name) continue;
    removeIndex(folder, index.name);
    taken -= index.bytes;
  }
}

/** Its parts, and the folder where nothing else is in it: whatever somebody put there that is none of ours stays. */
export function removeIndex(folder: string, name: string): void {
  const path = join(folder, name);
  for (const part of readdirSync(path)) rmSync(join(path, part), { force: true });
  rmdirSync(path);
}

interface Kept {
  readonly name: string;
  readonly bytes: number;
  readonly usedAtMs: number;
}

/** None where it is no index, or is being removed. */
function indexAt(folder: string, name: string): Kept[] {
  const path = join(folder, name);
  if (!/^[0-9a-f]{32}$/.test(name)) return [];
  try {
    const bytes = readdirSync(path)
      .slice(0, MAX_ENTRIES)
      .reduce((sum, part) => sum + bytesOf(join(path, part)), 0);
    return [{ name, bytes, usedAtMs: statSync(path).mtimeMs }];
  } catch {
    return [];
  }
}

/** A draft that was left behind is removed. */
function bytesOf(path: string): number {
  const { size, mtimeMs } = lstatSync(path);
  if (!path.endsWith('.draft') || Date.now() - mtimeMs < DRAFT_MS) return size;
  rmSync(path, { force: true });
  return 0;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function assertOurs(path: string): void {
  const { uid, mode } = lstatSync(path);
  const isFolder = (mode & 0o170000) === 0o040000;
  if (isFolder && uid === process.getuid?.() && (mode & 0o077) === 0) return;
  throw new IndexFault(`Cannot use an index: ${path} is no folder of ours alone (0700)`);
}
