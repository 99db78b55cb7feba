/**
 * A sampling heap profile: a tree of call frames, each with the bytes that live of what it allocated itself.
 *
 *     head (root) ──> main (app.js:1) ──> handle (app.js:20): selfSize 1,048,640, samples [524,320, 524,320]
 *                                     └─> parse  (app.js:44): selfSize 0 ──> …
 */
import { z } from 'zod';
import { AnswerError } from '../base/errors.ts';
import { outside } from '../base/outside-schema.ts';
import { TEXT_LENGTHS } from '../base/outside-text.ts';

/** Where code is; line and column from 0, -1 where there is none (V8's own frames, with an empty url). */
export interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
  /** Of a frame in the words of a file that people wrote: the script that this was made a part of. */
  readonly bundleUrl?: string;
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

const CallFrame = z.object({
  functionName: outside(TEXT_LENGTHS.name),
  scriptId: outside(TEXT_LENGTHS.version),
  url: outside(TEXT_LENGTHS.url),
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

/** V8 keeps frames of what lives alone: some thousand; 44,000 where it is to keep what has died. */
const MAX_NODES = 100_000;

/** Checks what a target answered when asked for its profile, however deep. @throws AnswerError */
export function heapProfileOf(answer: unknown): HeapProfile {
  const { head, samples } = read(Answer, answer).profile;
  const pending: unknown[] = [head];
  for (let nodes = 0; pending.length > 0; nodes++) {
    if (nodes > MAX_NODES)
      throw new AnswerError(`Cannot read sampling profile: it has more than ${MAX_NODES} call frames`);
    const given = pending.pop();
    const node = read(Node, given);
    // what it is called is let in as the schema gives it; the tree itself stays as it came
    (given as { callFrame: CallFrame }).callFrame = node.callFrame;
    for (const child of node.children) pending.push(child);
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
