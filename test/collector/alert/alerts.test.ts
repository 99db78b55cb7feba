import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Alerts, type Gather } from '../../../collector/alert/alerts.ts';
import type { Rule } from '../../../collector/config/rule.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import type { EventLog } from '../../../collector/log/log.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import type { StreamEvent } from '../../../protocol/events.ts';
import { partitionEvent } from '../../support/events.ts';
import { LogLines } from '../../support/log-lines.ts';

const START_MS = Date.parse('2026-11-22T06:00:00.000Z');
const MINUTE_MS = 60_000;
const PROCESS = 'pid 4711, started 2026-11-22T05:00:00.000Z';

const RULE = RuleFile.parse({
  name: 'SessionLeak',
  watch: { kind: 'Session', probe: 'census' },
  when: { growth: 1000, within: '10m' },
  for: '2m',
});

/** A clock on the wall and one that never goes back, both as the test sets them. */
class Clocks {
  wallMs = START_MS;
  monotonicMs = 0;

  pass(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }
}

type Memory = Map<string, { name: string; offset: number; state: string }>;

const refusing: Gather = async () => ({ state: 'done', refused: ['snapshot: over maxPause'] });

function startAlerts(
  log: EventLog,
  clocks: Clocks,
  memory: Memory = new Map(),
  rules: readonly Rule[] = [RULE],
  gather: Gather = refusing,
) {
  const alerts = new Alerts({
    rules,
    log,
    offsets: {
      commit: (kept) => memory.set(kept.name, kept),
      committed: (name) => memory.get(name),
      whenCommittedFound: () => false,
    },
    gather,
    keepMs: 24 * 60 * MINUTE_MS,
    logger: new LogLines().logger,
    now: () => clocks.wallMs,
    monotonic: () => clocks.monotonicMs,
  });
  const running = alerts.run();
  return {
    alerts,
    async [Symbol.asyncDispose]() {
      alerts.stop();
      await running;
    },
  };
}

/** Appends a census a minute, and lets each be judged before the next. */
async function minutes(log: EventLog, clocks: Clocks, from: number, to: number, count: (minute: number) => number) {
  for (let minute = from; minute < to; minute++) {
    const rows = [{ kind: 'Session', count: count(minute), sizeBytes: 1 }];
    const takenAt = new Date(clocks.wallMs).toISOString();
    log.append(partitionEvent('api', { probe: 'census', by: 'kind', incarnation: PROCESS, rows, takenAt }));
    await log.settled();
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    clocks.pass(MINUTE_MS);
  }
}

function events(log: EventLog): Extract<StreamEvent, { type: 'alert' }>[] {
  const events: StreamEvent[] = [];
  for (let at = 0; ; ) {
    const page = log.after(at);
    if (page.length === 0) break;
    events.push(...page.map(({ event }) => event));
    at = page.at(-1)!.offset;
  }
  return events.filter((event) => event.type === 'alert');
}

function said(log: EventLog): string[] {
  return events(log).map(({ state, evidence }) => `${state}${evidence ? ` ${evidence.state}` : ''}`);
}

const rising = (minute: number) => 100 * Math.min(minute, 20);

describe('the alerts of a collector', () => {
  it('are events of its log, with their evidence once it is gathered', async () => {
    const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
    await using running = startAlerts(log, clocks);
    await minutes(log, clocks, 0, 25, rising);
    assert.deepEqual(said(log), ['pending', 'firing gathering', 'firing done', 'resolved done']);
    const [, , done, resolved] = events(log);
    assert.deepEqual(resolved?.evidence, done?.evidence);
    assert.deepEqual(running.alerts.list().alerts, []);
    assert.deepEqual(running.alerts.list().rules, [
      { rule: 'SessionLeak', target: 'api', inactive: 1, undecided: 0, pending: 0, firing: 0, unit: 'objects' },
    ]);
    // the process goes, and what was found stays
    log.forget('api', { except: 'another' });
    const kept = () => log.latest().map(({ head }) => head.type);
    assert.deepEqual(kept(), ['alert']);
    clocks.pass(26 * 60 * MINUTE_MS);
    await minutes(log, clocks, 0, 1, () => 0);
    assert.deepEqual(kept(), ['partition'], 'but for what is long over');
  });

  for (const [state, until] of [
    ['inactive', 5],
    ['pending', 12],
    ['firing', 15],
    ['resolved', 24],
  ] as const) {
    it(`go on after a kill while ${state}: none is lost, none is said twice`, async () => {
      const [log, clocks, memory] = [new RingLog(DEFAULT_STREAM), new Clocks(), new Map()];
      // what was kept last is all that a kill leaves
      const before = startAlerts(log, clocks, memory);
      await minutes(log, clocks, 0, until, rising);
      before.alerts.stop();
      await using _after = startAlerts(log, clocks, memory);
      await minutes(log, clocks, until, 30, rising);
      assert.deepEqual(said(log), ['pending', 'firing gathering', 'firing done', 'resolved done']);
    });
  }

  it('go on where the state was lost that was kept last', async () => {
    const [log, clocks, memory] = [new RingLog(DEFAULT_STREAM), new Clocks(), new Map()];
    const before = startAlerts(log, clocks, memory);
    await minutes(log, clocks, 0, 12, rising);
    const kept = structuredClone(memory);
    await minutes(log, clocks, 12, 15, rising);
    before.alerts.stop();
    await using _after = startAlerts(log, clocks, kept);
    await minutes(log, clocks, 15, 30, rising);
    assert.deepEqual(said(log), ['pending', 'firing gathering', 'firing done', 'resolved done']);
  });

  it('do not mind a clock that jumps an hour, either way', async () => {
    for (const jumpMs of [60 * MINUTE_MS, -60 * MINUTE_MS]) {
      const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
      await using _running = startAlerts(log, clocks);
      await minutes(log, clocks, 0, 6, rising);
      clocks.wallMs += jumpMs;
      await minutes(log, clocks, 6, 25, rising);
      assert.deepEqual(said(log), ['pending', 'firing gathering', 'firing done', 'resolved done']);
    }
  });

  it('that are silenced say so, until the silence is over', async () => {
    const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
    await using running = startAlerts(log, clocks);
    const silence = running.alerts.silence({ matchers: { kind: 'Sess*' }, forMs: 12 * MINUTE_MS, comment: 'known' });
    await minutes(log, clocks, 0, 25, rising);
    const silenced = log.latest().flatMap(({ event }) => (event.type === 'alert' ? [event.silencedBy] : []));
    assert.deepEqual(silenced, [undefined], 'it ended before the alert resolved');
    assert.deepEqual(running.alerts.list().silences, []);
    assert.throws(() => running.alerts.unsilence(silence.id), { code: 'not-found' });
  });

  it('that fire on are told again when their silence is ended', async () => {
    const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
    await using running = startAlerts(log, clocks);
    const silence = running.alerts.silence({ matchers: { kind: '*' }, forMs: 90 * MINUTE_MS, comment: 'known' });
    await minutes(log, clocks, 0, 15, rising);
    const listed = () => running.alerts.list().alerts.map(({ silencedBy }) => silencedBy);
    assert.deepEqual(listed(), [[silence.id]]);
    running.alerts.unsilence(silence.id);
    assert.deepEqual(listed(), [undefined], 'told at once to who asks');
    await minutes(log, clocks, 15, 16, rising);
    const silenced = events(log).map(({ silencedBy = [] }) => silencedBy.length);
    assert.deepEqual(said(log), ['pending', 'firing gathering', 'firing done', 'firing done']);
    assert.deepEqual(silenced, [1, 1, 1, 0]);
  });

  for (const [state, until, end] of [
    ['pending', 12, 'inactive'],
    ['firing', 15, 'resolved'],
  ] as const) {
    it(`end with their rule while ${state}: as the collector runs, and while it did not`, async () => {
      for (const isKilled of [false, true]) {
        const [log, clocks, memory] = [new RingLog(DEFAULT_STREAM), new Clocks(), new Map()];
        const before = startAlerts(log, clocks, memory);
        await minutes(log, clocks, 0, until, rising);
        if (!isKilled) before.alerts.setRules([]);
        before.alerts.stop();
        await using after = startAlerts(log, clocks, memory, []);
        await minutes(log, clocks, until, 30, rising);
        const last = events(log).at(-1);
        assert.deepEqual([last?.state, last?.reason], [end, 'its rule is gone']);
        assert.deepEqual(after.alerts.list().alerts, []);
        assert.equal(events(log).filter((alert) => alert.state === end).length, 1);
      }
    });
  }

  it('keep their windows where the same rules are given again, and are judged where one is new', async () => {
    const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
    await using running = startAlerts(log, clocks, new Map(), []);
    await minutes(log, clocks, 0, 3, () => 0);
    assert.throws(() => running.alerts.silence({ matchers: { kind: '*' }, forMs: 1, comment: '' }), /no rules/);
    assert.equal(running.alerts.setRules([RULE]), true);
    await minutes(log, clocks, 0, 9, rising);
    assert.equal(running.alerts.setRules([structuredClone(RULE)]), false);
    await minutes(log, clocks, 9, 25, rising);
    assert.deepEqual(said(log), ['pending', 'firing gathering', 'firing done', 'resolved done']);
  });

  it('end where what was known of them was lost', async () => {
    const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
    const before = startAlerts(log, clocks);
    await minutes(log, clocks, 0, 15, rising);
    before.alerts.stop();
    const memory: Memory = new Map([['alerts', { name: 'alerts', offset: log.offset, state: 'not JSON' }]]);
    await using _after = startAlerts(log, clocks, memory);
    await minutes(log, clocks, 15, 16, rising);
    const [ended, anew] = events(log).slice(-2);
    assert.deepEqual([ended?.state, ended?.reason], ['resolved', 'its state was lost: the rule starts afresh']);
    assert.equal(anew?.state, 'pending');
  });

  it('tell the gathering of their evidence that they have resolved', async () => {
    const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
    const gather: Gather = (_, __, { resolved }) =>
      new Promise((resolve) => {
        resolved.addEventListener('abort', () => resolve({ state: 'done', refused: ['second snapshot: too late'] }));
      });
    await using _running = startAlerts(log, clocks, new Map(), [RULE], gather);
    await minutes(log, clocks, 0, 25, rising);
    assert.deepEqual(said(log), ['pending', 'firing gathering', 'resolved', 'firing done', 'resolved done']);
  });

  describe('of several kinds', () => {
    const EACH = RuleFile.parse({
      name: 'Grows',
      watch: { kind: '*', probe: 'census' },
      when: { growth: 1000, within: '10m' },
    });
    const KINDS = ['Array', 'Session', 'Date'];

    /** A census of all kinds a minute; those that are named last stop later. */
    async function censuses(log: EventLog, clocks: Clocks, from: number, to: number) {
      for (let minute = from; minute < to; minute++) {
        const rows = KINDS.map((kind, i) => ({ kind, count: 100 * Math.min(minute, 20 + i), sizeBytes: 1 }));
        const takenAt = new Date(clocks.wallMs).toISOString();
        log.append(partitionEvent('api', { probe: 'census', by: 'kind', incarnation: PROCESS, rows, takenAt }));
        await log.settled();
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
        clocks.pass(MINUTE_MS);
      }
    }

    const incidentsOf = (log: EventLog) => events(log).filter(({ incident }) => incident === undefined);

    it('are one incident: its cause named, evidence gathered once, over with the last', async () => {
      const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
      const gathered: (string | undefined)[] = [];
      const gather: Gather = async ({ kind }) => {
        gathered.push(kind);
        const retained = [{ kind: 'Session', count: 1_000, retainedBytes: 64_000 }];
        return { state: 'done', retained };
      };
      await using running = startAlerts(log, clocks, new Map(), [EACH], gather);
      await censuses(log, clocks, 0, 15);
      assert.deepEqual(gathered, ['Session']);
      const listed = running.alerts.list().alerts;
      const incident = listed.find(({ members }) => members);
      assert.deepEqual(
        incident?.members?.map(({ kind, retainedBytes }) => [kind, retainedBytes]),
        [
          ['Session', 64_000],
          ['Array', undefined],
          ['Date', undefined],
        ],
      );
      const below = listed.filter((alert) => alert.incident === incident?.fingerprint);
      assert.deepEqual(below.map(({ kind, evidence }) => [kind, evidence]).toSorted(), [
        ['Array', undefined],
        ['Date', undefined],
        ['Session', undefined],
      ]);
      await censuses(log, clocks, 15, 40);
      const said = incidentsOf(log).map(({ state, evidence }) => `${state} ${evidence?.state}`);
      assert.deepEqual([said[0], said[1], said.at(-1)], ['firing gathering', 'firing done', 'resolved done']);
      assert.equal(said.filter((each) => each.startsWith('resolved')).length, 1);
      assert.deepEqual(running.alerts.list().alerts, []);
    });

    for (const until of [11, 15, 29]) {
      it(`go on as the same incident after a kill at minute ${until}, told once`, async () => {
        const [log, clocks, memory] = [new RingLog(DEFAULT_STREAM), new Clocks(), new Map()];
        const before = startAlerts(log, clocks, memory, [EACH]);
        await censuses(log, clocks, 0, until);
        before.alerts.stop();
        await using _after = startAlerts(log, clocks, memory, [EACH]);
        await censuses(log, clocks, until, 40);
        const incidents = incidentsOf(log);
        assert.equal(new Set(incidents.map(({ fingerprint, startsAt }) => `${fingerprint} ${startsAt}`)).size, 1);
        assert.equal(incidents.filter(({ evidence }) => evidence?.state === 'gathering').length, 1);
        assert.equal(incidents.filter(({ state }) => state === 'resolved').length, 1);
      });
    }

    it('are silenced by a silence of the incident, and by one of all its kinds', async () => {
      for (const [matchers, isSilenced] of [
        [{ alertname: 'Grows', target: 'api' }, true],
        [{ kind: 'Session' }, false],
        [{ kind: '*' }, true],
      ] as const) {
        const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
        await using running = startAlerts(log, clocks, new Map(), [EACH]);
        running.alerts.silence({ matchers, forMs: 90 * MINUTE_MS, comment: 'known' });
        await censuses(log, clocks, 0, 12);
        const incident = running.alerts.list().alerts.find(({ members }) => members);
        assert.equal(incident?.silencedBy !== undefined, isSilenced, JSON.stringify(matchers));
      }
    });

    it('end with their incident where its state was lost, or its rule is gone', async () => {
      for (const rules of [[EACH], []]) {
        const [log, clocks] = [new RingLog(DEFAULT_STREAM), new Clocks()];
        const before = startAlerts(log, clocks, new Map(), [EACH]);
        await censuses(log, clocks, 0, 15);
        before.alerts.stop();
        const memory: Memory = new Map([['alerts', { name: 'alerts', offset: log.offset, state: 'not JSON' }]]);
        await using after = startAlerts(log, clocks, memory, rules);
        await censuses(log, clocks, 15, 16);
        assert.equal(incidentsOf(log).filter(({ state }) => state === 'resolved').length, 1);
        assert.ok(after.alerts.list().alerts.every(({ startsAt }) => startsAt > incidentsOf(log)[0]!.startsAt));
      }
    });
  });
});
