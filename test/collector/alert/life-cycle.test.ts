import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AlertStatus, end, type Judgement, step, UNSEEN } from '../../../collector/alert/life-cycle.ts';
import type { LifeCycle } from '../../../collector/config/rule.ts';

const RULE: LifeCycle = { forMs: 20, keepFiringForMs: 15 };

/** The states and transitions of an alert judged every 10 ms. */
function live(judgements: string, rule = RULE): string[] {
  const letters: Record<string, Judgement> = { t: 'true', f: 'false', u: 'undecided' };
  let status: AlertStatus = UNSEEN;
  return [...judgements].map((letter, i) => {
    const next = step(status, letters[letter]!, i * 10, rule);
    status = next.status;
    return next.transition ?? status.state;
  });
}

describe('the life of an alert', () => {
  it('fires once its condition has held for `for`', () => {
    assert.deepEqual(live('fttttt'), ['inactive', 'pending', 'pending', 'firing', 'firing', 'firing']);
  });

  it('fires at once where `for` is nothing', () => {
    assert.deepEqual(live('ft', { ...RULE, forMs: 0 }), ['inactive', 'firing']);
  });

  it('is cancelled by one judgement to the contrary while pending, and begins anew', () => {
    assert.deepEqual(live('ttftt'), ['pending', 'pending', 'cancelled', 'pending', 'pending']);
    assert.deepEqual(live('tut'), ['pending', 'cancelled', 'pending']);
  });

  it('resolves when its condition has not held for `keepFiringFor`', () => {
    assert.deepEqual(live('tttff'), ['pending', 'pending', 'firing', 'firing', 'resolved']);
    assert.deepEqual(live('tttftff').slice(2), ['firing', 'firing', 'firing', 'firing', 'resolved']);
  });

  it('neither fires nor resolves by what it does not know', () => {
    assert.deepEqual(live('uuu'), ['undecided', 'undecided', 'undecided']);
    assert.deepEqual(live('tttuuuuu').slice(2), new Array(6).fill('firing'));
  });

  it('ends with its series', () => {
    const firing = step(UNSEEN, 'true', 5, { ...RULE, forMs: 0 }).status;
    assert.equal(end(firing, 9).transition, 'resolved');
    assert.equal(end(step(UNSEEN, 'true', 5, RULE).status, 9).transition, 'cancelled');
    assert.equal(end(UNSEEN, 9).transition, undefined);
  });
});
