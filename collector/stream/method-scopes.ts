/**
 * How each method keeps to a visitor's targets. A method without an entry does not compile.
 *
 *     call ─> refusal: is it about a target, a partition, an operation … within the scope? ─> run ─> within: what it may tell
 */
import type { Alert, Silence } from '../../protocol/alert.ts';
import type { AuditEntry } from '../../protocol/audit.ts';
import type { Operation } from '../../protocol/operations.ts';
import type { Probe } from '../../protocol/partition.ts';
import { type Call, type Method, type Params, RequestError, type Result } from '../../protocol/requests.ts';
import type { SnapshotFile } from '../../protocol/snapshots.ts';
import { mayRun, probesText, reaches, reachesAll, reachesAllOf, type Scope, targetsText } from '../access/scope.ts';
import { isShared } from '../log/log.ts';
import { keptName } from '../snapshots/snapshot-name.ts';

/** Where it is looked up what an id stands for. */
export interface SnapshotOwners {
  /** The targets that a snapshot of this name may be of; none: nobody can tell. */
  ownersOf(name: string): readonly string[];
}

export interface Known {
  /** The target of a partition that is held. */
  partitionTarget(id: string): string | undefined;
  operation(id: string): Operation | undefined;
  silence(id: string): Silence | undefined;
  readonly snapshots: SnapshotOwners;
}

interface MethodScope<M extends Method> {
  /** Why it may not be done; undefined: it may. Absent: whatever it is asked, what it tells is bounded. */
  readonly refusal?: (params: Params<M>, scope: Scope, known: Known) => RequestError | undefined;
  /** What of its result may be told. Absent: all of it. */
  readonly within?: (result: Result<M>, scope: Scope, known: Known) => Result<M>;
}

const ofTarget =
  (method: Method) =>
  ({ target }: { target: string }, scope: Scope): RequestError | undefined =>
    reaches(scope, target) ? undefined : notOf(method, `"${target}"`, scope);

/** Its entry in METHODS.md says the same. */
const METHOD_SCOPES: { readonly [M in Method]: MethodScope<M> } = {
  targets: {
    within: ({ targets }, scope) => ({ targets: targets.filter(({ target }) => reaches(scope, target)) }),
  },
  probe: {
    refusal: ({ target, probe }, scope) => ofTarget('probe')({ target }, scope) ?? probeRefusal(target, probe, scope),
  },
  checkpoint: {
    refusal: ({ target }, scope) =>
      ofTarget('checkpoint')({ target }, scope) ?? probeRefusal(target, 'snapshot', scope),
  },
  release: { refusal: ofTarget('release') },
  // marks those of its targets that are in the scope
  mark: {},
  alerts: {
    within: ({ alerts, rules, silences }, scope) => {
      const told = alerts.filter((alert) => mayTellAlert(alert, scope));
      const heeded = new Set(told.flatMap(({ silencedBy = [] }) => silencedBy));
      return {
        alerts: told,
        rules: rules.filter(({ target }) => reaches(scope, target)),
        silences: silences.filter((silence) => heeded.has(silence.id) || isOwnSilence(silence, scope)),
      };
    },
  },
  silence: {
    refusal: (silence, scope) => (isOwnSilence(silence, scope) ? undefined : silenceRefusal('silence', scope)),
  },
  unsilence: {
    refusal: ({ id }, scope, known) => {
      const silence = known.silence(id);
      return !silence || isOwnSilence(silence, scope) ? undefined : silenceRefusal('unsilence', scope);
    },
    within: ({ silences }, scope) => ({ silences: silences.filter((silence) => isOwnSilence(silence, scope)) }),
  },
  history: { refusal: ofTarget('history') },
  events: {
    refusal: ofTarget('events'),
    within: ({ alerts, ...rest }, scope) => ({
      ...rest,
      alerts: alerts.filter((alert) => mayTellAlert(alert, scope)),
    }),
  },
  partitions: { refusal: ofTarget('partitions') },
  partition: {
    refusal: ({ id }, scope, known) => {
      const target = known.partitionTarget(id);
      // as if there were none
      if (target === undefined || reaches(scope, target)) return undefined;
      return new RequestError('not-found', `Cannot find partition "${id}": it is not held (any more)`);
    },
  },
  prices: { refusal: ofTarget('prices') },
  snapshots: {
    refusal: ({ target }, scope) => (target === undefined ? undefined : ofTarget('snapshots')({ target }, scope)),
    within: ({ snapshots }, scope, known) => ({
      snapshots: snapshots.filter(({ name }: SnapshotFile) => isOwnSnapshot(name, scope, known)),
    }),
  },
  explore: {
    refusal: (question, scope, known) => {
      if (!('target' in question)) return undefined;
      // the newest of a target is of those whose files are called alike
      const { target, snapshot = keptName({ target, isolate: 'main' }, 0) } = question;
      const refusal = ofTarget('explore')({ target }, scope) ?? probeRefusal(target, 'snapshot', scope);
      if (refusal) return refusal;
      return snapshotRefusal('run "explore"', snapshot, scope, known.snapshots);
    },
  },
  operations: {
    within: ({ operations }, scope) => ({ operations: operations.filter((each) => isOwnOperation(each, scope)) }),
  },
  cancel: {
    refusal: ({ id }, scope, known) => {
      const operation = known.operation(id);
      if (!operation || isOwnOperation(operation, scope)) return undefined;
      return new RequestError('not-found', `Cannot cancel "${id}": no operation that runs has this id`);
    },
  },
  // the trail is asked for such entries only, so that a page of them is full
  audit: {},
};

/** @throws RequestError where a call is about what is outside of the scope */
export function checkScope({ method, params }: Call, scope: Scope | undefined, known: Known): void {
  if (scope === undefined) return;
  // each method's own entry stands beside its name, which the compiler cannot follow through a union of methods
  const { refusal } = METHOD_SCOPES[method] as MethodScope<Method>;
  const refused = refusal?.(params, scope, known);
  if (refused) throw refused;
}

/** What of a result a visitor may know. */
export function withinScope<R extends Result<Method>>(
  method: Method,
  result: R,
  scope: Scope | undefined,
  known: Known,
): R {
  if (scope === undefined || reachesAll(scope)) return result;
  const { within } = METHOD_SCOPES[method] as MethodScope<Method>;
  return within ? (within(result, scope, known) as R) : result;
}

/** Whether an alert is of one target that is in the scope; an incident of several targets tells of the others. */
function mayTellAlert(alert: Alert, scope: Scope): boolean {
  return reaches(scope, alert.target) && !isShared(alert);
}

/** Entries that name no target are for who sees all of them. */
export function mayTellEntry({ target }: AuditEntry, scope: Scope | undefined): boolean {
  return reachesAll(scope) || (target !== undefined && reaches(scope, target));
}

/** Why a file of a snapshot is closed to a visitor; undefined: it is open. @param action `send snapshot` */
export function snapshotRefusal(
  action: string,
  name: string,
  scope: Scope | undefined,
  snapshots: SnapshotOwners,
): RequestError | undefined {
  if (scope === undefined) return undefined;
  const owners = snapshots.ownersOf(name);
  const isOpen = owners.length > 0 ? owners.every((owner) => mayRun(scope, owner, 'snapshot')) : opensAll(scope);
  if (isOpen) return undefined;
  const isOwn = owners.length > 0 && owners.every((owner) => reaches(scope, owner));
  const why = isOwn
    ? `this token may run ${probesText(scope, owners[0]!)} there, and a snapshot is more`
    : `this token is for targets ${targetsText(scope)}, and ${name} is of none of them`;
  return new RequestError('forbidden', `Cannot ${action}: ${why}`);
}

function opensAll(scope: Scope): boolean {
  return scope.some(
    (grant) => reachesAll([grant]) && (grant.probes === undefined || grant.probes.includes('snapshot')),
  );
}

function isOwnSnapshot(name: string, scope: Scope, known: Known): boolean {
  const owners = known.snapshots.ownersOf(name);
  return owners.length > 0 && owners.every((owner) => reaches(scope, owner));
}

function isOwnOperation({ target }: Operation, scope: Scope): boolean {
  return reachesAll(scope) || (target !== undefined && reaches(scope, target));
}

/** Whether it can keep only such alerts quiet as are of targets in the scope. */
function isOwnSilence({ matchers }: Pick<Silence, 'matchers'>, scope: Scope): boolean {
  return reachesAll(scope) || (Object.hasOwn(matchers, 'target') && reachesAllOf(scope, matchers.target!));
}

function silenceRefusal(method: Method, scope: Scope): RequestError {
  const why = `this token is for targets ${targetsText(scope)}: the silence has to name one of them as "target"`;
  return new RequestError('forbidden', `Cannot run "${method}": ${why}`);
}

function probeRefusal(target: string, probe: Probe, scope: Scope): RequestError | undefined {
  if (mayRun(scope, target, probe)) return undefined;
  const why = `of probes on "${target}" this token may run ${probesText(scope, target)}`;
  return new RequestError('forbidden', `Cannot run "${probe}": ${why}`);
}

function notOf(method: Method, what: string, scope: Scope): RequestError {
  const why = `this token is for targets ${targetsText(scope)}, and ${what} is none of them`;
  return new RequestError('forbidden', `Cannot run "${method}": ${why}`);
}
