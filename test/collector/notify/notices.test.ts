/** What a receiver is told of an alert, and what it is not told twice. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noticesOf, type Told } from '../../../collector/notify/notice.ts';
import type { Alert } from '../../../protocol/alert.ts';
import { alertEvent } from '../../support/events.ts';

const pending = { state: 'pending', evidence: undefined } as const;
const gathering = { state: 'firing', evidence: { state: 'gathering' } } as const;
const done = { state: 'firing', evidence: { state: 'done' } } as const;
const resolved = { state: 'resolved', endsAt: '2026-11-22T07:00:00.000Z' } as const;
const inactive = { state: 'inactive', evidence: undefined } as const;
const silenced = { ...done, silencedBy: ['a'] } as const;
const second = { startsAt: '2026-11-22T08:00:00.000Z' } as const;

/** What is told of these events of one alert, one after the other. */
function told(...events: (Partial<Alert> | Record<string, unknown>)[]): string[] {
  let known: Told | undefined;
  return events.flatMap((over) => {
    const { type: _, ...alert } = alertEvent('api', over as Partial<Alert>);
    const { notices, told } = noticesOf(known, alert);
    known = told ?? undefined;
    return notices.map(({ status, alert }) => `${status} ${alert.state}${alert.endsAt ? ' ended' : ''}`);
  });
}

describe('a receiver', () => {
  it('is told once when an alert fires, with its evidence, and once when it is over', () => {
    assert.deepEqual(told(pending, gathering, done, done, resolved, resolved), [
      'firing firing',
      'resolved resolved ended',
    ]);
  });

  it('is told nothing of what never fires', () => {
    assert.deepEqual(told(pending, inactive, pending, inactive), []);
  });

  it('is told of both when an alert is over before its evidence is there, and nothing of what comes late', () => {
    const both = ['firing firing', 'resolved resolved ended'];
    assert.deepEqual(told(gathering, resolved), both);
    assert.deepEqual(told(gathering, resolved, done, resolved), both);
  });

  it('is told of the same alert again when it fires again', () => {
    const both = ['firing firing', 'resolved resolved ended'];
    assert.deepEqual(told(done, resolved, { ...done, ...second }, { ...resolved, ...second }), [...both, ...both]);
    assert.deepEqual(told(done, { ...done, ...second }), ['firing firing', 'firing firing']);
  });

  it('is told of a silenced alert when the silence is over, if it still fires', () => {
    assert.deepEqual(told(gathering, silenced, done, resolved), ['firing firing', 'resolved resolved ended']);
    assert.deepEqual(told(silenced, resolved), []);
  });

  it('is told that what it knows to fire is over, silenced or not', () => {
    assert.deepEqual(told(done, { ...resolved, silencedBy: ['a'] }), ['firing firing', 'resolved resolved ended']);
  });
});
