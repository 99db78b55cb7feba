/**
 * A sampling heap profile: a tree of call frames, each with the bytes that live of what it allocated itself.
 *
 *     head (root) ──> main (app.js:1) ──> handle (app.js:20): selfSize 1,048,640, samples [524,320, 524,320]
 *                                     └─> parse  (app.js:44): selfSize 0 ──> …
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Cost, Partition, Row } from '../../protocol/partition.ts';
import type { ProbeContext } from '../agent.ts';
import { AnswerError } from '../evaluate.ts';
import { bySizeThenKind } from '../partition/partition.ts';
import { objectsOf } from './allocation-size.ts';

/** Where code stands; line and column from 0, -1 where there is none (V8's own frames, with an empty url). */
export interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface ProfileNode {
  readonly callFrame: CallFrame;
  /** Bytes, an unbiased estimate; of the frame itself, without its callees. */
  readonly selfSize: number;
  readonly id: number;
  readonly children: readonly ProfileNode[];
}

export interface ProfileSample {
  /** Bytes that the sample stands for. */
  readonly size: number;
  readonly nodeId: number;
  /** Rises in the order of allocation. */
  readonly ordinal: number;
}

/** As V8 gives it, and as DevTools reads it. */
export interface HeapProfile {
  readonly head: ProfileNode;
  readonly samples: readonly ProfileSample[];
}

export interface SamplingProfile extends HeapProfile {
  /** Somebody else's sampling, of unknown age and interval. */
  readonly foreign: boolean;
  /** ISO 8601; absent for a foreign one. */
  readonly startedAt?: string;
  /** Mean bytes from sample to sample; absent for a foreign one. */
  readonly samplingIntervalBytes?: number;
  readonly takenAt: string;
  readonly incarnation: string;
  /** After the garbage collection that the profile comes with. */
  readonly heapUsedBytes: number;
  readonly cost: Cost;
}

const CallFrame = z.object({
  functionName: z.string(),
  scriptId: z.string(),
  url: z.string(),
  lineNumber: z.number().int().min(-1),
  columnNumber: z.number().int().min(-1),
});

const Node = z.object({
  callFrame: CallFrame,
  selfSize: z.number().nonnegative(),
  id: z.number().int(),
  children: z.array(z.unknown()),
});

const Samples = z.array(z.object({ size: z.number().nonnegative(), nodeId: z.number().int(), ordinal: z.number() }));

const Answer = z.object({ profile: z.object({ head: z.unknown(), samples: Samples }) });

/** Checks what a target answered when asked for its profile, however deep. @throws AnswerError */
export function heapProfileOf(answer: unknown): HeapProfile {
  const { head, samples } = read(Answer, answer).profile;
  const pending: unknown[] = [head];
  while (pending.length > 0) {
    for (const child of read(Node, pending.pop()).children) pending.push(child);
  }
  return { head: head as ProfileNode, samples };
}

function read<T>(shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AnswerError(`Cannot read sampling profile: ${issue.path.join('.') || 'value'}: ${issue.message}`);
}

/** Calls `visit` on each node with the path of nodes that leads to it, root first; the path is reused from call to call. */
export function visitNodes(head: ProfileNode, visit: (node: ProfileNode, path: readonly ProfileNode[]) => void): void {
  const path: ProfileNode[] = [];
  const pending: { node: ProfileNode; depth: number }[] = [{ node: head, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    path.length = next.depth;
    visit(next.node, path);
    path.push(next.node);
    for (const node of next.node.children) pending.push({ node, depth: next.depth + 1 });
  }
}

/** `handle (/srv/app.js:20)`, lines from 1; `(anonymous)` for a function without a name; V8's own frames have no script. */
export function siteOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  return `${name} (${url.replace(/^file:\/\//, '')}:${lineNumber + 1})`;
}

/**
 * The live bytes by allocation site, whatever the path that led there. Sizes are V8's unbiased estimates; counts follow
 * from the size of each sampled object (of a foreign profile, whose interval nobody tells, the samples are counted).
 */
export function profilePartition(profile: SamplingProfile, context: ProbeContext & { label?: string }): Partition {
  const rows = siteRows(profile);
  const { takenAt, incarnation, heapUsedBytes, cost } = profile;
  return {
    target: context.target,
    isolate: context.isolate,
    probe: 'sampling',
    by: 'site',
    takenAt,
    id: randomUUID(),
    incarnation,
    header: 'Allocation site',
    label: context.label ?? labelOf(profile),
    heapUsedBytes,
    count: rows.reduce((sum, row) => sum + row.count, 0),
    sizeBytes: rows.reduce((sum, row) => sum + row.sizeBytes, 0),
    rows,
    cost,
  };
}

/** Objects that live, by node id. */
export function countsOf({ samples, samplingIntervalBytes }: SamplingProfile): Map<number, number> {
  const objects = new Map<number, number>();
  const counts = new Map<number, number>();
  for (const { size, nodeId } of samples) {
    let count = objects.get(size);
    if (count === undefined) {
      count = samplingIntervalBytes === undefined ? 1 : objectsOf(size, samplingIntervalBytes);
      objects.set(size, count);
    }
    counts.set(nodeId, (counts.get(nodeId) ?? 0) + count);
  }
  return counts;
}

function siteRows(profile: SamplingProfile): Row[] {
  const counts = countsOf(profile);
  const rows = new Map<string, Row>();
  visitNodes(profile.head, ({ callFrame, selfSize, id }) => {
    const count = counts.get(id) ?? 0;
    if (selfSize === 0 && count === 0) return;
    const kind = siteOf(callFrame);
    const row = rows.get(kind) ?? { kind, count: 0, sizeBytes: 0, estimated: true };
    rows.set(kind, { ...row, count: row.count + count, sizeBytes: row.sizeBytes + Math.round(selfSize) });
  });
  return [...rows.values()].sort(bySizeThenKind);
}

function labelOf({ foreign, startedAt, samplingIntervalBytes }: SamplingProfile): string {
  if (foreign) return 'Alive of what was allocated since somebody else began to sample; estimated.';
  return `Alive of what was allocated since ${startedAt}; estimated, a sample each ${samplingIntervalBytes} bytes.`;
}
