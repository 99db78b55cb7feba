import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { likeness, printed, steady } from './likeness.ts';

function fits(expected: string, actual: string): boolean {
  return likeness(expected.split('\n')).test(printed(actual));
}

describe('what a program printed is like the document', () => {
  it('where figures, instants and ids alone differ', () => {
    assert.ok(fits('paused 1.4 s, RSS +102 MB', 'paused 311 ms, RSS -2.5 KB'));
    assert.ok(fits('since 2026-11-22T15:36:18.955Z', 'since 2027-01-02T05:06:08.095Z'));
    assert.ok(fits('     0  23750  14 ~2280000  24 Date', '     0 ~5  1   17 100 Date'));
    assert.ok(fits('1 row of @17, @18, @19...', '3 rows of @4, @5'));
  });

  it('and not where a word differs, a line is missing, or one is too many', () => {
    assert.ok(!fits('paused 1.4 s', 'stopped 1.4 s'));
    assert.ok(!fits('a\nb', 'a'));
    assert.ok(!fits('a', 'a\nb'));
    assert.ok(!fits('', 'a'));
    assert.ok(!fits('0 5 Date', '0 5 Session'));
  });

  it('and not where the line of a script differs', () => {
    assert.ok(fits('handle (app/server.mjs:17)', 'handle (app/server.mjs:17)'));
    assert.ok(!fits('handle (app/server.mjs:17)', 'handle (app/server.mjs:18)'));
  });

  it('with … for any lines, or for any text of a line', () => {
    assert.ok(fits('a\n…\nz', 'a\nb\nc\nz'));
    assert.ok(fits('a\n…\nz', 'a\nz'));
    assert.ok(!fits('a\n…\nz', 'a\nb'));
    assert.ok(fits('{"type":"usage",…', '{"type":"usage","offset":1}'));
    assert.ok(fits('… 3 more rows: --all or --rows N', '… 12 more rows: --all or --rows N'));
  });

  it('names of more than figures stay', () => {
    assert.equal(steady('worker:1 of app2'), 'worker:# of app#');
  });
});
