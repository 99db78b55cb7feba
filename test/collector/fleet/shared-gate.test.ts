/** One snapshot at a time in a group whose targets are with two agents. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { connect } from '@nats-io/transport-node';
import { becomeMember } from '../../../collector/fleet/membership.ts';
import { SharedGate } from '../../../collector/main/shared-gate.ts';
import { fleetConfig } from '../../support/fleet.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, startNats } from '../../support/nats.ts';

describe('a gate of two agents', { skip: hasNats ? false : 'no nats-server here', timeout: 60_000 }, () => {
  it('gives the turn to one, and to the other when that one has given it back or is no more', async () => {
    await using nats = await startNats();
    const { fleet } = fleetConfig(nats.url, 'any', [], { lease: '2s' });
    const member = async (name: string) => {
      const connection = await connect({ servers: nats.url });
      const { logger } = new LogLines();
      const membership = await becomeMember(connection, fleet, { name, kind: 'agent' }, logger);
      return { connection, membership, gate: new SharedGate(membership.claims, 'api') };
    };
    const [one, two] = await Promise.all([member('one'), member('two')]);
    const turn = (gate: SharedGate) => {
      const granted = new EventTarget();
      const ticket = gate.enter(() => granted.dispatchEvent(new Event('granted')));
      return { ticket, came: once(granted, 'granted') };
    };
    const first = turn(one.gate);
    await first.came;
    const second = turn(two.gate);
    const third = turn(one.gate);
    assert.deepEqual(
      [first, second, third].map(({ ticket }) => ticket.granted),
      [true, false, false],
    );
    first.ticket.release();
    await Promise.race([second.came, third.came]);
    const [next, last] = second.ticket.granted ? [second, third] : [third, second];
    assert.equal(last.ticket.granted, false);
    // the one that has it is not heard of any more
    const [dead, left] = next === second ? [two, one] : [one, two];
    await dead.connection.close();
    await last.came;
    assert.equal(last.ticket.granted, true);
    last.ticket.release();
    await left.membership[Symbol.asyncDispose]();
    await left.connection.close();
    await dead.membership[Symbol.asyncDispose]();
  });
});
