/** What grows at one time, as one: grouping, the cause, what is reported. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isGeneric } from '../../../agent/classify/generic.ts';
import { Incidents } from '../../../collector/alert/incident/incidents.ts';
import { type Ranked, rank } from '../../../collector/alert/incident/rank.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import type { Alert } from '../../../protocol/alert.ts';
import { alertEvent } from '../../support/events.ts';

const RULE = RuleFile.parse({
  name: 'Grows',
  watch: { kind: '*', probe: 'census' },
  when: { growth: 1000, within: '10m' },
  labels: { severity: 'page' },
});

/** The alert of one kind; its fingerprint is its target and kind. */
function alert(kind: string, over: Partial<Alert> = {}): Alert {
  const { target = 'api', state = 'firing' } = over;
  const {
    type: _,
    evidence: __,
    ...rest
  } = alertEvent(target, {
    ...{ rule: 'Grows', kind, fingerprint: `${target} ${kind}`, state },
    ...{ labels: { alertname: 'Grows', target, isolate: 'main', kind, severity: 'page' } },
    figures: { value: 1_500, before: 0 },
    ...over,
  });
  return rest;
}

const isIncident = ({ members }: Alert) => members !== undefined;
const kindsOf = (incident: Alert | undefined) => incident?.members?.map(({ kind }) => kind);

describe('what grows at one time', () => {
  it('is one incident with the class that holds the others for its cause', () => {
    const incidents = new Incidents();
    const said = incidents.take([alert('Array'), alert('function'), alert('Session'), alert('Date')], [RULE]);
    const [incident, ...more] = said.filter(isIncident);
    assert.deepEqual(more, []);
    assert.equal(incident?.kind, 'Session');
    assert.deepEqual(incident.labels, { alertname: 'Grows', target: 'api', isolate: 'main', severity: 'page' });
    assert.match(incident.reason, /^Session: .*; Array, function and Date grow with it$/);
    assert.deepEqual([incident.memberCount, incident.startsAt], [4, alert('Date').startsAt]);
    const members = said.filter((each) => !isIncident(each));
    assert.deepEqual(
      members.map((each) => each.incident),
      members.map(() => incident.fingerprint),
    );
  });

  it('joins an incident that is open, and is over with the last of it', () => {
    const incidents = new Incidents();
    const states = [
      [alert('Session', { state: 'pending' })],
      [alert('Session')],
      [alert('Date')],
      [alert('Session', { state: 'resolved' })],
      [alert('Date', { state: 'resolved' })],
    ].map((alerts) => incidents.take(alerts, [RULE]).filter(isIncident)[0]);
    assert.deepEqual(
      states.map((incident) => incident?.state),
      ['pending', 'firing', 'firing', 'firing', 'resolved'],
    );
    assert.deepEqual(kindsOf(states[3]), ['Date', 'Session'], 'what is over comes last');
    assert.ok(states.every((incident) => incident?.fingerprint === states[0]?.fingerprint));
    assert.ok(states[4]?.endsAt !== undefined);
    const [, next] = incidents.take([alert('Session', { startsAt: '2026-11-23T00:00:00.000Z' })], [RULE]);
    assert.deepEqual([next?.state, next?.startsAt], ['firing', '2026-11-23T00:00:00.000Z'], 'a new one');
  });

  it('that never fired is inactive in the end', () => {
    const incidents = new Incidents();
    incidents.take([alert('Session', { state: 'pending' })], [RULE]);
    const [, incident] = incidents.take([alert('Session', { state: 'inactive' })], [RULE]);
    assert.equal(incident?.state, 'inactive');
  });

  it('in targets of one group is one incident where it is alike, and another where it is not', () => {
    const incidents = new Incidents();
    for (const target of ['api-1', 'api-2', 'api-3']) incidents.follow({ target, group: 'api' });
    const of = (kind: string, target: string) =>
      incidents.take([alert(kind, { target })], [RULE]).filter(isIncident)[0];
    const [first, second, other] = [of('Session', 'api-1'), of('Session', 'api-2'), of('Socket', 'api-3')];
    assert.deepEqual(first?.labels, { alertname: 'Grows', group: 'api', isolate: 'main', severity: 'page' });
    assert.deepEqual([second?.fingerprint, second?.target], [first.fingerprint, 'api-1']);
    assert.match(second?.reason ?? '', /; also in api-2$/);
    assert.equal(other?.labels.target, 'api-3');
    assert.deepEqual(kindsOf(of('Date', 'api-2')), ['Session', 'Session', 'Date'], 'of a target that is in it');
  });

  it('is known again after a restart', () => {
    const incidents = new Incidents();
    const known = incidents.take([alert('Session'), alert('Date')], [RULE]);
    const after = new Incidents();
    after.recall(known);
    const [, incident] = after.take([alert('Date', { state: 'resolved' })], [RULE]);
    assert.deepEqual([incident?.fingerprint, incident?.state], [known.find(isIncident)?.fingerprint, 'firing']);
    assert.deepEqual(kindsOf(incident), ['Session', 'Date']);
  });

  it('is ranked by what was found: what it retains', () => {
    const incidents = new Incidents();
    const [, , first] = incidents.take([alert('Session'), alert('Cart')], [RULE]);
    const retained = [
      { kind: 'Session', count: 10, retainedBytes: 1_000 },
      { kind: 'Cart', count: 10, retainedBytes: 9_000 },
    ];
    const found = incidents.found(first!, { state: 'done', retained }, first!.at);
    assert.deepEqual([found?.kind, found?.members?.[0]?.retainedBytes], ['Cart', 9_000]);
    assert.equal(
      incidents.found({ ...first!, startsAt: '2026-11-23T00:00:00.000Z' }, { state: 'done' }, ''),
      undefined,
    );
  });

  it('is no incident beside its alert where one kind is watched, or where `group` is false', () => {
    const one = RuleFile.parse({ name: 'Grows', watch: { kind: 'Session' }, when: { above: 1 } });
    const each = RuleFile.parse({ name: 'Grows', watch: { kind: '*' }, when: { above: 1 }, group: false });
    for (const rule of [one, each]) {
      const alerts = [alert('Session')];
      assert.deepEqual(new Incidents().take(alerts, [rule]), alerts);
    }
  });

  it('under rules of one name is one incident', () => {
    const rule = (name: string, usage: string) =>
      RuleFile.parse({ name, watch: { usage }, when: { above: 1 }, group: 'Memory' });
    const rules = [rule('Heap', 'heapUsed'), rule('Rss', 'rss')];
    const { kind: _, ...gauge } = alert('', { unit: 'bytes' });
    const said = new Incidents().take(
      [
        { ...gauge, rule: 'Heap', gauge: 'heapUsed', fingerprint: 'a' },
        { ...gauge, rule: 'Rss', gauge: 'rss', fingerprint: 'b' },
      ],
      rules,
    );
    const [incident, ...more] = said.filter(isIncident);
    assert.deepEqual([incident?.rule, incident?.labels.alertname, more], ['Memory', 'Memory', []]);
  });
});

describe('the cause', () => {
  const of = (kind: string | undefined, over: Partial<Ranked> = {}): Ranked => ({
    ...{ state: 'firing', kind, figures: { value: 100, before: 0 } },
    ...over,
  });
  const first = (...members: Ranked[]) => rank(members)[0]?.kind;

  it('is a class of the program rather than what every program has, or a gauge', () => {
    assert.equal(first(of(undefined), of('Array'), of('elements of Session'), of('Session')), 'Session');
    assert.equal(first(of(undefined), of('Array')), 'Array');
  });

  it('is what retains most, a generic kind only where it retains four times as much as any class', () => {
    const session = of('Session', { retainedBytes: 100 });
    assert.equal(first(of('Object', { retainedBytes: 300 }), session), 'Session');
    assert.equal(first(session, of('Object', { retainedBytes: 500 })), 'Object');
    assert.equal(first(session, of('Cart', { retainedBytes: 101 })), 'Cart');
  });

  it('fires, and has the slope that is surest', () => {
    const slope = (lowerPerHour: number, upperPerHour: number) => ({
      figures: { value: 1, perHour: 10, lowerPerHour, upperPerHour },
    });
    assert.equal(first(of('Wide', slope(1, 19)), of('Sure', slope(9, 11)), of('Unknown')), 'Sure');
    assert.equal(first(of('Sure', { ...slope(9, 11), state: 'pending' }), of('Wide', slope(1, 19))), 'Wide');
  });

  it('does not depend on the order in which its members came', () => {
    const kinds = ['Session', 'Cart', 'Object', 'Array', 'string', 'elements of Session'];
    const member = fc.record({
      kind: fc.constantFrom(...kinds),
      retainedBytes: fc.option(fc.nat(1_000), { nil: undefined }),
      state: fc.constantFrom<Alert['state']>('firing', 'pending', 'resolved'),
      figures: fc.record({ value: fc.nat(1_000), before: fc.nat(1_000) }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: ({ kind }) => kind, minLength: 1 }), (members) => {
        const key = ({ kind: _, ...rest }: Ranked) => JSON.stringify(rest);
        assert.equal(key(rank(members)[0]!), key(rank(members.toReversed())[0]!));
      }),
    );
  });

  it("is never V8's own, or a store of another kind, if a class grows", () => {
    for (const kind of ['(not seen by census)', 'data of ArrayBuffer', 'MAP_TYPE', 'native Node', 'array (shared)']) {
      assert.ok(isGeneric(kind), kind);
    }
    for (const kind of ['Session', 'MyArray', 'Session (src/a.js:10)']) assert.ok(!isGeneric(kind), kind);
  });
});
