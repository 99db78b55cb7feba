/**
 * A recording: JSON lines, one a thing that happened, the first of them a header.
 *
 *     {"type":"recording","version":1,…}
 *     {"type":"state",…}  {"type":"usage",…}  {"type":"partition",…}  {"type":"mark",…}  {"type":"note",…}  …
 *     {"type":"end",…}                                          absent where the recorder was killed
 */
import { z } from 'zod';
import { TargetCondition } from '../../protocol/events.ts';
import { check } from '../../protocol/explain.ts';
import { incarnationFields } from '../../protocol/incarnation-fields.ts';
import { Partition, Usage } from '../../protocol/partition.ts';

export const RECORDING_VERSION = 1;

const at = z.iso.datetime();
const target = z.string();

const Header = z.object({
  type: z.literal('recording'),
  version: z.literal(RECORDING_VERSION, { error: `${RECORDING_VERSION}, which this heapwatch reads` }),
  at,
  heapwatch: z.string(),
  targets: z.array(z.string()),
});
export type Header = z.infer<typeof Header>;

const State = z.object({
  type: z.literal('state'),
  target,
  state: TargetCondition,
  ...incarnationFields,
  nodeVersion: z.string().optional(),
  reason: z.string().optional(),
  at,
});

/** A phase begins; it lasts until the next mark of its target. */
const Mark = z.object({
  type: z.literal('mark'),
  target,
  label: z.string(),
  /** A person at the recorder, the program itself, or a collector's `mark`. */
  by: z.enum(['key', 'program', 'stream']),
  at,
});

const Note = z.object({ type: z.literal('note'), target, text: z.string(), at });
const End = z.object({ type: z.literal('end'), reason: z.string(), at });

// a later version of heapwatch may write fields that this one does not know
const lines = {
  recording: Header,
  state: State,
  usage: z.object({ type: z.literal('usage'), ...Usage.shape }),
  partition: z.object({ type: z.literal('partition'), ...Partition.shape }),
  mark: Mark,
  note: Note,
  end: End,
} as const;

export type RecordingLine = { [T in keyof typeof lines]: z.infer<(typeof lines)[T]> }[keyof typeof lines];
export type LineOf<T extends RecordingLine['type']> = Extract<RecordingLine, { type: T }>;

/** Characters of a type that nobody knows which an error shows. */
const MAX_SHOWN = 40;

/** @throws Error that says what is wrong with the line, in words */
export function readLine(text: string): RecordingLine {
  const value = parsed(text);
  const type = value.type as string;
  if (!Object.hasOwn(lines, type)) {
    throw new Error(
      `expected "type" to be one of ${Object.keys(lines).join(', ')}, got ${JSON.stringify(type)?.slice(0, MAX_SHOWN)}`,
    );
  }
  const schema: z.ZodType<RecordingLine> = lines[type as RecordingLine['type']];
  return check(schema, value, (why) => new Error(why));
}

function parsed(text: string): { type?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('expected a line of JSON', { cause });
  }
  if (typeof value !== 'object' || value === null) throw new Error('expected a JSON object');
  return value;
}
