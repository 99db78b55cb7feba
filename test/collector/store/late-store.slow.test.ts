/** A collector whose file is held by somebody when it starts, and let go later: what was kept of alerts is gone on with. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Database from 'libsql';
import { Alerts } from '../../../collector/alert/alerts.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { Outbox } from '../../../collector/notify/outbox.ts';
import type { StoredLog } from '../../../collector/store/stored-log.ts';
import type { StreamEvent } from '../../../protocol/events.ts';
import { partitionEvent, targetEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import type { LogLines } from '../../support/log-lines.ts';
import { type Clocks, clocks, openLog } from '../../support/stored-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const RULE = RuleFile.parse({
  name: 'ManySessions',
  watch: { kind: 'Session', probe: 'census' },
  when: { above: 1000 },
  notify: ['ops'],
});
const SLOW = RuleFile.parse({
  ...{ name: 'SlowSessions', watch: { kind: 'Session', probe: 'census' } },
  when: { above: 1000 },
  for: '10m',
  notify: ['ops'],
});

/** What a receiver was sent: `api firing 06:00`, of an alert that began at 6:00. */
type Told = string[];

interface Life extends AsyncDisposable {
  readonly log: StoredLog;
  readonly logs: LogLines;
  readonly alerts: Alerts;
  readonly outbox: Outbox;
}

async function startLife(path: string, time: Clocks, told: Told, rules = [RULE]): Promise<Life> {
  const { log, logs } = await openLog(path, time);
  const { logger } = logs;
  const [now, monotonic] = [() => time.wallMs, () => time.monotonicMs];
  const gather = async () => ({ state: 'done' as const });
  const alerts = new Alerts({ rules, log, offsets: log, gather, keepMs: 24 * HOUR_MS, logger, now, monotonic });
  const outbox = new Outbox({
    name: 'ops',
    receiver: {
      async send({ alert, status }) {
        told.push(`${alert.target} ${status} ${alert.startsAt.slice(11, 16)}`);
        return { type: 'accepted' };
      },
    },
    log,
    offsets: log,
    concerns: () => true,
    logger,
    random: () => 0,
    sleep: async () => {},
  });
  const running = Promise.all([alerts.run(), outbox.run()]);
  return {
    log,
    logs,
    alerts,
    outbox,
    async [Symbol.asyncDispose]() {
      alerts.stop();
      outbox.stop();
      await running;
      await log.close();
    },
  };
}

/** So many sessions now, in the process that began at `started`; until that is judged and told. A minute passes. */
async function sessions({ log }: Life, time: Clocks, target: string, count: number, started = '05:00'): Promise<void> {
  const incarnation = `pid 4711, started 2026-11-22T${started}:00.000Z`;
  const rows = [{ kind: 'Session', count, sizeBytes: 1 }];
  const takenAt = new Date(time.wallMs).toISOString();
  log.append(targetEvent(target, { incarnation, at: takenAt }));
  log.append(partitionEvent(target, { probe: 'census', by: 'kind', incarnation, rows, takenAt }));
  await judged(log);
  time.wallMs += MINUTE_MS;
  time.monotonicMs += MINUTE_MS;
}

/** All that follows from what was appended has been said, stored and told. */
async function judged(log: StoredLog): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await log.settled();
    for (let tick = 0; tick < 10; tick++) await new Promise(setImmediate);
  }
}

/** Somebody else writes to the file, until he lets it go. */
function hold(path: string): () => void {
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  return () => {
    other.exec('ROLLBACK');
    other.close();
  };
}

async function works({ log, logs }: Life): Promise<void> {
  await logs.next('store works again');
  await judged(log);
}

function firing({ alerts }: Life): string[] {
  return alerts.list().alerts.map(({ target, state, startsAt }) => `${target} ${state} ${startsAt.slice(11, 16)}`);
}

function alertEvents({ log }: Life): Extract<StreamEvent, { type: 'alert' }>[] {
  return log.latest().flatMap(({ event }) => (event.type === 'alert' ? [event] : []));
}

const silence = { forMs: HOUR_MS, comment: 'known' };

describe('alerts whose file cannot be opened at the start', () => {
  it('are the same when it is: firing is not told again, being over is, and silences are kept', async () => {
    await using dir = await folder();
    const [time, told]: [Clocks, Told] = [clocks(), []];
    const before = await startLife(dir.path, time, told);
    await sessions(before, time, 'api', 2_000);
    await sessions(before, time, 'web', 2_000);
    const stays = before.alerts.silence({ ...silence, matchers: { target: 'stays' } });
    const ended = before.alerts.silence({ ...silence, matchers: { target: 'ended' } });
    before.alerts.silence({ matchers: { target: 'expires' }, forMs: MINUTE_MS, comment: 'known' });
    await before[Symbol.asyncDispose]();
    assert.deepEqual(told.splice(0), ['api firing 06:00', 'web firing 06:01']);

    const letGo = hold(dir.join('heapwatch.db'));
    time.wallMs += 10 * MINUTE_MS;
    await using life = await startLife(dir.path, time, told);
    assert.deepEqual([life.log.health.fault, firing(life)], ['locked', []]);
    const added = life.alerts.silence({ ...silence, matchers: { target: 'added' } });
    life.alerts.unsilence(ended.id);
    await sessions(life, time, 'job', 3_000);
    assert.deepEqual(told.splice(0), ['job firing 06:12']);
    letGo();
    await works(life);
    const all = ['api firing 06:00', 'web firing 06:01', 'job firing 06:12'];
    assert.deepEqual(firing(life).sort(), [...all].sort());
    assert.deepEqual(life.alerts.list().silences, [stays, added]);
    assert.deepEqual(
      alertEvents(life).map(({ evidence }) => evidence?.state),
      ['done', 'done', 'done'],
    );
    await sessions(life, time, 'api', 10);
    assert.deepEqual(told.splice(0), ['api resolved 06:00']);
    await life[Symbol.asyncDispose]();

    await using after = await startLife(dir.path, time, told);
    assert.deepEqual(firing(after).sort(), all.slice(1).sort());
    assert.deepEqual(after.alerts.list().silences, [stays, added]);
    await sessions(after, time, 'web', 10);
    await sessions(after, time, 'job', 10);
    assert.deepEqual(told, ['web resolved 06:01', 'job resolved 06:12']);
  });

  it('are the same where they have fired anew meanwhile', async () => {
    await using dir = await folder();
    const [time, told]: [Clocks, Told] = [clocks(), []];
    const before = await startLife(dir.path, time, told);
    await sessions(before, time, 'api', 2_000);
    await before[Symbol.asyncDispose]();
    const letGo = hold(dir.join('heapwatch.db'));
    await using life = await startLife(dir.path, time, told);
    await sessions(life, time, 'api', 2_000);
    // nobody can know yet that it had been reported
    assert.deepEqual(told.splice(0), ['api firing 06:00', 'api firing 06:01']);
    letGo();
    await works(life);
    assert.deepEqual(firing(life), ['api firing 06:00']);
    await sessions(life, time, 'api', 2_000);
    await sessions(life, time, 'api', 10);
    assert.deepEqual(told, ['api resolved 06:00']);
  });

  it('are over where their process has ended, or their rule', async () => {
    for (const [rules, started, expected] of [
      [[RULE], '06:01', ['api firing 06:00', 'api firing 06:01', 'api resolved 06:00', 'api resolved 06:01']],
      [[SLOW], '05:00', ['api firing 06:00', 'api resolved 06:00']],
    ] as const) {
      await using dir = await folder();
      const [time, told]: [Clocks, Told] = [clocks(), []];
      const before = await startLife(dir.path, time, told);
      await sessions(before, time, 'api', 2_000);
      await before[Symbol.asyncDispose]();
      const letGo = hold(dir.join('heapwatch.db'));
      await using life = await startLife(dir.path, time, told, [...rules]);
      await sessions(life, time, 'api', 2_000, started);
      letGo();
      await works(life);
      assert.equal(firing(life).length, 1);
      await sessions(life, time, 'api', 10, started);
      assert.deepEqual(told, expected);
      assert.deepEqual(firing(life), []);
    }
  });

  it('that were pending are over, for nobody knows whether their condition held', async () => {
    await using dir = await folder();
    const [time, told]: [Clocks, Told] = [clocks(), []];
    const before = await startLife(dir.path, time, told, [SLOW]);
    await sessions(before, time, 'api', 2_000);
    await before[Symbol.asyncDispose]();
    const letGo = hold(dir.join('heapwatch.db'));
    await using life = await startLife(dir.path, time, told, [SLOW]);
    await sessions(life, time, 'api', 10);
    letGo();
    await works(life);
    assert.deepEqual([firing(life), alertEvents(life).map(({ state }) => state)], [[], ['inactive']]);
    time.wallMs += HOUR_MS;
    time.monotonicMs += HOUR_MS;
    await sessions(life, time, 'api', 2_000);
    assert.deepEqual([firing(life), told], [['api pending 07:02'], []]);
  });
});
