import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Spending } from '../../../collector/alert/statistics/spending.ts';
import { TrendWatch } from '../../../collector/alert/trend-watch.ts';
import { Random } from '../../../scripts/corpus/random.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const RULE = { slopePerMs: 1_000 / HOUR_MS, confidence: 0.99, windowMs: 6 * HOUR_MS };

/** Reads a series once a minute; gives in which minutes it was said to rise. */
function watched(level: (hours: number) => number, hours: number, noise = 50, watch = new TrendWatch(RULE)): number[] {
  const random = new Random(7);
  const rising: number[] = [];
  for (let minute = 0; minute < hours * 60; minute++) {
    watch.add('Session', minute * MINUTE_MS, level(minute / 60) + random.normal() * noise);
    if (watch.look().has('Session')) rising.push(minute);
  }
  return rising;
}

/** False alarms of kinds without a trend in 30 days, read twice an hour: independent, and with a memory of an hour. */
function alarmsIn(random: Random, confidence: number): number {
  const watch = new TrendWatch({ slopePerMs: 1e-12, confidence, windowMs: 24 * HOUR_MS });
  const memory = [0, 0.3, 0.4];
  const levels = memory.map(() => 0);
  let alarms = 0;
  for (let half = 0; half < 30 * 48; half++) {
    memory.forEach((share, kind) => {
      levels[kind] = levels[kind]! * share + random.normal();
      watch.add(String(kind), half * 30 * MINUTE_MS, 1_000 + levels[kind]!);
    });
    alarms += watch.look().size;
  }
  return alarms;
}

describe('what looks may spend', () => {
  it('is in all no more than the budget of its period, whenever they come', () => {
    const random = new Random(5);
    const spending = new Spending(0.01, 1_000);
    let [spent, atMs] = [0, 0];
    spending.begin(0);
    while (atMs < 1_000) {
      atMs = Math.min(1_000, atMs + random.between(0, 90));
      spent += spending.look(atMs);
    }
    assert.ok(Math.abs(spent - 0.01) < 1e-12, `${spent}`);
  });

  it('is no more for a look that is the same, and for one after a long while', () => {
    const spending = new Spending(0.5, 1_000);
    spending.begin(0);
    assert.equal(spending.look(10), 0.005);
    assert.equal(spending.look(10), 0.005);
    assert.equal(spending.look(1e9), 0.05);
  });
});

describe('a trend rule', () => {
  it('finds a leak of its rate before its window is full, and is undecided until then', () => {
    const watch = new TrendWatch(RULE);
    const rising = watched((hours) => 10_000 + 1_000 * hours, 12, 50, watch);
    assert.equal(rising[0], 0.75 * 6 * 60);
    assert.equal(rising.at(-1), 12 * 60 - 1);
    const young = new TrendWatch(RULE);
    assert.deepEqual(
      watched((hours) => 10_000 + 1_000 * hours, 4.4, 50, young),
      [],
    );
    assert.equal(young.verdict('Session').state, 'undecided');
    // steady by what it has seen; the window of the rule may yet show more
    const early = new TrendWatch(RULE);
    watched(() => 10_000, 5, 50, early);
    const { state, smallestPerMs } = early.verdict('Session');
    assert.equal(state, 'undecided');
    assert.ok((smallestPerMs ?? Number.POSITIVE_INFINITY) * HOUR_MS < 1_000);
  });

  it('keeps the chance of a false alarm over all looks and kinds, as neighbours resemble each other', () => {
    // a slope of nearly none: what is left to hold alarms back is the test. 0.4 of the periods of 30 days may have one
    const confidence = 0.6;
    const periods = 12;
    const alarms = Array.from({ length: periods }, (_, seed) => alarmsIn(new Random(seed + 1), confidence));
    const withAlarm = alarms.filter((count) => count > 0).length;
    // where it is 0.4 there are more than 8 of 12 once in 60 times
    assert.ok(withAlarm <= 8, `${withAlarm} of ${periods}`);
  });

  it('is not misled by the sawtooth of garbage', () => {
    const sawtooth = (hours: number) => 50_000 + ((hours * 13) % 1) * 100_000;
    assert.deepEqual(watched(sawtooth, 48), []);
    assert.ok(watched((hours) => sawtooth(hours) + 10_000 * hours, 24).length > 0);
  });

  it('takes neither a step nor a cache that fills nor a day for a leak', () => {
    assert.deepEqual(
      watched((hours) => (hours < 20 ? 10_000 : 50_000), 48),
      [],
    );
    assert.deepEqual(
      watched((hours) => Math.min(30_000, 10_000 * hours), 48),
      [],
    );
    const day = new TrendWatch({ ...RULE, windowMs: 24 * HOUR_MS });
    assert.deepEqual(
      watched((hours) => 50_000 + 20_000 * Math.sin((2 * Math.PI * hours) / 24), 240, 50, day),
      [],
    );
  });

  it('finds what leaks with the load of the day, in the longer window', () => {
    const watch = new TrendWatch({ ...RULE, windowMs: 24 * HOUR_MS });
    const leaked = (hours: number) => 1_000 * (hours - (24 / (2 * Math.PI)) * Math.sin((2 * Math.PI * hours) / 24));
    assert.ok(watched((hours) => 10_000 + leaked(hours), 24 * 6, 50, watch).length > 0);
  });

  it('ceases once the leak has stopped', () => {
    const rising = watched((hours) => 10_000 + 1_000 * Math.min(hours, 10), 30);
    assert.ok(rising.at(-1)! > 10 * 60 && rising.at(-1)! < 16 * 60, `${rising.at(-1)}`);
  });

  it('says what it cannot tell, and the smallest slope that it could have seen', () => {
    const watch = new TrendWatch(RULE);
    watched(() => 10_000, 3, 50, watch);
    assert.deepEqual([watch.verdict('Session').state, watch.verdict('Session').smallestPerMs], ['undecided', null]);
    const loud = new TrendWatch(RULE);
    watched((hours) => 1_000 * hours, 12, 50_000, loud);
    const verdict = loud.verdict('Session');
    assert.equal(verdict.state, 'undecided');
    assert.ok((verdict.smallestPerMs ?? 0) * HOUR_MS > 1_000);
    const quiet = new TrendWatch(RULE);
    watched(() => 10_000, 12, 50, quiet);
    assert.equal(quiet.verdict('Session').state, 'steady');
    assert.ok((quiet.verdict('Session').smallestPerMs ?? Number.POSITIVE_INFINITY) * HOUR_MS < 1_000);
  });

  it('finds a slope of the smallest that it says it could see', () => {
    const probe = new TrendWatch(RULE);
    watched(() => 10_000, 6.5, 2_000, probe);
    const smallest = (probe.verdict('Session').smallestPerMs ?? 0) * HOUR_MS;
    const asked = new TrendWatch({ ...RULE, slopePerMs: smallest / HOUR_MS });
    assert.ok(watched((hours) => 10_000 + smallest * hours, 12, 2_000, asked).length > 0);
  });

  describe('over restarts', () => {
    /** The minutes in which it rises, of a process that begins anew every four hours: its early window takes four and a half. */
    function restarting(level: (hours: number) => number, hours = 24): number[] {
      const watch = new TrendWatch(RULE);
      const random = new Random(11);
      const rising: number[] = [];
      for (let minute = 0; minute < hours * 60; minute++) {
        const own = minute % 240;
        if (minute > 0 && own === 0) watch.succeed();
        watch.add('Session', minute * MINUTE_MS, level(own / 60) + random.normal() * 50);
        if (watch.look().has('Session')) rising.push(minute);
      }
      return rising;
    }

    it('goes on with what it had learnt where the next process behaves alike', () => {
      const [first] = restarting((hours) => 10_000 + 1_000 * hours);
      assert.ok(first! > 240 && first! < 360, `${first}`);
    });

    it('forgets it where the next one is steady, warms up, or fills a cache', () => {
      assert.deepEqual(
        restarting(() => 10_000),
        [],
      );
      assert.deepEqual(
        restarting((hours) => 10_000 + 20_000 * (1 - Math.exp(-hours / 0.3))),
        [],
      );
      assert.deepEqual(
        restarting((hours) => Math.min(40_000, 15_000 * hours)),
        [],
      );
    });
  });

  it('leaves our own footprint out', () => {
    const watch = new TrendWatch(RULE);
    const random = new Random(3);
    for (let minute = 0; minute < 24 * 60; minute++) {
      // a snapshot an hour that lifts RSS by 2,000 for good
      if (minute % 60 === 0) watch.shift('rss', 2_000);
      watch.add('rss', minute * MINUTE_MS, 10_000 + 2_000 * Math.floor(minute / 60) + random.normal() * 50);
      assert.equal(watch.look().size, 0);
    }
  });
});
