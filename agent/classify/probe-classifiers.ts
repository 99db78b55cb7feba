/** What the rows of each probe can be, its own classifier first. A snapshot's are of any classifier, so it is not here; a walk's are in a command. */
import type { Probe } from '../../protocol/partition.ts';

export const PROBE_CLASSIFIERS: Readonly<Record<Exclude<Probe, 'snapshot'>, readonly string[]>> = {
  usage: [],
  walk: ['kind', 'secret'],
  sampling: ['site'],
  types: ['instanceType', 'kind'],
  census: ['kind'],
};
