import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KindShares } from '../../../collector/alert/statistics/kind-shares.ts';

const MINUTE_MS = 60_000;
const MB = 2 ** 20;

/** After so many readings, one a minute, of what `sizes` gives for each kind. */
function after(readings: number, sizes: (minute: number) => Record<string, number>, probe = 'walk'): KindShares {
  const shares = new KindShares();
  for (let minute = 0; minute < readings; minute++) {
    const rows = Object.entries(sizes(minute)).map(([kind, megabytes]) => ({ kind, sizeBytes: megabytes * MB }));
    shares.add(minute * MINUTE_MS, probe, rows);
  }
  return shares;
}

describe("a kind's share of a growth", () => {
  const leaking = (minute: number) => ({
    Session: 10 + minute,
    string: 50 + minute / 2,
    Array: 30 + ((minute * 7) % 3),
    Date: 20 - minute / 10,
  });

  it('is its slope by that of the whole, with an interval; what does not grow has none', () => {
    const found = after(20, leaking).of(120 * MB);
    assert.deepEqual(
      found.map(({ kind, shareRatio }) => [kind, Math.round(shareRatio * 100)]),
      [
        ['Session', 50],
        ['string', 25],
      ],
    );
    const [{ perHour, lowerPerHour, upperPerHour }] = found as [(typeof found)[0]];
    assert.ok(lowerPerHour <= perHour && perHour <= upperPerHour);
    assert.equal(Math.round(perHour / MB), 60);
  });

  it('is not told by few readings, of no growth, or of what was counted otherwise', () => {
    assert.deepEqual(after(5, leaking).of(120 * MB), []);
    assert.deepEqual(after(20, leaking).of(0), []);
    const changed = after(20, leaking);
    changed.add(21 * MINUTE_MS, 'types', [{ kind: 'Session', sizeBytes: 99 * MB }]);
    assert.deepEqual(changed.of(120 * MB), []);
  });

  it('is of kinds that came since, and five are told', () => {
    const many = (minute: number) =>
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`Kind${i}`, minute < 3 ? 0 : minute * (10 - i)]));
    const found = after(30, many).of(9 * 60 * 55 * MB);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['Kind0', 'Kind1', 'Kind2', 'Kind3', 'Kind4'],
    );
  });
});
