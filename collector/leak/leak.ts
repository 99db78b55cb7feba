/** Leaks of a process by the cheapest probe that can tell: from outside where it may be read, else by two snapshots. */
import { walkElse } from '../measure/walk-else.ts';
import type { Io } from '../terminal/io.ts';
import type { Finding } from './finding.ts';
import type { LeakQuestion } from './question.ts';

/** @throws as the probes do; RefusedError for a price that is not agreed to */
export async function findLeaks(question: LeakQuestion, io: Io): Promise<Finding> {
  const { leakByWalk } = await import('./by-walk.ts');
  const bySnapshots = async () => (await import('./by-snapshots.ts')).leakBySnapshots(question, io);
  return await walkElse(() => leakByWalk(question, io), bySnapshots, io);
}
