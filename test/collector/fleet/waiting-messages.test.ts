import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Waiting, WaitingMessages } from '../../../collector/fleet/waiting-messages.ts';

const message = (target: string, id: string, bytes = 10): Waiting => ({
  target,
  subject: `heapwatch.events.one.${target}`,
  id,
  headers: {},
  data: new Uint8Array(bytes),
});

describe('messages that wait', () => {
  it('come in the order of their target, one of it at a time, and those of others beside', () => {
    const waiting = new WaitingMessages(1_000);
    for (const [target, id] of [
      ['api', 'a1'],
      ['api', 'a2'],
      ['web', 'w1'],
    ] as const)
      waiting.add(message(target, id));
    const first = waiting.next()!;
    assert.equal(first.id, 'a1');
    const other = waiting.next()!;
    assert.equal(other.id, 'w1');
    assert.equal(waiting.next(), undefined);
    waiting.putBack(first);
    const again = waiting.next()!;
    assert.equal(again.id, 'a1');
    waiting.taken(again);
    waiting.taken(other);
    assert.equal(waiting.next()!.id, 'a2');
  });

  it('are bounded: the oldest of the longest line is dropped, and how many is told once', () => {
    const waiting = new WaitingMessages(50);
    waiting.add(message('web', 'w1'));
    const ids = Array.from({ length: 8 }, (_, at) => `a${at}`);
    for (const id of ids) waiting.add(message('api', id));
    assert.equal(waiting.bytes, 50);
    assert.equal(waiting.takeDropped('api'), 4);
    assert.equal(waiting.takeDropped('api'), 0);
    assert.equal(waiting.takeDropped('web'), 0);
    assert.equal(waiting.next()!.id, 'w1');
    assert.equal(waiting.next()!.id, 'a4');
    // what is under way is not dropped
    waiting.add(message('api', 'a8'));
    assert.equal(waiting.takeDropped('api'), 1);
    assert.equal(waiting.size, 5);
  });
});
