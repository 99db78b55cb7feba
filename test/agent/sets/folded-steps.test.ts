import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { folded } from '../../../agent/sets/folded-steps.ts';

const repeat = (steps: readonly string[], times: number) => Array.from({ length: times }, () => steps).flat();

describe('folded', () => {
  const cases: readonly [steps: readonly string[], text: string][] = [
    [[], ''],
    [['global', '.a', '[0]'], 'global.a[0]'],
    [['.head', ...repeat(['.next'], 4), '.value'], '.head.next.next.next.next.value'],
    [['.head', ...repeat(['.next'], 40), '.value'], '.head(.next × 40).value'],
    [['.head', ...repeat(['.next'], 79_998)], '.head(.next × 79,998)'],
    [repeat(['[0]', '.children'], 500), '([0].children × 500)'],
    [[...repeat(['.a', '.b'], 44), '.a', '.c'], '(.a.b × 44).a.c'],
    [['x', ...repeat([' → promise'], 50), '.y'], 'x (→ promise × 50).y'],
    [['.a', ...repeat(['.b'], 5), ...repeat(['.c'], 1_000)], '.a(.b × 5)(.c × 1,000)'],
    [['.a', ...repeat(['.b'], 3), ...repeat(['.c'], 1_000)], '.a.b.b.b(.c × 1,000)'],
  ];
  for (const [steps, text] of cases) {
    it(`writes ${text || 'nothing'}`, () => assert.equal(folded(steps), text));
  }

  it('leaves out the middle of what is long and does not repeat', () => {
    const steps = Array.from({ length: 100_000 }, (_, i) => `[${i}]`);
    const text = folded(steps);
    assert.match(text, /^\[0\]\[1\].* … 99,940 steps … .*\[99998\]\[99999\]$/);
    assert.ok(text.length < 1_000);
  });

  it('cuts what is long in itself', () => {
    const text = folded(['global', `.${'k'.repeat(5_000)}`, '.x']);
    assert.match(text, /^global\.k+…k+\.x$/);
    assert.ok(text.length < 250);
    assert.ok(folded(repeat(['a'.repeat(500), 'b'.repeat(500), 'c'.repeat(500)], 3)).length < 2_000);
  });
});
