/** What fills up is distinguished from what grows, with its end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seriesWatch } from '../../../collector/alert/series-watch.ts';
import { fillingOf } from '../../../collector/alert/statistics/filling.ts';
import { because } from '../../../collector/alert/words.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';

const MINUTE_MS = 60_000;
const times = (count: number) => Array.from({ length: count }, (_, at) => at * MINUTE_MS);
const of = (count: number, level: (minute: number) => number) =>
  fillingOf(
    times(count),
    times(count).map((_, at) => level(at)),
  );

describe('fillingOf', () => {
  it('tells the end of what approaches it by a constant share, and when it is nearly there', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 100, max: 1e9, noNaN: true }),
        fc.double({ min: 2, max: 12, noNaN: true }),
        (limit, tau) => {
          const found = of(24, (minute) => limit * (1 - Math.exp(-minute / tau)));
          assert.ok(Math.abs(found!.limit / limit - 1) < 0.05, `${found!.limit} for ${limit}`);
          const missing = Math.exp(-(23 + found!.inMs / MINUTE_MS) / tau) / Math.exp(-23 / tau);
          assert.ok(Math.abs(missing - 0.05) < 0.05, `${missing}`);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says nothing of an even leak, a step, an end that is reached, and what falls', () => {
    assert.equal(
      of(24, (minute) => 100 * minute),
      undefined,
    );
    assert.equal(
      of(24, (minute) => (minute < 12 ? 0 : 900)),
      undefined,
    );
    assert.equal(
      of(24, () => 900),
      undefined,
    );
    assert.equal(
      of(24, (minute) => 900 - minute),
      undefined,
    );
    assert.equal(
      of(5, (minute) => 900 * (1 - Math.exp(-minute))),
      undefined,
    );
  });

  it('is rare where a leak is as noisy as it grows in a step', () => {
    let random = 7;
    const noise = () => {
      random = (random * 48_271) % 2_147_483_647;
      return random / 2_147_483_647 - 0.5;
    };
    const found = Array.from({ length: 500 }, () => of(24, (minute) => 100 * minute + 600 * noise()));
    assert.ok(found.filter((each) => each !== undefined).length < 25);
  });
});

describe('what fills', () => {
  const MINUTES = 60;

  it('is said so by a trend and by a growth, with its end', () => {
    for (const when of [
      { growth: 100, within: '60m' },
      { trend: '10/60m', within: '60m' },
    ]) {
      const rule = RuleFile.parse({ name: 'Fills', watch: { kind: 'Entry', probe: 'walk' }, when });
      const watch = seriesWatch(rule);
      for (let minute = 0; minute <= MINUTES + 3; minute++) {
        watch.add('Entry', minute * MINUTE_MS, Math.round(1_000 * (1 - Math.exp(-minute / 20))));
      }
      const { fillsTo = Number.NaN, ...figures } = watch.judge('Entry').figures;
      assert.ok(Math.abs(fillsTo / 1_000 - 1) < 0.1, `${fillsTo}`);
      assert.match(
        because(rule, { fillsTo, ...figures }),
        /it grows ever more slowly, towards about [\d,]+ objects in /,
      );
    }
  });
});
