/** Schemas of the texts that a configuration is made of: their values in the units of the code, and what an editor shows of them. */

import { z } from 'zod';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration, parseSize } from '../base/units.ts';

/** Makes a schema of text that `parse` reads; what `parse` throws becomes the problem. */
export function text<T>(parse: (text: string) => T, hint: { description: string; examples: string[] }) {
  return z
    .string()
    .transform((value, context) => {
      try {
        return parse(value);
      } catch (error) {
        context.addIssue(reasonOf(error));
        return z.NEVER;
      }
    })
    .meta(hint);
}

/** The same for text that looks like a number, so that it need not be quoted: `listen: 7331`. */
export function written<T>(parse: (text: string) => T, hint: { description: string; examples: string[] }) {
  const unquoted = (value: unknown) => (typeof value === 'number' ? String(value) : value);
  return z.preprocess(unquoted, text(parse, hint)).meta({ ...hint, type: ['string', 'number'] });
}

/** A list of at least one, or the one alone. */
export function oneOrMore<T extends z.ZodType>(each: T) {
  const listed = (value: unknown) => (typeof value === 'string' ? [value] : value);
  return z.preprocess(listed, z.array(each).min(1)).meta({ type: ['array', 'string'] });
}

/** Milliseconds, from a duration of at least `minMs`. */
export function duration(description: string, minMs = 1) {
  const parse = (value: string) => atLeast(parseDuration(value), minMs, value, `${minMs}ms`);
  return text(parse, { description, examples: ['250ms', '5s', '10m', '6h'] });
}

/** Bytes, from a size of at least `minBytes`. */
export function size(description: string, minBytes = 1) {
  const parse = (value: string) => atLeast(parseSize(value), minBytes, value, `${minBytes} bytes`);
  return text(parse, { description, examples: ['512KB', '64MB'] });
}

/** @throws RangeError below `min`; `given` and `shown` are the two as people write them */
export function atLeast(value: number, min: number, given: string, shown: string): number {
  if (value < min) throw new RangeError(`expected at least ${shown}, got "${given}"`);
  return value;
}

/** Refuses two of a list that have one name. */
export function noDoubles(named: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of named.entries()) {
    if (seen.has(name))
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `another one has the name "${name}"` });
    seen.add(name);
  }
}
