/** Which alerts are listed, and in what order. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AlertChoice, chosenAlerts, countsByState } from '../../collector/ui/pages/alerts/alert-choice.ts';
import type { Alert } from '../../protocol/alert.ts';

/** An alert whose fingerprint is its line: `firing Leak api Session 5`, the last the minute that it began in. */
function alertOf(line: string): Alert {
  const [state, rule, target, kind, minute] = line.split(' ') as [Alert['state'], string, string, string, string];
  const startsAt = `2026-11-22T10:0${minute}:00.000Z`;
  return {
    fingerprint: line,
    rule,
    target,
    isolate: 'main',
    state,
    kind,
    unit: 'objects',
    labels: { alertname: rule, target, team: 'Shop' },
    annotations: {},
    figures: { value: 1 },
    reason: 'more than before',
    startsAt,
    at: startsAt,
  };
}

const ALERTS = [
  'resolved Leak web Session 1',
  'firing Leak api Session 2',
  'pending Trend api string 3',
  'firing Leak web Cart 4',
  'inactive Trend web Map 5',
].map(alertOf);

function chosen(choice: AlertChoice): string[] {
  return chosenAlerts(ALERTS, choice).map(({ fingerprint }) => fingerprint);
}

describe('alerts', () => {
  it('stand firing, pending, resolved, the newest of each first; one that ceased before it fired does not', () => {
    assert.deepEqual(chosen({}), [
      'firing Leak web Cart 4',
      'firing Leak api Session 2',
      'pending Trend api string 3',
      'resolved Leak web Session 1',
    ]);
  });

  it('are chosen by state, target and rule', () => {
    assert.deepEqual(chosen({ state: 'firing', target: 'api', rule: 'Leak' }), ['firing Leak api Session 2']);
  });

  it('are chosen by words, each of which may stand anywhere, in whatever case', () => {
    assert.deepEqual(chosen({ q: 'session SHOP web' }), ['resolved Leak web Session 1']);
    assert.deepEqual(chosen({ q: ' ' }).length, 4);
  });

  it('are counted in every state, of those that are like the other choices', () => {
    assert.deepEqual(countsByState(ALERTS, { state: 'pending', target: 'web' }), {
      firing: 1,
      pending: 0,
      resolved: 1,
    });
  });
});
