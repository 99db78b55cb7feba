import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { Engine } from '../../../collector/alert/engine.ts';
import { withLateFields } from '../../../collector/alert/late-fields.ts';
import { ruleStates } from '../../../collector/alert/rule-states.ts';
import type { Rule } from '../../../collector/config/rule.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import type { NewEvent } from '../../../collector/log/log.ts';
import type { Alert } from '../../../protocol/alert.ts';
import type { StreamEvent } from '../../../protocol/events.ts';
import { partitionEvent, targetEvent, usageEvent } from '../../support/events.ts';

const START_MS = Date.parse('2026-11-22T06:00:00.000Z');
const MINUTE_MS = 60_000;
const MB = 2 ** 20;
const PROCESS = 'pid 4711, started 2026-11-22T05:00:00.000Z';

/** An engine of rules as people write them, and what it said, by the minute. */
class Play {
  readonly engine: Engine;
  readonly alerts: Alert[] = [];
  readonly rules: readonly Rule[];
  #minute = 0;

  constructor(...rules: object[]) {
    this.rules = rules.map((rule) => RuleFile.parse(rule));
    this.engine = new Engine(this.rules);
  }

  get #moment() {
    const atMs = START_MS + this.#minute * MINUTE_MS;
    return { atMs, at: new Date(atMs).toISOString() };
  }

  setRules(rules: readonly Rule[]): void {
    this.alerts.push(...this.engine.setRules(rules, this.#moment));
  }

  /** What happens in a minute, in this order. Then the next begins. */
  minute(...events: NewEvent[]): this {
    const moment = this.#moment;
    this.#minute++;
    for (const event of events) {
      this.alerts.push(...this.engine.take({ ...event, offset: this.#minute } as StreamEvent, moment));
    }
    this.alerts.push(...this.engine.tick(moment));
    return this;
  }

  minutes(count: number, events: (minute: number) => NewEvent[]): this {
    for (let i = 0; i < count; i++) this.minute(...events(i));
    return this;
  }

  /** `minute state kind isolate` of each alert. */
  get said(): string[] {
    return this.alerts.map(({ at, state, kind, gauge, isolate }) => {
      const minute = (Date.parse(at) - START_MS) / MINUTE_MS;
      return `${minute} ${state} ${kind ?? gauge}${isolate === 'main' ? '' : ` ${isolate}`}`;
    });
  }
}

function census(kinds: Record<string, number>, over: Partial<Extract<NewEvent, { type: 'partition' }>> = {}): NewEvent {
  const rows = Object.entries(kinds).map(([kind, count]) => ({ kind, count, sizeBytes: count * 100 }));
  return partitionEvent('api', { probe: 'census', by: 'kind', incarnation: PROCESS, rows, ...over });
}

const rss = (megabytes: number, isolate = 'main') =>
  usageEvent('api', { isolate, rssBytes: megabytes * MB, heapUsedBytes: megabytes * MB, incarnation: PROCESS });

const GROWTH = {
  name: 'SessionLeak',
  targets: 'a*',
  watch: { kind: 'Se*', measure: 'count', probe: 'census' },
  when: { growth: 1000, within: '10m' },
};

describe('alerts', () => {
  it('fires at exactly the floor that reaches a growth, for the kind that grows and no other', () => {
    const play = new Play({ ...GROWTH, for: '2m' });
    play.minutes(20, (minute) => [census({ Session: 100 * minute, Service: 5, Array: 5_000 * minute })]);
    assert.deepEqual(play.said, ['11 pending Session', '13 firing Session']);
    const [, firing] = play.alerts;
    assert.equal(firing?.startsAt, '2026-11-22T06:11:00.000Z');
    assert.equal(firing?.reason, '1,200 objects, 1,000 more than 10 min before (asked: 1,000 objects)');
    assert.match(firing?.fingerprint ?? '', /^[0-9a-f]{16}$/);
    assert.equal(firing?.labels.alertname, 'SessionLeak');
  });

  it('says of a rule whose readings are too far apart that it is never judged, and why', () => {
    const seldom = { ...GROWTH, when: { growth: 1_000, within: '10m' } };
    const every = (minutes: number) =>
      new Play(seldom).minutes(40, (minute) => (minute % minutes === 0 ? [census({ Session: 500 * minute })] : []));
    const [state] = ruleStates(every(8).engine);
    assert.equal(state?.undecided, 1);
    assert.equal(state?.why, 'readings come 8 min apart, and 3 readings have to fall into 10m');
    assert.equal(ruleStates(every(3).engine)[0]?.why, undefined);
  });

  it("leaves out what is V8's own work where a rule means all kinds, and judges it where a rule names it", () => {
    const grown = (minute: number) => [census({ code: 100 * minute, 'array (no owner)': 100 * minute })];
    const of = (kind: string) => ({ name: 'Any', watch: { kind, probe: 'census' }, when: GROWTH.when });
    assert.deepEqual(new Play(of('*')).minutes(12, grown).said, []);
    assert.deepEqual(new Play(of('code')).minutes(12, grown).said, ['11 firing code']);
  });

  it('judges by what a target is read by, walks or types, where the rule names no probe', () => {
    const rule = { name: 'Any', watch: { kind: '*' }, when: GROWTH.when };
    const by = (probe: 'walk' | 'types', kind: string, count: number) => census({ [kind]: count }, { probe });
    const walked = new Play(rule).minutes(12, (minute) => [by('walk', 'Session', 100 * minute)]);
    assert.deepEqual(walked.said, ['11 firing Session']);
    // one walk by hand is no series, and ends none
    const counted = new Play(rule).minutes(12, (minute) => [
      by('types', 'object', 100 * minute),
      ...(minute === 5 ? [by('walk', 'Session', 9_000)] : []),
    ]);
    assert.deepEqual(counted.said, ['11 firing object']);
    const both = new Play(rule).minutes(12, (minute) => [
      by('types', 'object', 100 * minute),
      by('walk', 'Session', 100 * minute),
    ]);
    assert.deepEqual(both.said, ['11 firing object']);
    // a worker that is counted once and then walked does not make the main thread begin anew
    const worked = new Play(rule).minutes(12, (minute) => [
      by('walk', 'Session', 100 * minute),
      census({ Job: 10 }, { probe: minute % 4 === 0 ? 'types' : 'walk', isolate: `worker:${Math.floor(minute / 4)}` }),
    ]);
    assert.deepEqual(worked.said, ['11 firing Session']);
  });

  it('says when it is over what there is now, and apart from that what there was when it fired', () => {
    const play = new Play(GROWTH);
    play.minutes(12, (minute) => [census({ Session: 100 * minute })]).minutes(3, () => [census({ Session: 500 })]);
    const resolved = play.alerts.at(-1);
    assert.equal(resolved?.state, 'resolved');
    assert.equal(
      resolved?.reason,
      '500 objects, 500 less than when it fired: it has stopped growing by what was asked',
    );
    assert.deepEqual([resolved?.figures.value, resolved?.fired?.value], [500, 1_000]);
  });

  it('says of what grows ever more slowly where it ends', () => {
    const play = new Play({ ...GROWTH, for: '9m' });
    play.minutes(30, (minute) => [census({ Session: 4_000 * (1 - Math.exp(-minute / 6)) })]);
    const { reason, figures } = play.alerts.find(({ state }) => state === 'firing')!;
    assert.match(
      reason,
      /; it grows ever more slowly, towards about [34],\d{3} objects in \d+ min: a cache that fills does$/,
    );
    assert.ok(figures.fillsTo! > 3_500 && figures.fillsTo! < 4_500, `${figures.fillsTo}`);
  });

  it('leaves what only evidence tells for when that is there', () => {
    const annotations = { summary: '{{cause}} in {{target}}, held by {{heldBy}}' };
    const play = new Play({ ...GROWTH, annotations });
    play.minutes(12, (minute) => [census({ Session: 100 * minute })]);
    const fired = play.alerts.at(-1) as Alert;
    assert.equal(withLateFields(fired).annotations.summary, 'Session in api, held by -');
    const evidence = { state: 'done', cause: 'Cart', paths: ['module app.js: carts[0]', 'global.x'] } as const;
    const found = withLateFields({ ...fired, evidence: { ...evidence, paths: [...evidence.paths] } });
    assert.equal(found.annotations.summary, 'Cart in api, held by module app.js: carts[0]');
  });

  it('fires as soon as a growth is reached, long before its window is full', () => {
    const play = new Play(GROWTH);
    play.minutes(6, (minute) => [census({ Session: 3_000 * minute })]);
    assert.deepEqual(play.said, ['2 firing Session']);
    const share = new Play({ ...GROWTH, when: { growth: '20%', within: '10m' } });
    share.minutes(9, (minute) => [census({ Session: 1_000 + 3_000 * minute })]);
    assert.deepEqual(share.said, [], 'a share of a small beginning says nothing');
  });

  it('takes a share of bytes for a growth only where it is 1 MB at least, or what the rule says', () => {
    const rule = (over: object) => ({
      name: 'Share',
      watch: { kind: 'Session', measure: 'size', probe: 'census' },
      when: { growth: '20%', within: '10m', ...over },
    });
    // 100 bytes each: 100 KB that become 600 KB
    const grow = (minute: number) => [census({ Session: 1_000 + 200 * minute })];
    assert.deepEqual(new Play(rule({})).minutes(25, grow).said, []);
    assert.deepEqual(new Play(rule({ least: '10KB' })).minutes(25, grow).said, ['10 firing Session']);
  });

  it('does not fire on a batch that lives for less than a fifth of its window, at whatever reading', () => {
    const play = new Play(GROWTH);
    play.minutes(60, (minute) => [census({ Session: minute % 7 === 3 ? 9_000 : 5 })]);
    assert.deepEqual(play.said, []);
  });

  it('resolves when it has not held for `keepFiringFor`, and says so once', () => {
    const play = new Play({ ...GROWTH, keepFiringFor: '3m' });
    play.minutes(40, (minute) => [census({ Session: Math.min(1_500, 100 * minute) })]);
    assert.deepEqual(play.said, ['11 firing Session', '19 resolved Session']);
    assert.deepEqual(
      [play.alerts[1]?.startsAt, play.alerts[1]?.endsAt],
      ['2026-11-22T06:11:00.000Z', play.alerts[1]?.at],
    );
  });

  it('judges gauges by minima of completed windows, not by the sawtooth', () => {
    const rule = { name: 'High', watch: { usage: 'rss' }, when: { above: '200MB' } };
    const sawtooth = new Play(rule);
    sawtooth.minutes(20, () => [rss(150), rss(400), rss(900)]);
    assert.deepEqual(sawtooth.said, []);
    const high = new Play(rule);
    high.minutes(20, (minute) => (minute < 5 ? [rss(150), rss(400)] : [rss(201), rss(400)]));
    assert.deepEqual(high.said, ['6 firing rss']);
  });

  it('does not fire on the memory that our own probes took', () => {
    const rule = { name: 'Rss', watch: { usage: 'rss' }, when: { growth: '100MB', within: '10m' } };
    const footprint: NewEvent = {
      type: 'footprint',
      target: 'api',
      isolate: 'main',
      cause: 'snapshot',
      from: new Date(START_MS).toISOString(),
      to: new Date(START_MS).toISOString(),
      pauseMs: 1,
      keptBytes: 500 * MB,
      hourPauseMs: 1,
    };
    const lifted = (minute: number) => [...(minute === 12 ? [footprint] : []), rss(minute < 12 ? 300 : 800)];
    const play = new Play(rule);
    play.minutes(40, lifted);
    assert.deepEqual(play.said, []);
    // a probe of a worker takes the memory of the same process, which has one series however many isolates it has
    const ofWorker = new Play(rule);
    ofWorker.minutes(40, (minute) => [
      ...(minute === 12 ? [{ ...footprint, isolate: 'worker:1' }] : []),
      rss(minute < 12 ? 300 : 800),
      rss(minute < 12 ? 300 : 800, 'worker:1'),
    ]);
    assert.deepEqual(ofWorker.said, []);
    assert.deepEqual([...ofWorker.engine.series()].length, 1);
    const unmasked = new Play(rule);
    unmasked.minutes(40, (minute) => lifted(minute).slice(-1));
    assert.equal(unmasked.said[0]?.split(' ')[1], 'firing');
  });

  it('has sizes that a census estimates go with the counts: what wanders is no growth, and hides none', () => {
    const bySize = {
      name: 'Size',
      watch: { kind: 'Se*', measure: 'size', probe: 'census' },
      when: { growth: '100KB', within: '10m' },
    };
    const weighed = (count: number, each: number) =>
      census({}, { rows: [{ kind: 'Session', count, sizeBytes: count * each, estimated: true, exactCount: true }] });
    const wanders = new Play(bySize);
    wanders.minutes(30, (minute) => [weighed(5_000, minute < 15 ? 40 : 140)]);
    assert.deepEqual(wanders.said, []);
    const hidden = new Play(bySize);
    hidden.minutes(30, (minute) => [weighed(1_000 + 200 * minute, 100 / (1 + minute))]);
    assert.equal(hidden.said[0]?.split(' ')[1], 'firing');
  });

  it('begins anew with another process, and resolves what the old one had', () => {
    const next = { incarnation: 'pid 4712, started 2026-11-22T06:20:00.000Z' };
    const play = new Play(GROWTH);
    play.minutes(15, (minute) => [census({ Session: 100 * minute })]);
    play.minutes(9, (minute) => [census({ Session: 90 * minute }, next)]);
    assert.deepEqual(play.said, ['11 firing Session', '15 resolved Session']);
    assert.equal(play.alerts[1]?.reason, 'its process has ended');
  });

  it('resolves the alerts of a target that stays away', () => {
    const play = new Play(GROWTH);
    play.minutes(15, (minute) => [census({ Session: 100 * minute })]);
    play.minutes(10, (minute) => (minute === 0 ? [targetEvent('api', { state: 'gone' })] : []));
    assert.deepEqual(play.said, ['11 firing Session', '20 resolved Session']);
  });

  it('leaves the warm-up of a process out', () => {
    const process = (minutes: number) => ({
      incarnation: `pid 1, started ${new Date(START_MS - minutes * MINUTE_MS).toISOString()}`,
      process: { pid: 1, startedAtMs: START_MS - minutes * MINUTE_MS },
    });
    const grow = (minutes: number) => (minute: number) => [
      census(
        { Session: 100 * Math.min(minute, 20) },
        {
          ...process(minutes),
          takenAt: new Date(START_MS + minute * MINUTE_MS).toISOString(),
        },
      ),
    ];
    const rule = { ...GROWTH, warmUp: '30m' };
    assert.deepEqual(new Play(rule).minutes(60, grow(0)).said, []);
    assert.equal(new Play(rule).minutes(60, grow(30)).said[0], '11 firing Session');
  });

  it('sums isolates, and takes a new one for no growth', () => {
    const rule = {
      name: 'Sum',
      watch: { usage: 'heapUsed', isolates: 'sum' },
      when: { growth: '50MB', within: '10m' },
    };
    const play = new Play(rule);
    play.minutes(30, (minute) => [rss(100 + 4 * minute), ...(minute < 12 ? [] : [rss(200 + 4 * minute, 'worker:1')])]);
    // 8 MB a minute from the worker's coming on
    assert.equal(play.said.length, 1);
    assert.match(play.said[0] ?? '', /^2\d firing heapUsed all$/);
  });

  it('takes a kind that has no row any more for none, where the partition is whole', () => {
    const play = new Play(GROWTH);
    play.minutes(12, (minute) => [census({ Session: 100 * minute })]).minute(census({ Array: 1 }));
    assert.deepEqual(play.said, ['11 firing Session', '12 resolved Session']);
    const cut = new Play(GROWTH);
    const other = { rows: 1, count: 1, sizeBytes: 1 };
    cut.minutes(12, (minute) => [census({ Session: 100 * minute })]).minute(census({ Array: 1 }, { other }));
    assert.deepEqual(cut.said, ['11 firing Session']);
  });

  it('watches no more kinds than it is told to', () => {
    const play = new Play({ ...GROWTH, maxSeries: 2 });
    play.minutes(20, (minute) => [census({ Sea: 0, See: 0, Session: 1_000 * minute })]);
    assert.deepEqual(play.said, []);
    assert.equal([...play.engine.series()].length, 2);
  });

  it('goes on where it was after a restart', () => {
    const before = new Play(GROWTH);
    before.minutes(15, (minute) => [census({ Session: 100 * minute })]);
    const restored = [...before.engine.series()].map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
    const after = new Engine([RuleFile.parse(GROWTH)], structuredClone(restored));
    const moment = (minute: number) => ({ atMs: START_MS + minute * MINUTE_MS, at: new Date(START_MS).toISOString() });
    const event = (minute: number) => ({ ...census({ Session: 100 * minute }), offset: minute }) as StreamEvent;
    for (let minute = 3; minute < 15; minute++) after.recall(event(minute), moment(minute));
    assert.deepEqual(after.take(event(15), moment(15)), []);
    const [resolved] = after.take(event(0), moment(16));
    assert.deepEqual([resolved?.state, resolved?.startsAt], ['resolved', '2026-11-22T06:11:00.000Z']);
  });

  it('has other rules from a moment on: the same go on, what has changed begins anew, what is gone ends', () => {
    const [kept, changed, gone] = [GROWTH, { ...GROWTH, name: 'Changed' }, { ...GROWTH, name: 'Gone' }];
    const play = new Play(kept, changed, gone);
    const rising = (from: number) => (minute: number) => [census({ Session: 100 * (from + minute) })];
    play.minutes(12, rising(0));
    assert.deepEqual(play.said, ['11 firing Session', '11 firing Session', '11 firing Session']);
    const [same] = play.rules;
    play.setRules([
      same!,
      RuleFile.parse({ ...changed, labels: { severity: 'page' } }),
      RuleFile.parse({ ...gone, name: 'New' }),
    ]);
    const ended = play.alerts.splice(0).slice(3);
    assert.deepEqual(
      ended.map(({ rule, state, reason }) => [rule, state, reason]),
      [
        ['Changed', 'resolved', 'its rule has changed'],
        ['Gone', 'resolved', 'its rule is gone'],
      ],
    );
    play.minutes(9, rising(12));
    assert.deepEqual(play.said, [], 'the one that goes on fires still, those that begin anew have no window yet');
    play.minutes(3, rising(21));
    assert.deepEqual(
      play.alerts.map(({ rule, state }) => [rule, state]),
      [
        ['Changed', 'firing'],
        ['New', 'firing'],
      ],
    );
  });

  it('ends the alerts of a target that does not come back after a restart', () => {
    const before = new Play(GROWTH);
    const labels = { team: 'web' };
    before.minutes(15, (minute) => [targetEvent('api', { labels }), census({ Session: 100 * minute })]);
    const restored = [...before.engine.series()].map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
    const after = new Engine([RuleFile.parse(GROWTH)], structuredClone(restored));
    const moment = (minute: number) => ({ atMs: START_MS + minute * MINUTE_MS, at: new Date(START_MS).toISOString() });
    after.restart(moment(15));
    assert.deepEqual(after.tick(moment(19)), []);
    const [resolved] = after.tick(moment(20));
    assert.equal(resolved?.state, 'resolved');
    assert.equal(resolved.fingerprint, before.alerts[0]?.fingerprint);
  });

  it('ends an alert whose target has other labels, by which it would be another', () => {
    const play = new Play(GROWTH);
    const labelled = (tier: string) => (minute: number) => [
      targetEvent('api', { labels: { tier } }),
      census({ Session: 100 * minute }),
    ];
    play.minutes(12, labelled('front')).minutes(1, labelled('back'));
    const [firing, resolved] = play.alerts;
    assert.deepEqual(play.said, ['11 firing Session', '12 resolved Session']);
    assert.deepEqual([resolved?.fingerprint, resolved?.reason], [firing?.fingerprint, 'its target has other labels']);
  });

  it('fills the fields of annotations', () => {
    const annotations = { summary: '{{kind}} of {{target}} grew by {{ delta }} in {{within}}, {{slope}}' };
    const play = new Play({ ...GROWTH, annotations, labels: { severity: 'page' } });
    play.minutes(12, (minute) => [targetEvent('api', { labels: { team: 'web' } }), census({ Session: 100 * minute })]);
    assert.equal(play.alerts[0]?.annotations.summary, 'Session of api grew by 1,000 in 10 min, -');
    assert.deepEqual(play.alerts[0]?.labels, {
      alertname: 'SessionLeak',
      isolate: 'main',
      kind: 'Session',
      severity: 'page',
      target: 'api',
      team: 'web',
    });
  });
});

const SOURCE = 'memory.max of cgroup /app';
const ofLimit = (usedMb: number, limitMb = 1_000) =>
  usageEvent('api', {
    incarnation: PROCESS,
    ceiling: { source: SOURCE, limitBytes: limitMb * MB, leftBytes: (limitMb - usedMb) * MB },
  });
const NEAR = { name: 'Near', watch: { usage: 'rss' }, when: { above: '85% of limit', below: '60%' } };

describe('shares of a limit', () => {
  it('fire once above, and are armed again only below', () => {
    const play = new Play(NEAR);
    const used = [500, 849, 860, 700, 900, 601, 590, 840, 860];
    play.minutes(used.length, (minute) => [ofLimit(used[minute]!)]);
    assert.deepEqual(play.said, ['2 firing rss', '6 resolved rss', '8 firing rss']);
    assert.equal(play.alerts[0]?.reason, '860 MB, 86 % of 1.0 GB (memory.max of cgroup /app) (asked: above 85 %)');
    assert.deepEqual(play.alerts[0]?.figures, { value: 860 * MB, limit: 1_000 * MB, limitSource: SOURCE });
  });

  it('go on firing after a restart until they are below', () => {
    const play = new Play(NEAR);
    play.minute(ofLimit(900));
    const restored = [...play.engine.series()].map(({ rule, ...one }) => ({ ...one, rule: rule.name }));
    const later = new Engine(play.rules, restored);
    const at = (minute: number) => ({
      atMs: START_MS + minute * MINUTE_MS,
      at: new Date(START_MS + minute * MINUTE_MS).toISOString(),
    });
    const take = (usedMb: number, minute: number) =>
      later.take({ ...ofLimit(usedMb), offset: minute } as StreamEvent, at(minute)).map(({ state }) => state);
    assert.deepEqual([take(700, 2), take(590, 3)], [[], ['resolved']]);
  });

  it('follow a limit that changes, and hold nothing where there is none', () => {
    const play = new Play(NEAR);
    play.minute(rss(900)).minute(ofLimit(500, 1_000)).minute(ofLimit(500, 550));
    assert.deepEqual(play.said, ['2 firing rss']);
  });

  it('of heapLimit are judged by floors of each isolate', () => {
    const heap = (usedMb: number, isolate: string) =>
      usageEvent('api', { isolate, heapUsedBytes: usedMb * MB, heapLimitBytes: 100 * MB, incarnation: PROCESS });
    const play = new Play({ name: 'Heap', watch: { usage: 'heapUsed' }, when: { above: '90% of heapLimit' } });
    play.minutes(5, () => [heap(95, 'main'), heap(50, 'main'), heap(91, 'worker:1')]);
    assert.deepEqual(play.said, ['1 firing heapUsed worker:1']);
  });

  it('fill {{limit}} and {{timeToLimit}}', () => {
    const timeToLimit = {
      source: SOURCE,
      perHour: 1,
      lowerPerHour: 1,
      upperPerHour: 2,
      ms: 2_400_000,
      earliestMs: 1_800_000,
      latestMs: 3_300_000,
    };
    const play = new Play({ ...NEAR, annotations: { summary: '{{value}} of {{limit}}, full in {{timeToLimit}}' } });
    play.minute({ ...ofLimit(900), timeToLimit } as NewEvent);
    assert.equal(play.alerts[0]?.annotations.summary, '900 MB of 1.0 GB, full in 40 min (30 min to 55 min)');
  });

  it('are refused where they are a share of nothing', () => {
    const wrong: [object, RegExp][] = [
      [{ ...NEAR, when: { above: '85%' } }, /a percentage is of something: expected "85% of limit"/],
      [{ ...NEAR, when: { above: '85% of memory' } }, /expected a percentage of limit or heapLimit|expected \{ above/],
      [{ ...NEAR, when: { above: '101% of limit' } }, /expected up to 100%|expected \{ above/],
      [
        { ...NEAR, when: { above: '85% of heapLimit' } },
        /only usage: heapUsed or usage: heapTotal is a part of heapLimit/,
      ],
      [{ ...NEAR, watch: { kind: 'a' } }, /only usage: rss is a part of limit/],
      [{ ...NEAR, watch: { usage: 'rss', isolates: 'sum' } }, /each isolate has a limit of its own/],
      [{ ...NEAR, when: { above: '85% of limit', below: '90%' } }, /expected less than "above" \(85%\)/],
      [{ ...NEAR, when: { above: '85% of limit', below: '60MB' } }, /expected an amount|expected a percentage/],
      [{ ...NEAR, when: { above: '200MB', below: '60%' } }, /expected an amount, as "above" is|expected a/],
    ];
    for (const [rule, expected] of wrong) {
      const result = RuleFile.safeParse(rule);
      assert.ok(!result.success);
      assert.match(z.prettifyError(result.error), expected);
    }
  });
});

describe('rules', () => {
  it('are refused where they cannot be read, with what was expected', () => {
    const wrong: [object, RegExp][] = [
      [{ ...GROWTH, when: { growth: '0%', within: '10m' } }, /expected more than 0%|expected \{ above/],
      [{ ...GROWTH, when: { above: '200MB', within: '10m' } }, /Unrecognized key: "within"/],
      [{ ...GROWTH, watch: { kind: 'a', usage: 'rss' } }, /expected \{ kind: GLOB/],
      [{ ...GROWTH, name: 'no name' }, /expected a name/],
      [{ ...GROWTH, annotations: { summary: '{{kinds}}' } }, /no field "kinds"/],
      [{ ...GROWTH, foreach: 1 }, /foreach/],
    ];
    for (const [rule, expected] of wrong) {
      const result = RuleFile.safeParse(rule);
      assert.ok(!result.success);
      assert.match(z.prettifyError(result.error), expected);
    }
  });

  it('read rates, shares and amounts', () => {
    const when = (condition: object) => RuleFile.parse({ ...GROWTH, when: condition }).when;
    assert.deepEqual(when({ trend: '6MB/h' }), {
      type: 'trend',
      perMs: (6 * MB) / 3_600_000,
      confidence: 0.99,
      withinMs: 86_400_000,
    });
    assert.deepEqual(when({ trend: '1000/10m', confidence: 0.9, within: '1h' }), {
      type: 'trend',
      perMs: 1_000 / 600_000,
      confidence: 0.9,
      withinMs: 3_600_000,
    });
    assert.deepEqual(when({ growth: '20%', within: '1h' }), {
      type: 'growth',
      growth: 0.2,
      ratio: true,
      withinMs: 3_600_000,
      leastBytes: MB,
    });
    assert.deepEqual(when({ above: 1000 }), { type: 'above', value: 1_000 });
  });
});

describe('processes that end', () => {
  const lifeOf = (pid: number) => ({
    incarnation: `pid ${pid}, started 2026-11-22T06:${String(pid).padStart(2, '0')}:00.000Z`,
  });
  /** A reading of the heap of one of them: of 512 MB. */
  const heap = (pid: number, megabytes: number, minute: number) =>
    usageEvent('api', {
      ...lifeOf(pid),
      heapUsedBytes: megabytes * MB,
      heapLimitBytes: 512 * MB,
      takenAt: new Date(START_MS + minute * MINUTE_MS).toISOString(),
    });
  /** Lives of two minutes each, that fill their heaps up to `megabytes`. */
  const dying = (megabytes: number) => (minute: number) => [
    heap(1 + Math.floor(minute / 2), minute % 2 === 0 ? 20 : megabytes, minute),
  ];

  it('fire at the third restart within a while, with how their heaps grew, and resolve when it is over', () => {
    const play = new Play({ name: 'Restarts', when: { restarts: 3, within: '10m' } });
    play.minutes(7, dying(500));
    assert.deepEqual(play.said, ['6 firing processes']);
    assert.equal(
      play.alerts[0]?.reason,
      '3 processes ended within 10 min (asked: 3); the last 3 were seen for about 60 s; the heap grew from 20.0 MB to 500 MB of 512 MB in each',
    );
    play.minutes(12, () => [heap(4, 20, 7)]);
    assert.deepEqual(play.said.slice(1), ['12 resolved processes']);
  });

  it('of a process that dies each 100 s fire by its third life, with the kind that grew in each', () => {
    const play = new Play({ name: 'Restarts', when: { restarts: 3, within: '10m' } });
    const counted = (pid: number, sessions: number, seconds: number) =>
      partitionEvent('api', {
        ...lifeOf(pid),
        probe: 'types',
        rows: [
          { kind: 'object', count: sessions * 2, sizeBytes: 96 * sessions },
          { kind: 'Session', count: sessions, sizeBytes: 48 * sessions },
          { kind: 'code', count: 900, sizeBytes: 80_000 },
        ],
        takenAt: new Date(START_MS + seconds * 1_000).toISOString(),
      });
    for (let life = 1; life <= 4; life++) {
      for (const [age, megabytes] of [
        [0, 20],
        [50, 260],
        [95, 500],
      ] as const) {
        const seconds = (life - 1) * 100 + age;
        play.minute(heap(life, megabytes, seconds / 60), counted(life, megabytes * 1_000, seconds));
      }
    }
    const [alert, ...more] = play.alerts.filter(({ state }) => state === 'firing');
    assert.deepEqual(more, []);
    assert.equal(
      alert?.reason,
      '3 processes ended within 10 min (asked: 3); the last 3 were seen for about 95 s; the heap grew from 20.0 MB to 500 MB of 512 MB in each; so did Session, from 20,000 to 500,000 objects in the last',
    );
  });

  it('fire as the last one ends, where that is seen, and for want of memory where a limit was near', () => {
    const play = new Play(
      { name: 'Restarts', when: { restarts: 2, within: '10m' } },
      { name: 'Died', when: { died: 'oom' } },
    );
    const gone = (cause: 'exit' | 'v8Limit', minute: number) =>
      targetEvent('api', {
        state: 'gone',
        death: { cause, certainty: 'likely', text: 'it is no more' },
        at: new Date(START_MS + minute * MINUTE_MS).toISOString(),
      });
    const sessions = (pid: number, count: number) =>
      partitionEvent('api', {
        ...lifeOf(pid),
        probe: 'walk',
        rows: [{ kind: 'Session', count, sizeBytes: 48 * count }],
      });
    play
      .minute(heap(1, 20, 0), sessions(1, 200), gone('exit', 0))
      .minute(heap(2, 60, 1), sessions(2, 9_000), gone('v8Limit', 1));
    assert.deepEqual(play.said, ['1 firing processes', '1 firing processes']);
    // counted once in each life: the second is compared with the first
    assert.match(play.alerts[0]!.reason, /^2 processes ended within 10 min/);
    assert.match(play.alerts[1]!.reason, /so did Session, from 200 to 9,000 objects$/);
    // the next process is no further end
    play.minute(heap(3, 20, 2));
    assert.equal(play.alerts.length, 2);
  });

  it('for want of memory fire when their heap was full, or when the kernel says so, once each', () => {
    const oom = { name: 'Died', when: { died: 'oom' } };
    assert.deepEqual(new Play(oom).minutes(5, dying(500)).said, ['2 firing processes']);
    assert.deepEqual(new Play(oom).minutes(5, dying(200)).said, []);
    assert.deepEqual(new Play({ ...oom, when: { died: 'any' } }).minutes(5, dying(200)).said, ['2 firing processes']);
    const reason = 'the target is gone: memory ran out: the kernel has killed a process of its cgroup /app meanwhile';
    const killed = new Play({ name: 'Restarts', when: { restarts: 2, within: '10m' } }, oom);
    killed
      .minute(heap(1, 200, 0))
      .minute(targetEvent('api', { state: 'gone', reason }))
      .minute(heap(2, 20, 2));
    assert.deepEqual(
      killed.alerts.map(({ rule, state }) => [rule, state]),
      [['Died', 'firing']],
      'the restart after it is the same end',
    );
  });

  it('are rules of the target: with something to watch there is something wrong', () => {
    assert.equal(RuleFile.safeParse({ name: 'A', when: { died: 'oom' }, watch: { usage: 'rss' } }).success, false);
    assert.equal(RuleFile.safeParse({ name: 'A', when: { above: '1MB' } }).success, false);
  });
});
