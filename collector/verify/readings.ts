/** What readings can tell: whether garbage is in them, and what one object takes. Pure. */
import type { Probe, Tally } from '../../protocol/partition.ts';

const AFTER_COLLECTION: readonly Probe[] = ['types', 'census', 'snapshot', 'sampling'];

/** Whether a probe collects garbage before it counts. */
export function holdsNoGarbage(probe: Probe): boolean {
  return AFTER_COLLECTION.includes(probe);
}

/** Bytes of one object of a kind, by all that was read of it. */
export function unitOf(tallies: readonly Tally[]): number {
  const count = tallies.reduce((sum, each) => sum + each.count, 0);
  const bytes = tallies.reduce((sum, each) => sum + each.sizeBytes, 0);
  return count > 0 ? bytes / count : 0;
}
