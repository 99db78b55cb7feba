/** What is wrong with a value, in the house's words: `expected "id" to be a non-empty string, got 7`. */
import type * as z from 'zod';
import { printable } from './printable.ts';

/** Fields whose content must not reach a log or a close reason. */
const SECRET_FIELDS = new Set<PropertyKey>(['token']);

/** Characters of a string, or of a field's name, that are quoted before it is cut. */
const MAX_QUOTED = 40;

/**
 * Checks `value` against `schema` and gives what the schema made of it.
 * @throws whatever `fail` makes of the explanation of the first thing that is wrong.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, fail: (explanation: string) => Error): T {
  const result = schema.safeParse(value, { error: expectation });
  if (result.success) return result.data;
  throw fail(explain(result.error.issues[0]!, value));
}

/** `value` as an error message shows it: scalars whole, strings cut, anything else by its shape. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function explain(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return `expected no field ${quoted([...issue.path, issue.keys[0]].join('.'))}`;
  }
  const found = valueAt(value, issue.path);
  const got = issue.path.some((key) => SECRET_FIELDS.has(key)) ? `a ${typeof found}` : shown(found);
  const subject = issue.path.length > 0 ? `"${issue.path.join('.')}" to be ` : '';
  return `expected ${subject}${issue.message}, got ${got}`;
}

/** The end of "expected … to be …" for what zod found wrong; a schema's own `error` text comes before it. */
function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? literal(issue.values[0]) : `one of ${issue.values.map(literal).join(', ')}`;
    case 'too_small':
      return bound(issue.origin, `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`);
    case 'too_big':
      return bound(issue.origin, `at most ${issue.maximum}`);
    case 'invalid_format':
      return issue.format === 'datetime' ? 'an ISO 8601 instant in UTC' : `a string of the form ${issue.format}`;
    default:
      return 'something else';
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function bound(origin: string, limit: string): string {
  if (origin === 'string') return `a string of ${limit} characters`;
  if (origin === 'array') return `an array of ${limit}`;
  return limit;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function quoted(text: string): string {
  return printable(JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
