/** What is known of a target, and can be asked of it: here, or by an agent elsewhere. */
import type { Runner } from './runner.ts';

export type ProbedTarget = Pick<
  Runner,
  'state' | 'request' | 'objection' | 'borrowSampling' | 'prices' | 'release' | 'held'
>;

/** Targets by their names; changes as they do. */
export interface TargetList {
  get(name: string): ProbedTarget | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<ProbedTarget>;
}
