import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LostError } from '../../../collector/log/log.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { decodeServerFrame } from '../../../protocol/codec.ts';
import { alertEvent, partitionEvent, targetEvent, usageEvent } from '../../support/events.ts';

describe('event log', () => {
  it('numbers events from 1 and encodes them as frames', () => {
    const log = new RingLog({ ringEvents: 10, ringBytes: 1_000_000 });
    const first = log.append(usageEvent('api'));
    log.append(targetEvent('api'));
    assert.deepEqual([first.offset, log.offset, log.holdsAfter(0)], [1, 2, true]);
    assert.deepEqual(decodeServerFrame(String(first.bytes)), first.event);
    assert.deepEqual(decodeServerFrame(String(first.replayBytes)), { ...first.event, replay: true });
  });

  it('lets the oldest go by number of events', () => {
    const log = new RingLog({ ringEvents: 3, ringBytes: 1_000_000 });
    for (let i = 0; i < 5; i++) log.append(usageEvent('api'));
    assert.deepEqual(
      [1, 2, 5, 6].map((offset) => log.holdsAfter(offset)),
      [false, true, true, false],
    );
    const after = (offset: number) => log.after(offset).map((entry) => entry.offset);
    assert.deepEqual([after(2), after(4), after(5)], [[3, 4, 5], [5], []]);
    assert.throws(() => log.after(1), LostError);
  });

  it('lets the oldest go by bytes, but holds the newest whatever its size', () => {
    const log = new RingLog({ ringEvents: 100, ringBytes: 700 });
    log.append(usageEvent('api'));
    log.append(usageEvent('api'));
    assert.ok(log.holdsAfter(0));
    log.append(partitionEvent('api', { label: 'x'.repeat(2_000) }));
    assert.deepEqual([log.holdsAfter(1), log.holdsAfter(2), log.offset], [false, true, 3]);
    log.append(usageEvent('api'));
    assert.deepEqual([log.holdsAfter(2), log.holdsAfter(3)], [false, true]);
  });

  it('knows the latest state of each key though the ring has let it go', () => {
    const log = new RingLog({ ringEvents: 2, ringBytes: 1_000_000 });
    log.append(targetEvent('api'));
    log.append(partitionEvent('api', { by: 'kind' }));
    log.append(partitionEvent('api', { by: 'module' }));
    for (let i = 0; i < 4; i++) log.append(usageEvent('api'));
    const state = log.latest().map(({ event }) => [event.type, event.offset]);
    assert.deepEqual(state, [
      ['target', 1],
      ['partition', 2],
      ['partition', 3],
      ['usage', 7],
    ]);
  });

  it('finds a partition by its id while it is in the ring or the latest of its key', () => {
    const log = new RingLog({ ringEvents: 2, ringBytes: 1_000_000 });
    const id = (i: number) => ({ id: `sample-${i}` });
    for (let i = 1; i <= 3; i++) log.append(partitionEvent('api', id(i)));
    assert.equal(log.partition('sample-1'), undefined);
    assert.equal(log.partition('sample-2')?.offset, 2);
    for (let i = 0; i < 5; i++) log.append(usageEvent('api'));
    assert.equal(log.partition('sample-2'), undefined);
    assert.equal(log.partition('sample-3')?.offset, 3);
    log.append(partitionEvent('api', id(4)));
    assert.equal(log.partition('sample-3'), undefined);
  });

  it('forgets what concerns an isolate or a target that is no more', () => {
    const log = new RingLog({ ringEvents: 10, ringBytes: 1_000_000 });
    log.append(targetEvent('api'));
    log.append(usageEvent('api'));
    log.append(usageEvent('api', { isolate: 'worker:1' }));
    log.append(usageEvent('web'));
    log.forget('api', { isolate: 'worker:1' });
    assert.deepEqual(
      log.latest().map(({ offset }) => offset),
      [1, 2, 4],
    );
    log.forget('api');
    assert.deepEqual(
      log.latest().map(({ offset }) => offset),
      [1, 4],
    );
  });

  it('keeps the alerts of a target whose process is another one, or was not known', () => {
    const log = new RingLog({ ringEvents: 10, ringBytes: 1_000_000 });
    log.append(alertEvent('api', { incarnation: 'pid 1' }));
    log.append(usageEvent('api', { incarnation: 'pid 1' }));
    log.forget('api', { except: 'pid 2' });
    assert.deepEqual(
      log.latest().map(({ head }) => head.type),
      ['alert'],
    );
  });

  it('tells followers until they leave', () => {
    const log = new RingLog({ ringEvents: 10, ringBytes: 1_000_000 });
    const seen: number[] = [];
    const leave = log.follow(({ offset }) => seen.push(offset));
    log.append(usageEvent('api'));
    leave();
    log.append(usageEvent('api'));
    assert.deepEqual(seen, [1]);
  });
});
