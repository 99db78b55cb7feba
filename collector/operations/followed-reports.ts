/** Reports on kept snapshots as operations: who asked for one, and its end where somebody cancels it. */
import { Either } from '../../agent/base/either.ts';
import type { Report } from '../../protocol/finding.ts';
import type { Explorer } from '../snapshots/explorer.ts';
import type { Operations } from './operations.ts';

export interface Reporter {
  /** @param by who asks, as in the audit trail @throws RequestError, also where it is cancelled */
  report(name: string, by: string, signal: AbortSignal): Promise<Report>;
}

/** @param ownersOf the targets that a snapshot may be of */
export function followedReports(
  explorer: Pick<Explorer, 'report'>,
  operations: Operations,
  ownersOf: (name: string) => readonly string[],
): Reporter {
  return {
    report: async (name, by, left) => {
      const owners = ownersOf(name);
      const target = owners.length === 1 ? { target: owners[0]! } : {};
      return await operations.during({ kind: 'report', what: name, by, ...target }, async (running) => {
        running.run('reading');
        using over = new Either([left, running.signal]);
        return await explorer.report(name, over.signal);
      });
    },
  };
}
