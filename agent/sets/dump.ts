/**
 * Figures of heaps as lines of JSON, one a heap, to be appended to a file and read again with or without what wrote them:
 *
 *     {"heapwatch":1,"format":"set","target":"9229","pid":4711,"nodeVersion":"v20.20.2","rssBytes":…,"label":"before",
 *      "takenAt":"…","header":"Kind (class / store of class)","count":…,"sizeBytes":…,"rows":[{"kind":…,…}]}
 *
 * `heapwatch` is the version of the layout; a reader refuses others. Of a difference (`"format":"diff"`) count, sizeBytes
 * and rows are A's and A - B's, and `b` has the totals of B.
 */
import { z } from 'zod';
import type { Origin } from './view.ts';

const VERSION = 1;

const Row = z.object({ kind: z.string(), count: z.int(), sizeBytes: z.int() });

const ORIGIN = {
  target: z.string().optional(),
  pid: z.int().optional(),
  nodeVersion: z.string().optional(),
  v8Version: z.string().optional(),
  rssBytes: z.int().optional(),
  label: z.string().optional(),
  takenAt: z.string().optional(),
};

const Line = z.object({
  heapwatch: z.literal(VERSION),
  format: z.enum(['set', 'id', 'diff']),
  ...ORIGIN,
  header: z.string(),
  kindName: z.string().optional(),
  count: z.int(),
  sizeBytes: z.int(),
  b: z.object({ count: z.int(), sizeBytes: z.int() }).optional(),
  rows: z.array(Row),
});

/** What a line says. */
export interface Dumped {
  readonly format: 'set' | 'id' | 'diff';
  readonly header: string;
  readonly kindName?: string | undefined;
  readonly count: number;
  readonly sizeBytes: number;
  readonly b?: { readonly count: number; readonly sizeBytes: number } | undefined;
  readonly rows: readonly { readonly kind: string; readonly count: number; readonly sizeBytes: number }[];
  readonly origin: Origin;
}

export function dumpOf({ format, header, kindName, count, sizeBytes, b, rows, origin }: Dumped): string {
  const figures = { header, kindName, count, sizeBytes, b, rows };
  return `${JSON.stringify({ heapwatch: VERSION, format, ...origin, ...figures })}\n`;
}

/** The lines of a dump. @throws SyntaxError that tells the line which cannot be read */
export function readDump(text: string): Dumped[] {
  return text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [readLine(line, at + 1)]));
}

function readLine(text: string, number: number): Dumped {
  const { format, header, kindName, count, sizeBytes, b, rows, heapwatch: _, ...origin } = parsed(text, number);
  return { format, header, kindName, count, sizeBytes, b, rows, origin };
}

function parsed(text: string, number: number): z.infer<typeof Line> {
  const line = Line.safeParse(jsonOf(text, number));
  if (line.success) return line.data;
  const [issue] = line.error.issues;
  const place = issue?.path.join('.') || 'it';
  throw new SyntaxError(`Cannot read dump: line ${number}: ${place}: ${issue?.message ?? 'unknown layout'}`);
}

function jsonOf(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read dump: line ${number} is no JSON`, { cause });
  }
}
