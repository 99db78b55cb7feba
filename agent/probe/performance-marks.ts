/**
 * The program's own `performance.mark(…)`: read from its timeline, where Node keeps them until the program clears them.
 *
 * `NodeTracing` has a category for them, `node.perf.usertiming`, but on Node 18 to 26 nothing comes of it (measured): marks
 * have been made in JavaScript since Node 16.7, and no trace event with them.
 */
import { z } from 'zod';
import type { Agent } from '../attach/agent.ts';
import { BUILTIN, loadBuiltin } from '../cdp/builtin.ts';
import { evaluate } from '../cdp/evaluate.ts';
import type { SendOptions } from '../cdp/session.ts';

/** Marks that one reading gives; more than these are the program's way to count, not to name phases. */
const MAX_MARKS = 100;
const MAX_NAME_LENGTH = 256;

const Marks = z.strictObject({
  /** The isolate's `performance.now()`, and what it counts from in milliseconds since 1970. */
  nowMs: z.number(),
  originMs: z.number(),
  /** Marks that the program keeps: what a reading costs follows their number. */
  kept: z.number().int().nonnegative(),
  marks: z.array(z.strictObject({ name: z.string(), startMs: z.number() })).max(MAX_MARKS),
});
export type Marks = z.infer<typeof Marks>;

/**
 * Reads the marks that an isolate has made after `sinceMs` on its own clock, the last 100 of them, oldest first; -1: all,
 * Infinity: none, only what time it is.
 */
export async function performanceMarks(
  agent: Agent,
  isolate: string,
  sinceMs: number,
  options: SendOptions = {},
): Promise<Marks> {
  const session = await agent.isolate(isolate);
  await loadBuiltin(session, 'node:perf_hooks', options);
  return await evaluate(session, 'performance marks', source(sinceMs), Marks, { ...options, withRequire: true });
}

function source(sinceMs: number): string {
  return `(() => {
  const { performance } = ${BUILTIN}('node:perf_hooks');
  const all = performance.getEntriesByType('mark');
  const marks = [];
  for (let i = all.length - 1; i >= 0 && marks.length < ${MAX_MARKS} && all[i].startTime > ${sinceMs}; i--)
    marks.unshift({ name: String(all[i].name).slice(0, ${MAX_NAME_LENGTH}), startMs: all[i].startTime });
  return { nowMs: performance.now(), originMs: performance.timeOrigin, kept: all.length, marks };
})()`;
}
