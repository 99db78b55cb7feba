/** What the overview shows of what it knows: which targets, in which groups and order, and how their floors go. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Floors } from '../../collector/ui/live/floors.ts';
import { type Candidate, grouped, isMeant, labelNames, sorted } from '../../collector/ui/pages/overview/selection.ts';

const MINUTE = 60_000;

function candidate(name: string, fields: Partial<Candidate> & { labels?: Record<string, string> } = {}): Candidate {
  const { labels = {}, ...given } = fields;
  const state = { target: name, state: 'attached' as const, labels, at: '2026-11-22T06:24:45.123Z' };
  return { name, state, firing: 0, pending: 0, fill: 0, growth: 0, ...given };
}

const names = (targets: readonly Candidate[]) => targets.map(({ name }) => name);

describe('the overview', () => {
  const api = candidate('api-1', { labels: { team: 'shop', env: 'prod' }, fill: 0.2, growth: 9 });
  const web = candidate('web', { labels: { team: 'Search' }, fill: 0.9, pending: 1 });
  const job = candidate('job', { firing: 1 });

  for (const [typed, meant] of [
    ['', ['api-1', 'web', 'job']],
    ['API', ['api-1']],
    ['a*1', ['api-1']],
    ['team=search', ['web']],
    ['shop prod', ['api-1']],
    ['shop search', []],
    ['attached', ['api-1', 'web', 'job']],
  ] as const) {
    it(`"${typed}" means ${meant.join(', ') || 'none'}`, () => {
      assert.deepEqual(names([api, web, job].filter((target) => isMeant(target, typed))), meant);
    });
  }

  for (const [sort, order] of [
    ['attention', ['job', 'web', 'api-1']],
    ['name', ['api-1', 'job', 'web']],
    ['fill', ['web', 'api-1', 'job']],
    ['growth', ['api-1', 'job', 'web']],
  ] as const) {
    it(`by ${sort}: ${order.join(', ')}`, () => assert.deepEqual(names(sorted([api, web, job], sort)), order));
  }

  it('puts those without the label last', () => {
    const groups = grouped([job, web, api], 'team');
    assert.deepEqual(
      groups.map(({ value, targets }) => [value, names(targets)]),
      [
        ['Search', ['web']],
        ['shop', ['api-1']],
        [undefined, ['job']],
      ],
    );
    assert.deepEqual(labelNames([job, web, api]), ['env', 'team']);
  });
});

describe('the floors of a gauge', () => {
  it('are the least reading of each minute, whatever the order', () => {
    const floors = new Floors();
    for (const [at, value] of [
      [0, 7],
      [10_000, 5],
      [20_000, 9],
      [2 * MINUTE, 6],
    ] as const) {
      floors.add(at, value);
    }
    assert.deepEqual(floors.values(2 * MINUTE).slice(-3), [5, null, 6]);
  });

  it('grow where the teeth stand higher and higher', () => {
    const floors = new Floors();
    for (let minute = 0; minute < 30; minute++) {
      for (let tooth = 0; tooth < 5; tooth++) floors.add(minute * MINUTE + tooth * 1_000, 1_000 * tooth + 10 * minute);
    }
    const trend = floors.trend(30 * MINUTE);
    assert.equal(trend.state, 'grows');
    assert.ok(trend.state === 'grows' && Math.abs(trend.perHour - 600) < 1e-6);
  });

  it('are steady where they only jump', () => {
    const floors = new Floors();
    for (let minute = 0; minute < 30; minute++) floors.add(minute * MINUTE, minute % 2);
    assert.deepEqual(floors.trend(30 * MINUTE), { state: 'steady' });
  });

  it('tell nothing of a few minutes, nor of an hour that is over', () => {
    const floors = new Floors();
    for (let minute = 0; minute < 7; minute++) floors.add(minute * MINUTE, minute);
    assert.deepEqual(floors.trend(7 * MINUTE), { state: 'unknown' });
    for (let minute = 7; minute < 30; minute++) floors.add(minute * MINUTE, minute);
    assert.deepEqual(floors.trend(120 * MINUTE), { state: 'unknown' });
  });
});
