/**
 * What of a collector a visitor may see and do: targets by globs of their names, and which probes he may have run there.
 *
 *     Scope  = one Grant or several; what one of them gives is given
 *     Grant  = { targets: [api*], probes: [usage, types] }     absent: all
 */
import { matchesGlob } from '../../protocol/glob.ts';
import type { Probe } from '../../protocol/partition.ts';

export interface Grant {
  /** Globs of targets' names; absent: all. */
  readonly targets?: readonly string[];
  /** Those that may be run by hand; absent: all. Without `snapshot` the files of snapshots are closed too. */
  readonly probes?: readonly Probe[];
}

/** Undefined, as a visitor's: all of everything. */
export type Scope = readonly Grant[];

export function reaches(scope: Scope | undefined, target: string): boolean {
  return scope === undefined || scope.some((grant) => isOf(grant, target));
}

export function mayRun(scope: Scope | undefined, target: string, probe: Probe): boolean {
  if (scope === undefined) return true;
  return scope.some((grant) => isOf(grant, target) && (grant.probes === undefined || grant.probes.includes(probe)));
}

/** Whether no target is outside of it, whatever it is called. */
export function reachesAll(scope: Scope | undefined): boolean {
  return scope === undefined || scope.some(({ targets }) => targets === undefined || targets.includes('*'));
}

/** Whether all that `glob` matches is within it: a plain name that is, or a glob that it has itself. */
export function reachesAllOf(scope: Scope | undefined, glob: string): boolean {
  if (reachesAll(scope)) return true;
  if (!/[*?]/.test(glob)) return reaches(scope, glob);
  return scope!.some(({ targets }) => targets?.includes(glob));
}

/** For messages: `api*, web`. */
export function targetsText(scope: Scope): string {
  return [...new Set(scope.flatMap(({ targets = ['*'] }) => targets))].join(', ');
}

/** For messages: the probes that it gives on a target. */
export function probesText(scope: Scope, target: string): string {
  const given = scope.filter((grant) => isOf(grant, target)).flatMap(({ probes = [] }) => probes);
  return [...new Set(given)].join(', ') || 'none';
}

function isOf({ targets }: Grant, target: string): boolean {
  return targets === undefined || targets.some((glob) => matchesGlob(glob, target));
}
