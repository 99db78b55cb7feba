/** What a scope gives: targets by globs, probes there, and whether a glob of a client lies within it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  mayRun,
  probesText,
  reaches,
  reachesAll,
  reachesAllOf,
  type Scope,
  targetsText,
} from '../../../collector/access/scope.ts';

const TEAM: Scope = [{ targets: ['api*', 'web'], probes: ['usage', 'types'] }, { targets: ['batch'] }];

describe('a scope', () => {
  it('reaches the targets that a glob of it matches', () => {
    const reached = ['api', 'api-2', 'web', 'web-2', 'batch', 'db'].filter((target) => reaches(TEAM, target));
    assert.deepEqual(reached, ['api', 'api-2', 'web', 'batch']);
  });

  it('gives each target the probes of the grants that have it, and no others', () => {
    assert.equal(mayRun(TEAM, 'api', 'types'), true);
    assert.equal(mayRun(TEAM, 'api', 'snapshot'), false);
    assert.equal(mayRun(TEAM, 'batch', 'snapshot'), true);
    assert.equal(mayRun(TEAM, 'db', 'usage'), false);
    assert.equal(mayRun([{ probes: ['usage'] }], 'db', 'usage'), true);
  });

  it('is everything where there is none, and nothing where it is empty', () => {
    assert.deepEqual([reaches(undefined, 'db'), mayRun(undefined, 'db', 'snapshot')], [true, true]);
    assert.deepEqual([reaches([], 'db'), reachesAll([])], [false, false]);
  });

  it('knows whether it leaves a target out', () => {
    assert.deepEqual([TEAM, undefined, [{ probes: ['usage' as const] }], [{ targets: ['*'] }]].map(reachesAll), [
      false,
      true,
      true,
      true,
    ]);
  });

  it('has all that a glob matches only where that is sure', () => {
    const within = ['api', 'api*', 'web', 'api-?', '*', 'db', 'a*'].filter((glob) => reachesAllOf(TEAM, glob));
    assert.deepEqual(within, ['api', 'api*', 'web']);
  });

  it('is told in words', () => {
    assert.equal(targetsText(TEAM), 'api*, web, batch');
    assert.equal(probesText(TEAM, 'api'), 'usage, types');
    assert.equal(probesText([{ targets: ['api'], probes: [] }], 'api'), 'none');
  });
});
