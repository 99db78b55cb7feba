/**
 * What grows in one isolate at one time is one incident: alerts of an engine in, the same alerts and their incidents out.
 *
 *     Session  firing ─┐
 *     Date     firing ─┼─> incident of (rule's group, target, isolate): cause Session ─> one notification, one evidence
 *     Array    pending ┘
 *
 *     api-1: Session ──┐
 *     api-2: Session ──┴─> targets of one group that grow alike: one incident of the group
 *
 * An incident is an alert itself: it fires with the first of its members, and is over with the last. A rule on one kind or
 * one gauge of a target without a group needs none: its alert is the incident.
 *
 * Pure.
 */
import { type Alert, type Evidence, type IncidentMember, MAX_MEMBERS } from '../../../protocol/alert.ts';
import type { TargetState } from '../../../protocol/events.ts';
import type { Rule } from '../../config/rule.ts';
import { fingerprint } from './fingerprint.ts';
import { rank } from './rank.ts';
import { incidentReason } from './words.ts';

/** One that is not over. */
interface Open {
  readonly key: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  readonly startsAt: string;
  /** Of its first member: the incident stays there. */
  readonly target: string;
  hasFired: boolean;
  /** By fingerprint; those that are over stay until the incident is. */
  readonly members: Map<string, Alert>;
  /** By kind, bytes that die with its objects. */
  retained: ReadonlyMap<string, number>;
}

export class Incidents {
  readonly #open = new Map<string, Open>();
  /** Groups of targets, as their configuration gives them. */
  readonly #groups = new Map<string, string>();

  /** Knows the group of a target from now on. */
  follow({ target, group }: Pick<TargetState, 'target' | 'group'>): void {
    if (group === undefined) this.#groups.delete(target);
    else this.#groups.set(target, group);
  }

  /** Takes what an engine said at one moment; gives it again, each alert with its incident, and the incidents that changed. */
  take(alerts: readonly Alert[], rules: readonly Rule[]): Alert[] {
    const changed = new Map<Open, Alert>();
    const members = alerts.map((alert) => {
      const rule = rules.find(({ name }) => name === alert.rule);
      const open = this.#incidentOf(alert, rule);
      if (!open) return alert;
      if (alert.state === 'firing') open.hasFired = true;
      if (alert.state === 'inactive') open.members.delete(alert.fingerprint);
      else open.members.set(alert.fingerprint, alert);
      changed.set(open, alert);
      return { ...alert, incident: open.fingerprint };
    });
    return [...members, ...[...changed].map(([open, last]) => this.#stand(open, last))];
  }

  /** Knows incidents of an earlier run again, those that are not over. */
  recall(known: readonly Alert[]): void {
    for (const incident of known) {
      if (incident.members === undefined || !isAlive(incident)) continue;
      const own = known.filter((alert) => alert.incident === incident.fingerprint && isAlive(alert));
      const { labels, startsAt, target } = incident;
      const key = keyOf(incident.rule, incident.isolate, scopeOf(labels));
      this.#open.set(key, {
        ...{ key, name: incident.rule, labels, fingerprint: incident.fingerprint, startsAt, target },
        hasFired: incident.state === 'firing',
        members: new Map(own.map((alert) => [alert.fingerprint, alert])),
        retained: retainedIn(incident.evidence),
      });
    }
  }

  /** What was found of an incident ranks its members anew; gives it as it is then, undefined where it is over. */
  found({ fingerprint: own, startsAt }: Alert, evidence: Evidence, at: string): Alert | undefined {
    const open = [...this.#open.values()].find((each) => each.fingerprint === own && each.startsAt === startsAt);
    if (!open) return undefined;
    open.retained = retainedIn(evidence);
    return { ...this.#alert(open, at), evidence };
  }

  #incidentOf(alert: Alert, rule: Rule | undefined): Open | undefined {
    const known = [...this.#open.values()].find(({ members }) => members.has(alert.fingerprint));
    if (known) return known;
    if (!rule || rule.group === null || !isAlive(alert)) return undefined;
    const group = this.#groups.get(alert.target);
    if (group === undefined && isAlone(rule)) return undefined;
    const own = { name: rule.group, alert };
    if (group === undefined) return this.#opened({ ...own, scope: ofTarget(alert.target) });
    const common = this.#opened({ ...own, scope: ofGroup(group), labels: { ...rule.labels, group } });
    return isAlike(common, alert) ? common : this.#opened({ ...own, scope: ofTarget(alert.target) });
  }

  /** The one of a scope, a new one where there is none. */
  #opened({ name, scope, alert, labels }: Opening): Open {
    const key = keyOf(name, alert.isolate, scope);
    const known = this.#open.get(key);
    if (known) return known;
    const { kind: _, ...inherited } = alert.labels;
    const own = labels ? { ...labels, isolate: alert.isolate, alertname: name } : { ...inherited, alertname: name };
    const open: Open = {
      ...{ key, name, labels: own, fingerprint: fingerprint(own), startsAt: alert.startsAt, target: alert.target },
      ...{ hasFired: false, members: new Map(), retained: new Map() },
    };
    this.#open.set(key, open);
    return open;
  }

  /** An incident after a change; one that is over is forgotten. @param last the alert that made the change */
  #stand(open: Open, last: Alert): Alert {
    const isOver = ![...open.members.values()].some(isAlive);
    // one that never fired is not kept
    if (open.members.size === 0) open.members.set(last.fingerprint, last);
    const incident = this.#alert(open, last.at);
    if (isOver) this.#open.delete(open.key);
    return incident;
  }

  #ranked({ members, retained }: Open): Alert[] {
    const weighed = [...members.values()].map((alert) => ({ ...alert, retainedBytes: retained.get(alert.kind ?? '') }));
    return rank(weighed).map(({ retainedBytes: _, ...alert }) => alert);
  }

  #alert(open: Open, at: string): Alert {
    const members = this.#ranked(open);
    const cause = members[0] as Alert;
    const { incident: _, endsAt: __, evidence: ___, silencedBy: ____, ...rest } = cause;
    const { fingerprint: own, name: rule, labels, startsAt, target } = open;
    const state = stateOf(open, members);
    return {
      ...rest,
      ...{ fingerprint: own, rule, labels, startsAt, target, state },
      reason: incidentReason(members),
      members: members.slice(0, MAX_MEMBERS).map((alert) => memberOf(alert, open.retained)),
      memberCount: members.length,
      ...(state === 'resolved' && { endsAt: at }),
      at,
    };
  }
}

interface Opening {
  readonly name: string;
  readonly scope: string;
  readonly alert: Alert;
  /** Of an incident of several targets; absent: those of the alert. */
  readonly labels?: Readonly<Record<string, string>>;
}

function keyOf(name: string, isolate: string, scope: string): string {
  return JSON.stringify([name, isolate, scope]);
}

function ofTarget(target: string): string {
  return `target ${target}`;
}

function ofGroup(group: string): string {
  return `group ${group}`;
}

/** An incident of several targets has no label `target`. */
function scopeOf({ target, group = '' }: Readonly<Record<string, string>>): string {
  return target === undefined ? ofGroup(group) : ofTarget(target);
}

/** A rule that can have one alert an isolate, which nothing else joins. */
function isAlone({ watch, group, name }: Rule): boolean {
  return group === name && (watch.type !== 'kind' || !/[*?]/.test(watch.glob));
}

/** Whether an alert is of what grows in the others too, or of one of their targets. */
function isAlike({ members }: Open, { target, kind, gauge }: Alert): boolean {
  const others = [...members.values()].filter(isAlive);
  if (others.length === 0 || others.some((other) => other.target === target)) return true;
  return others.some((other) => other.kind === kind && other.gauge === gauge);
}

function isAlive({ state }: Pick<Alert, 'state'>): boolean {
  return state === 'pending' || state === 'firing';
}

function stateOf({ hasFired }: Open, members: readonly Alert[]): Alert['state'] {
  if (members.some(isAlive)) return hasFired ? 'firing' : 'pending';
  return hasFired ? 'resolved' : 'inactive';
}

function retainedIn(evidence: Evidence | undefined): ReadonlyMap<string, number> {
  return new Map(evidence?.retained?.map(({ kind, retainedBytes }) => [kind, retainedBytes]));
}

function memberOf(alert: Alert, retained: ReadonlyMap<string, number>): IncidentMember {
  const { fingerprint: own, rule, target, state, kind, gauge, unit, figures } = alert;
  const retainedBytes = kind === undefined ? undefined : retained.get(kind);
  return {
    ...{ fingerprint: own, rule, target, state, unit, figures },
    ...(kind !== undefined && { kind }),
    ...(gauge !== undefined && { gauge }),
    ...(retainedBytes !== undefined && { retainedBytes }),
  };
}
