/**
 * Whether the sampling that a profile is of is still the one that we began. V8's sampling profiler is one for the whole
 * isolate, and an agent in the process may stop it and begin its own in between; nobody learns of it, but all samples go.
 *
 *     mark     an object of ours that is sampled for certain and lives as long as our session, made in a function whose name
 *              nobody else has: it is in each profile of our sampling, and in none of another
 *
 * Where there is no mark (a target that refuses to evaluate, an interval too wide for one, a page that has gone to another):
 *
 *     sizes    a sample stands for about an interval of bytes: one that stands for less is of a smaller interval
 *     memory   of an earlier reading: whatever bears a number that it knows must have been in it
 */
import { randomUUID } from 'node:crypto';
import { type HeapProfile, type ProfileNode, visitNodes } from '../profile/heap-profile.ts';

/** How often a mark is sampled on average; that it never is happens 6 times in a million. */
const MARK_SAMPLES = 12;
/** Arrays of this size are allocated among small objects: larger ones get pages of their own, ten times as dear. */
const ARRAY_BYTES = 96 * 1024;
/** Of more than this the mark would be 48 MB of garbage, and more. */
const MAX_MARKED_INTERVAL_BYTES = 2 ** 22;
/** The sizes of V8's samples are never less than this part of the interval (allocation-size.ts). */
const LEAST_RATIO = 0.9;

export type Samples = HeapProfile['samples'];

const MARK_PREFIX = 'heapwatch_mark_';

/** What is to be found again. */
export interface Mark {
  readonly functionName: string;
  /** Source text that makes it, in one or two milliseconds, and gives what is to be held. */
  readonly expression: string;
}

/**
 * Null where the interval is too wide. Arrays are made one after another, each in the next, and cut down to one element where
 * they lie: 64 of them, 4 KB, are held at 512 KiB, and no more garbage lies about than the young generation takes anyway. No function of the program's runs.
 */
export function newMark(intervalBytes: number): Mark | null {
  if (intervalBytes > MAX_MARKED_INTERVAL_BYTES) return null;
  const functionName = `${MARK_PREFIX}${randomUUID().replaceAll('-', '')}`;
  const arrays = Math.ceil((MARK_SAMPLES * intervalBytes) / ARRAY_BYTES);
  const one = `const a = [last]; a.length = ${ARRAY_BYTES / 8}; a.length = 1; last = a;`;
  const body = `let last = null; for (let i = 0; i < ${arrays}; i++) { ${one} } return last;`;
  return { functionName, expression: `(function ${functionName}() { ${body} })()` };
}

/** The profile as it would be without that mark, or without any; null where there is none in it. */
export function withoutMark<T extends HeapProfile>(profile: T, mark?: Mark): T | null {
  const name = mark?.functionName ?? MARK_PREFIX;
  let found: readonly ProfileNode[] | undefined;
  visitNodes(profile.head, (node, path) => {
    if (node.callFrame.functionName.startsWith(name)) found ??= [...path, node];
  });
  if (!found) return null;
  const gone = new Set<number>();
  visitNodes(found.at(-1) as ProfileNode, ({ id }) => gone.add(id));
  return { ...profile, head: withoutLast(found), samples: profile.samples.filter(({ nodeId }) => !gone.has(nodeId)) };
}

/** The tree whose nodes lead to one, root first, without that one, and without those that V8 had for its sake alone. */
function withoutLast(path: readonly ProfileNode[]): ProfileNode {
  let kept: ProfileNode | null = null;
  for (let depth = path.length - 2; depth >= 0; depth--) {
    const { children, ...node } = path[depth];
    const left = children.flatMap((child) => (child !== path[depth + 1] ? [child] : kept ? [kept] : []));
    kept = depth > 0 && left.length === 0 && node.selfSize === 0 ? null : { ...node, children: left };
  }
  return kept ?? { ...path[0], selfSize: 0, children: [] };
}

/** What is known of a sampling without a mark. */
export interface Unmarked {
  readonly intervalBytes: number;
  /** The last reading's samples, as `memoryOf` gives them. */
  readonly before?: Float64Array<ArrayBuffer>;
}

/** What is kept of samples until the next reading: ordinal, size, ordinal, size, …; it passes between threads at no cost. */
export function memoryOf(samples: Samples): Float64Array<ArrayBuffer> {
  const memory = new Float64Array(2 * samples.length);
  samples.forEach(({ ordinal, size }, at) => {
    memory[2 * at] = ordinal;
    memory[2 * at + 1] = size;
  });
  return memory;
}

/** Whether a profile can be of it. */
export function isLike({ samples }: HeapProfile, { intervalBytes, before }: Unmarked): boolean {
  if (samples.some(({ size }) => size < LEAST_RATIO * intervalBytes)) return false;
  if (!before || before.length === 0) return true;
  const known = new Map<number, number>();
  let last = 0;
  for (let at = 0; at < before.length; at += 2) {
    const ordinal = before[at]!;
    known.set(ordinal, before[at + 1]!);
    last = Math.max(last, ordinal);
  }
  return samples.every(({ ordinal, size }) => ordinal > last || known.get(ordinal) === size);
}
