/** How far the ladder is climbed for the evidence of an alert, and what is said of the rest. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitBetween } from '../../../collector/alert/between.ts';
import { type GatherOptions, gatherer } from '../../../collector/alert/gather.ts';
import { growingKinds } from '../../../collector/alert/growing.ts';
import type { Asked } from '../../../collector/alert/inquiry.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import { LogHistory } from '../../../collector/history/log-history.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import type { ProbeRequest } from '../../../collector/targets/probe-queue.ts';
import type { Alert, Evidence } from '../../../protocol/alert.ts';
import { RequestError } from '../../../protocol/requests.ts';
import { alertEvent, partitionEvent, targetEvent } from '../../support/events.ts';
import { LogLines } from '../../support/log-lines.ts';

const ruleOf = (over: object = {}) =>
  RuleFile.parse({
    name: 'SessionLeak',
    watch: { kind: 'Session', probe: 'census' },
    when: { growth: 1000, within: '10m' },
    escalate: 'snapshot',
    ...over,
  });

const alertOf = (over: Partial<Alert> = {}): Alert => {
  const { type: _, ...alert } = alertEvent('api', { at: '2026-11-22T06:30:00.000Z', ...over });
  return alert;
};

/** A log in which Session and Cart have grown. */
function grownLog(): RingLog {
  const log = new RingLog(DEFAULT_STREAM);
  for (const [takenAt, sessions, carts] of [
    ['2026-11-22T06:05:00.000Z', 1, 1],
    ['2026-11-22T06:19:00.000Z', 10, 10],
    ['2026-11-22T06:29:00.000Z', 1_100, 5_000],
  ] as const) {
    const rows = [
      { kind: 'Session', count: sessions, sizeBytes: 100 * sessions },
      { kind: 'Cart', count: carts, sizeBytes: carts },
      { kind: 'Steady', count: 7, sizeBytes: 7 },
    ];
    log.append(partitionEvent('api', { probe: 'census', by: 'kind', takenAt, rows }));
  }
  const none = { count: 0, sizeBytes: 0 };
  const sites = [
    { kind: 'parse (app.js:30)', count: 900, sizeBytes: 90_000, survived: none },
    { kind: 'handle (app.js:7)', count: 12.5, sizeBytes: 4_096, survived: { count: 10, sizeBytes: 3_000 } },
  ];
  log.append(partitionEvent('api', { probe: 'sampling', by: 'site', rows: sites }));
  return log;
}

const HELD = { kind: 'Session', count: 1_100, pattern: [' 0: _'], paths: ['module app.js: sessions[0]'] };
const BORN = { kind: 'Session', count: 12, pattern: [' 0: born'], paths: ['module app.js: sessions[1100]'] };

interface Answers {
  /** By probe, or `since` for the second snapshot: why it is refused. */
  readonly refused?: Readonly<Record<string, string>>;
  /** What stands against another probe of a sort. */
  readonly objections?: Readonly<Record<string, string | null>>;
  /** Whether the target is not sampled by its schedule. */
  readonly unsampled?: boolean;
  readonly onAsked?: (what: string) => Promise<void> | void;
}

/** Gathers with a target that answers as it is told; gives what was found and what was asked of the target. */
function gathering(over: Partial<GatherOptions> = {}, answers: Answers = {}) {
  const { refused = {}, unsampled = false, onAsked = () => {} } = answers;
  const objections = { walk: 'elsewhere', ...answers.objections };
  const log = grownLog();
  const requests: ProbeRequest[] = [];
  /** All that was done to the target, in order. */
  const done: string[] = [];
  const ask = async (what: string) => {
    done.push(what);
    await onAsked(what);
    const reason = refused[what];
    if (reason !== undefined) throw new RequestError('refused', reason);
  };
  const target: Asked = {
    async request(request) {
      requests.push(request);
      const what = request.since === undefined ? request.probe : 'since';
      await ask(what);
      if (request.probe === 'walk') return { partitions: ['walk 1'], holders: HELD };
      if (request.probe !== 'snapshot') return { partitions: [`${what} 1`] };
      return { partitions: [`${what} 1`], snapshot: `api.${what}`, holders: request.since === undefined ? HELD : BORN };
    },
    objection: async (probe) => new Map(Object.entries(objections)).get(probe) ?? null,
    async borrowSampling() {
      if (!unsampled) return null;
      await ask('begin sampling');
      return { [Symbol.asyncDispose]: () => ask('end sampling') };
    },
    async release(_, label) {
      await ask(`release ${label}`);
      return [];
    },
  };
  const gather = gatherer({
    log,
    history: new LogHistory(log),
    target: () => target,
    perHour: 2,
    betweenMs: 0,
    strings: false,
    logger: new LogLines().logger,
    monotonic: () => 0,
    sleep: async (ms) => {
      await ask(`wait ${ms}`);
    },
    ...over,
  });
  const resolved = new AbortController();
  const run = (alert = alertOf(), rule = ruleOf()): Promise<Evidence> =>
    gather(alert, rule, { stop: new AbortController().signal, resolved: resolved.signal });
  return { run, requests, done, resolve: () => resolved.abort() };
}

describe('evidence', () => {
  it('is what grew then and now, where it was allocated, and what holds it', async () => {
    const { run, requests } = gathering();
    assert.deepEqual(await run(), {
      state: 'done',
      kinds: [
        { kind: 'Session', before: { count: 10, sizeBytes: 1_000 }, now: { count: 1_100, sizeBytes: 110_000 } },
        { kind: 'Cart', before: { count: 10, sizeBytes: 10 }, now: { count: 5_000, sizeBytes: 5_000 } },
      ],
      sites: [
        { site: 'handle (app.js:7)', count: 12.5, sizeBytes: 4_096, survivedBytes: 3_000 },
        { site: 'parse (app.js:30)', count: 900, sizeBytes: 90_000 },
      ],
      pattern: [' 0: _'],
      paths: ['module app.js: sessions[0]'],
      cause: 'Session',
      partitions: ['snapshot 1'],
      snapshots: ['api.snapshot'],
      refused: ['second snapshot: evidence.between is 0'],
    });
    const [{ holders, isolate, agreed }] = requests as [ProbeRequest];
    assert.deepEqual(
      [holders?.kinds, holders?.strings, isolate, agreed],
      [['Session', 'Cart'], false, 'main', undefined],
    );
  });

  it('counts no growth from before the process was warm', async () => {
    const process = { pid: 7, startedAtMs: Date.parse('2026-11-22T06:00:00.000Z') };
    const before = async (warmUp: string) => {
      const { kinds } = await gathering().run(
        alertOf({ process }),
        ruleOf({ when: { growth: 1_000, within: '20m' }, warmUp }),
      );
      return kinds?.[0]?.before.count;
    };
    assert.deepEqual([await before('0s'), await before('15m')], [1, 10]);
  });

  it('is read from outside where that may be, and nothing else is asked of the target', async () => {
    const { run, done } = gathering(BETWEEN, { objections: { walk: null } });
    const { pattern, paths, partitions, refused, snapshots } = await run();
    assert.deepEqual([pattern, paths, partitions], [HELD.pattern, HELD.paths, ['walk 1']]);
    assert.deepEqual([refused, snapshots], [['born in between: a walk has no object ids'], undefined]);
    assert.deepEqual(done, ['walk']);
  });

  it('is a snapshot where reading from outside failed', async () => {
    const { run, done } = gathering(
      {},
      { objections: { walk: null }, refused: { walk: 'it ended while it was read' } },
    );
    const { paths, refused } = await run();
    assert.deepEqual([paths, done], [HELD.paths, ['walk', 'snapshot']]);
    assert.deepEqual(refused?.[0], 'walk: it ended while it was read');
  });

  it('of a gauge is of the kind that grew most by size', async () => {
    const { run, requests } = gathering();
    const rule = ruleOf({ watch: { usage: 'heapUsed', isolates: 'sum' }, when: { above: '200MB' } });
    const { kind: _, ...alert } = alertOf({ isolate: 'all', gauge: 'heapUsed' });
    const { kinds } = await run(alert, rule);
    assert.deepEqual(
      kinds?.map(({ kind }) => kind),
      ['Session', 'Cart'],
    );
    assert.deepEqual([requests[0]?.isolate, requests[0]?.holders?.kinds], ['main', ['Session', 'Cart']]);
  });

  it('of a rule that runs no probe costs the target nothing', async () => {
    const { run, requests } = gathering();
    const { kinds, sites, paths } = await run(alertOf(), ruleOf({ escalate: false }));
    assert.deepEqual([kinds?.length, sites?.length, paths, requests.length], [2, 2, undefined, 0]);
  });

  it('comes from the next cheaper probe where one is refused, and says so', async () => {
    const { run, requests } = gathering(
      {},
      { refused: { snapshot: 'Cannot run "snapshot": 3 s of pause, at most 2 s' } },
    );
    const { refused, partitions, paths } = await run();
    assert.deepEqual(refused?.slice(1), ['snapshot: Cannot run "snapshot": 3 s of pause, at most 2 s']);
    assert.deepEqual([partitions, paths], [['census 1'], undefined]);
    assert.deepEqual(
      requests.map(({ probe }) => probe),
      ['snapshot', 'census'],
    );
  });

  it('goes no higher than its rule lets it', async () => {
    const { run, requests } = gathering({}, { refused: { census: 'no', types: 'no' } });
    const { refused } = await run(alertOf(), ruleOf({ escalate: 'census' }));
    assert.deepEqual(refused, ['census: no', 'types: no']);
    assert.deepEqual(
      requests.map(({ probe }) => probe),
      ['census', 'types'],
    );
  });

  it('has probes run so often an hour and no more, each incident of each target by itself', async () => {
    let nowMs = 0;
    const { run, requests } = gathering({ monotonic: () => nowMs });
    const later = (minutes: number) => {
      nowMs = minutes * 60_000;
      return run();
    };
    await later(0);
    await later(10);
    const { refused, kinds } = await later(20);
    assert.deepEqual(refused, ['snapshot: SessionLeak has had 2 probes of api within an hour already']);
    assert.equal(kinds?.length, 2);
    await run(alertOf({ rule: 'Other', kind: 'Cart' }), ruleOf({ name: 'Other' }));
    await run(alertOf({ target: 'web' }));
    assert.equal(requests.length, 4);
    await later(60);
    assert.equal(requests.length, 5);
  });

  describe('of one reading', () => {
    const EACH = { watch: { kind: '*', probe: 'census' }, group: false };

    it('serves all alerts of an isolate that fire together, what is held by its cause too', async () => {
      const { run, requests } = gathering({ perHour: 12 });
      const { kind: _, ...gauge } = alertOf({ rule: 'Heap', gauge: 'heapUsed' });
      const all = await Promise.all([
        run(),
        run(alertOf({ kind: 'Array' }), ruleOf(EACH)),
        run(gauge, ruleOf({ name: 'Heap', watch: { usage: 'heapUsed' } })),
      ]);
      assert.deepEqual(
        all.map(({ paths }) => paths),
        all.map(() => HELD.paths),
      );
      assert.equal(requests.length, 1);
      await run(alertOf({ kind: 'Cart' }), ruleOf(EACH));
      assert.equal(requests.length, 2, 'a class that is not the cause');
      await run(alertOf({ incarnation: 'another process' }));
      await run(alertOf({ target: 'web' }));
      assert.equal(requests.length, 4);
    });

    it('is not what every program has, unless a rule asks for that kind alone', async () => {
      const { run, requests } = gathering();
      const { refused } = await run(alertOf({ kind: 'Array' }), ruleOf(EACH));
      assert.deepEqual(refused, ['snapshot: Array is held by what else grows: no reading of its own']);
      assert.equal(requests.length, 0);
      await run(alertOf({ kind: 'Array' }), ruleOf({ watch: { kind: 'Array', probe: 'census' } }));
      assert.equal(requests.length, 1);
    });

    it('is of the kind that holds the others, where it is of an incident or a gauge', async () => {
      const { run, requests } = gathering({ perHour: 12 });
      const { unit, figures, rule, target, state, fingerprint } = alertOf();
      const members = [{ kind: 'Session', unit, figures, rule, target, state, fingerprint }];
      await run(alertOf({ members }), ruleOf(EACH));
      await run(alertOf({ target: 'web' }));
      assert.deepEqual(
        requests.map(({ holders }) => holders?.grown),
        [{ Session: 1_090 / 1_100, Cart: 4_990 / 5_000 }, undefined],
      );
    });
  });

  it('waits for a target that is being attached to', async () => {
    const log = grownLog();
    let isAttached = false;
    const onAsked = () => {
      if (isAttached) return;
      isAttached = true;
      setImmediate(() => log.append(targetEvent('api')));
      throw new RequestError('not-attached', 'not yet');
    };
    const { run, done } = gathering({ log }, { onAsked });
    assert.deepEqual((await run()).partitions, ['snapshot 1']);
    assert.deepEqual(done, ['snapshot', 'snapshot']);
  });

  it('is not waited for longer than it may take', async () => {
    const { run } = gathering({ timeoutMs: 50 }, { onAsked: () => new Promise<never>(() => {}) });
    const { state, refused, kinds } = await run();
    assert.equal(state, 'done');
    assert.match(refused?.at(-1) ?? '', /^snapshot: not done within 50 ms/);
    assert.equal(kinds?.length, 2);
  });

  it('says what failed, whatever fails', async () => {
    const fails = () => Promise.reject(new Error('the store is gone'));
    const history = { query: fails, events: fails };
    const { run } = gathering({ history }, { refused: { snapshot: 'not attached', census: 'no', types: 'no' } });
    const { state, refused } = await run();
    assert.equal(state, 'done');
    assert.ok(refused?.includes('history: the store is gone') && refused.includes('snapshot: not attached'));
  });
});

const BETWEEN = { betweenMs: 30_000, perHour: 12 };
/** What fifty take of 1,090 in ten minutes. */
const WAIT_MS = 27_523;
const WAIT = `wait ${WAIT_MS}`;
const RELEASE = 'release evidence of SessionLeak';

describe('evidence of two snapshots', () => {
  it('waits for nothing where the rule is of a limit: there may be no while left', async () => {
    const { run, done } = gathering(BETWEEN);
    await run(alertOf(), ruleOf({ watch: { usage: 'rss' }, when: { above: '85% of limit' } }));
    assert.deepEqual(
      done.filter((each) => /wait|begin sampling/.test(each)),
      [],
    );
  });

  it('is of what was born in between, which is waited for as long as it grows', async () => {
    const { run, requests, done } = gathering(BETWEEN);
    const { born, paths, pattern, partitions, snapshots, refused } = await run();
    assert.deepEqual(born, { kind: 'Session', count: 12, withinMs: WAIT_MS });
    assert.deepEqual([paths, pattern], [BORN.paths, BORN.pattern]);
    assert.deepEqual(partitions, ['snapshot 1', 'since 1']);
    assert.deepEqual(snapshots, ['api.snapshot', 'api.since']);
    assert.equal(refused, undefined);
    assert.deepEqual(done, ['snapshot', WAIT, 'since', RELEASE]);
    const [first, second] = requests as [ProbeRequest, ProbeRequest];
    assert.deepEqual([first.checkpoint, second.since], ['evidence of SessionLeak', 'evidence of SessionLeak']);
    assert.deepEqual(second.holders?.kinds, ['Session', 'Cart']);
  });

  it('waits no longer than fifty objects take, but a tenth of what it may at least', async () => {
    const kinds = (count: number) => [
      { kind: 'Session', before: { count: 0, sizeBytes: 0 }, now: { count, sizeBytes: 0 } },
    ];
    const wait = (count: number) => waitBetween({ kinds: kinds(count), spanMs: 1_000_000 }, 30_000);
    assert.deepEqual(wait(5_000), { waitMs: 10_000 });
    assert.deepEqual(wait(1_000_000), { waitMs: 3_000 });
    assert.deepEqual(wait(100), { waitMs: 30_000 });
    assert.deepEqual(wait(30), { reason: 'Session grows by 108 an hour, too few for 30 s (evidence.between)' });
    assert.deepEqual(wait(-5), { reason: 'Session grows by 0 an hour, too few for 30 s (evidence.between)' });
    assert.deepEqual(waitBetween({ kinds: [], spanMs: 0 }, 30_000), { waitMs: 30_000 });
  });

  for (const [what, over, answers, reason, rest] of [
    ['the budget', BETWEEN, { objections: { snapshot: '29 s of 30 s an hour are spent' } }, /29 s of 30 s/, [RELEASE]],
    ['the ration', { ...BETWEEN, perHour: 1 }, {}, /has had 1 probes of api within an hour already/, [RELEASE]],
    ['V8', BETWEEN, { refused: { since: 'ids were reset' } }, /ids were reset/, [WAIT, 'since', RELEASE]],
  ] as const) {
    it(`is of one where ${what} allows no second, which is said; ids are released`, async () => {
      const { run, done } = gathering(over, answers);
      const { born, paths, refused } = await run();
      assert.deepEqual([born, paths], [undefined, HELD.paths]);
      assert.equal(refused?.length, 1);
      assert.match(refused[0]!, /^second snapshot: /);
      assert.match(refused[0]!, reason);
      assert.deepEqual(done, ['snapshot', ...rest]);
    });
  }

  it('is of one where the alert resolves meanwhile; ids are released', async () => {
    const { run, done, resolve } = gathering(BETWEEN, {
      onAsked: (what) => {
        if (what.startsWith('wait')) resolve();
      },
    });
    const { paths, refused } = await run();
    assert.deepEqual([paths, refused], [HELD.paths, ['second snapshot: the alert has resolved meanwhile']]);
    assert.deepEqual(done, ['snapshot', WAIT, RELEASE]);
  });

  it('that comes too late has its ids released when it has ended', async () => {
    let end = () => {};
    const late = new Promise<void>((resolve) => {
      end = resolve;
    });
    const options = { ...BETWEEN, betweenMs: 600, timeoutMs: 50 };
    const { run, done } = gathering(options, { onAsked: (what) => (what === 'snapshot' ? late : undefined) });
    const { refused } = await run();
    assert.match(refused?.join() ?? '', /snapshot: not done within 650 ms/);
    assert.deepEqual(done, ['snapshot']);
    end();
    while (done.length < 2) await new Promise(setImmediate);
    assert.deepEqual(done, ['snapshot', RELEASE]);
  });

  it('holds the ids of an isolate for one alert at a time', async () => {
    const { run, done } = gathering(BETWEEN);
    const others = ['Cart', 'Socket'].map((kind) => run(alertOf({ kind, rule: kind }), ruleOf({ name: kind })));
    const found = await Promise.all([run(), ...others]);
    assert.deepEqual(
      found.map(({ born, refused }) => [born?.count, refused]),
      found.map(() => [12, undefined]),
    );
    const one = (rule: string) => ['snapshot', 'since', `release evidence of ${rule}`];
    const asked = done.filter((what) => !what.startsWith('wait'));
    // what was found for Socket is of Session
    assert.deepEqual(asked, ['Cart', 'Socket'].flatMap(one));
  });
});

describe('evidence of a target that is not sampled', () => {
  it('samples it for a while, and ends that', async () => {
    const { run, done } = gathering(BETWEEN, { unsampled: true });
    const { partitions, sites } = await run();
    assert.deepEqual(partitions, ['snapshot 1', 'since 1', 'sampling 1']);
    assert.equal(sites?.length, 2);
    const all = ['begin sampling', 'snapshot', WAIT, 'since', 'sampling', RELEASE, 'end sampling'];
    assert.deepEqual(done, all);
  });

  it('samples it where no second snapshot is asked for too', async () => {
    const { run, done } = gathering(BETWEEN, { unsampled: true });
    await run(alertOf(), ruleOf({ escalate: 'types' }));
    assert.deepEqual(done, ['begin sampling', 'types', 'wait 30000', 'sampling', 'end sampling']);
  });

  it('does not where the limits stand against it, and says so', async () => {
    const { run, done } = gathering(BETWEEN, { unsampled: true, objections: { sampling: '3 s of pause' } });
    assert.deepEqual((await run()).refused, ['sampling: 3 s of pause']);
    assert.deepEqual(done, ['snapshot', WAIT, 'since', RELEASE]);
  });
});

/** The kinds that have grown, as a probe by a classifier names them, by the names that a snapshot has for them. */
async function grownKindsOf(probe: 'types' | 'census', by: string, ...kinds: readonly string[]) {
  const log = new RingLog(DEFAULT_STREAM);
  for (const [takenAt, factor] of [
    ['2026-11-22T06:20:00.000Z', 1],
    ['2026-11-22T06:29:00.000Z', 2],
  ] as const) {
    const rows = kinds.map((kind, at) => ({ kind, count: factor, sizeBytes: factor * 10 ** (9 - at) }));
    log.append(partitionEvent('api', { probe, by, rows, takenAt }));
  }
  const history = await new LogHistory(log).query({ target: 'api' });
  return growingKinds(history, ruleOf({ watch: { usage: 'heapUsed' } }), undefined);
}

describe('kinds that grow', () => {
  it('are asked of a snapshot by the names that it has for them', async () => {
    const census = await grownKindsOf('census', 'kind', 'Session', '(not seen by census)', 'Cart');
    assert.deepEqual([census.snapshotKinds, census.unnamed], [['Session', 'Cart'], undefined]);
    const types = await grownKindsOf(
      'types',
      'kind',
      'elements',
      'object',
      'array (shared)',
      'JS_X_TYPE',
      'Date',
      'Map',
    );
    assert.deepEqual(types.snapshotKinds, ['Date', 'Map']);
    // one object, of a class that types do not tell
    assert.equal(types.unnamed, 1);
    assert.deepEqual((await grownKindsOf('types', 'instanceType', 'JS_MAP_TYPE')).snapshotKinds, []);
  });
});
