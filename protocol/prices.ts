/** What the probes of an isolate would cost it now, and whether they may run. */
import * as z from 'zod';
import { Price, Probe } from './partition.ts';

const ms = z.number().nonnegative();

/** `fits`: it runs. `asks`: a limit or the budget is against it, an operator may agree to its price. `refused`: the target lacks the memory. */
export const Verdict = z.enum(['fits', 'asks', 'refused']);
export type Verdict = z.infer<typeof Verdict>;

export const ProbePrice = z.strictObject({
  probe: Probe,
  forecast: Price,
  verdict: Verdict,
  /** The figures that stand against it, for people. */
  reason: z.string().optional(),
  /** Reckoned from used bytes alone: before a scheduled one is refused, its target's objects are counted, which may tell otherwise. */
  rough: z.literal(true).optional(),
  /** What runs in its place where it is scheduled. */
  instead: Probe.optional(),
});
export type ProbePrice = z.infer<typeof ProbePrice>;

/** What all probes of a target together may make it stand still for in a while, and have. */
export const PauseAccount = z.strictObject({ pauseMs: ms, perMs: ms, spentMs: ms });
export type PauseAccount = z.infer<typeof PauseAccount>;
