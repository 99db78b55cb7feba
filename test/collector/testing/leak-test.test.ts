/** Leak tests of steps in this very process: what a failing one says, what passes, what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectNoLeak, heapDelta, LeakError } from '../../../collector/testing/leak-test.ts';

const QUICK = { iterations: 25, rounds: 6 };

class Ticket {
  readonly text: string;
  constructor(number: number) {
    this.text = `ticket ${number}`;
  }
}

test('a leak is named with its kind, bytes an iteration, site and path', async () => {
  const tickets = new Map<number, Ticket>();
  const sell = () => void tickets.set(tickets.size, new Ticket(tickets.size));
  const error = await expectNoLeak(sell, QUICK).catch((error) => error);
  assert.ok(error instanceof LeakError, String(error));
  const { leaks, heldBy, probe } = error.delta;
  const [leak] = leaks;
  assert.equal(leak?.kind, 'Ticket');
  assert.ok(Math.abs(leak.objects.estimate - 1) < 0.05, JSON.stringify(leak));
  assert.ok(leak.bytes.lower > 0 && leak.bytes.lower <= leak.bytes.estimate && leak.bytes.estimate <= leak.bytes.upper);
  assert.match(String(leak.allocatedBy), /Ticket|sell/);
  assert.match(String(heldBy[0]), /tickets\.get/);
  assert.equal(probe, process.platform === 'linux' ? 'walk' : 'census');
  assert.match(error.message, /^Ticket leaks: 1 objects and \d+ B an iteration \(.* to .*\); 99\.9 % sure/);
});

test('what goes again does not leak; what is allowed may stay', async () => {
  assert.deepEqual((await expectNoLeak(() => new Ticket(1).text.length, QUICK)).leaks, []);
  const kept: Ticket[] = [];
  const keep = () => void kept.push(new Ticket(kept.length));
  assert.deepEqual((await expectNoLeak(keep, { ...QUICK, allow: ['Tick*', 'string'] })).leaks, []);
  const delta = await heapDelta(keep, { ...QUICK, explain: false });
  assert.ok(delta.leaks.some(({ kind }) => kind === 'Ticket'));
  await expectNoLeak(keep, { ...QUICK, explain: false, maxBytes: 1_000 });
});

test('what the step throws is thrown; a plan that tells nothing is refused', async () => {
  const fault = new Error('of the step');
  await assert.rejects(
    expectNoLeak(() => Promise.reject(fault)),
    (error) => error === fault,
  );
  await assert.rejects(
    expectNoLeak(() => {}, { rounds: 3 }),
    /give at least 6/,
  );
  await assert.rejects(
    expectNoLeak(() => {}, { confidence: 1 }),
    /between 0 and 1/,
  );
});
