/** Reads what dump.ts writes; apart from it, so that who only writes loads no schema library. */
import { z } from 'zod';
import { type Dumped, VERSION } from './dump.ts';

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
