import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { discoveryThreshold } from '../../../collector/alert/statistics/false-discovery-rate.ts';
import { exactTail, kendallS, mannKendall, varianceOfS } from '../../../collector/alert/statistics/mann-kendall.ts';
import { upperQuantile, upperTail } from '../../../collector/alert/statistics/normal.ts';
import { theilSen } from '../../../collector/alert/statistics/theil-sen.ts';

describe('the normal distribution', () => {
  it('has the published upper tails', () => {
    // Abramowitz and Stegun, table 26.2
    const published: [number, number][] = [
      [0, 0.5],
      [1, 0.158655253931],
      [1.96, 0.0249978951482],
      [2.5, 0.00620966532578],
      [3, 0.00134989803163],
      [6, 9.86587645037e-10],
      [10, 7.61985302416e-24],
    ];
    for (const [z, p] of published) assert.ok(Math.abs(upperTail(z) / p - 1) < 1e-11, `${z}: ${upperTail(z)}`);
    assert.equal(upperTail(-1) + upperTail(1), 1);
  });

  it('is inverted by its quantile', () => {
    for (const p of [0.9, 0.5, 0.025, 1e-3, 1e-9, 1e-15])
      assert.ok(Math.abs(upperTail(upperQuantile(p)) / p - 1) < 1e-9);
    assert.throws(() => upperQuantile(1), RangeError);
  });
});

describe('Mann–Kendall', () => {
  it('has the probabilities of the published table', () => {
    // Gilbert, Statistical Methods for Environmental Pollution Monitoring (1987), table A18
    const table: Record<number, [number, number][]> = {
      4: [
        [0, 0.625],
        [2, 0.375],
        [4, 0.167],
        [6, 0.042],
      ],
      5: [
        [0, 0.592],
        [2, 0.408],
        [4, 0.242],
        [6, 0.117],
        [8, 0.042],
        [10, 0.0083],
      ],
      8: [
        [0, 0.548],
        [2, 0.452],
        [4, 0.36],
        [6, 0.274],
        [8, 0.199],
        [10, 0.138],
        [12, 0.089],
        [14, 0.054],
        [16, 0.031],
        [18, 0.016],
        [20, 0.0071],
        [22, 0.0028],
        [24, 0.00087],
        [26, 0.00019],
        [28, 0.000025],
      ],
      7: [
        [1, 0.5],
        [3, 0.386],
        [5, 0.281],
        [7, 0.191],
        [9, 0.119],
        [11, 0.068],
        [13, 0.035],
        [15, 0.015],
        [17, 0.0054],
        [19, 0.0014],
        [21, 0.0002],
      ],
    };
    for (const [n, rows] of Object.entries(table)) {
      for (const [s, p] of rows) {
        // within one of the last digit that is printed: the table cuts some where it should round
        const digits = String(p).split('.')[1]?.length ?? 0;
        assert.ok(Math.abs(exactTail(Number(n), s) - p) <= 10 ** -digits, `n=${n} S=${s}: ${exactTail(Number(n), s)}`);
      }
    }
  });

  it('computes Gilbert’s example', () => {
    assert.equal(kendallS([10, 15, 14, 20]), 4);
    assert.ok(Math.abs(mannKendall([10, 15, 14, 20]).p - 0.1667) < 1e-3);
  });

  it('has the variance that all orders of the values have, ties and all', () => {
    for (const values of [
      [1, 2, 3, 4, 5],
      [1, 1, 2, 3, 3],
      [1, 1, 1, 2, 2],
      [1, 2, 2, 2, 3, 3],
    ]) {
      const all = permutations(values).map((order) => kendallS(order));
      const variance = all.reduce((sum, s) => sum + s * s, 0) / all.length;
      assert.ok(Math.abs(varianceOfS(values) - variance) < 1e-9, `${values}`);
    }
    assert.equal(mannKendall([5, 5, 5, 5]).p, 1);
  });
});

describe('Theil–Sen', () => {
  it('computes the example of the paper', () => {
    // Sen, JASA 63 (1968), with the interval as corrected since
    const fit = theilSen([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78], 0.93);
    assert.equal(fit.slope, 4);
    assert.ok(
      Math.abs(fit.lower - 26 / 7) < 1e-12 && Math.abs(fit.upper - 35 / 8) < 1e-12,
      `${fit.lower} ${fit.upper}`,
    );
  });
});

describe('false discovery', () => {
  it('is Benjamini and Yekutieli’s', () => {
    assert.equal(discoveryThreshold([0.5, 0.9], 0.05), 0);
    // one test: the rate itself
    assert.equal(discoveryThreshold([0.04], 0.05), 0.04);
    // m = 4: harmonic 25/12, share 0.05·12/100 = 0.006 a rank
    assert.equal(discoveryThreshold([0.005, 0.011, 0.019, 0.6], 0.05), 0.011);
  });
});

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, i) => permutations(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}
