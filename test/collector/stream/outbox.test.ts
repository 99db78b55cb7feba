import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LostError } from '../../../collector/log/log.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { AnswerBudget } from '../../../collector/stream/answer-budget.ts';
import { Outbox } from '../../../collector/stream/outbox.ts';
import { decodeServerFrame, encode } from '../../../protocol/codec.ts';
import type { ServerFrame } from '../../../protocol/frames.ts';
import { partitionEvent, rowsOf, usageEvent } from '../../support/events.ts';

/** An outbox over a socket that takes frames only when told to. */
function outboxOver(
  limits: { highWaterBytes: number; bufferBytes: number },
  answers = new AnswerBudget(Number.POSITIVE_INFINITY, () => []),
) {
  const sent: ServerFrame[] = [];
  const taken: (() => void)[] = [];
  const overflows: string[] = [];
  const clock = { ms: 0 };
  const outbox = new Outbox({
    ...limits,
    send: (bytes, done) => {
      sent.push(decodeServerFrame(String(bytes)));
      taken.push(done);
    },
    overflow: (reason) => overflows.push(reason),
    now: () => clock.ms,
    answers,
  });
  const takeAll = () => {
    while (taken.length > 0) taken.shift()?.();
  };
  return { outbox, sent, taken, overflows, clock, takeAll };
}

const log = () => new RingLog({ ringEvents: 1_000, ringBytes: 10_000_000 });

/** `partition 5`, `gap 2-4 (3)` */
function short(frame: ServerFrame): string {
  if (frame.type === 'gap') return `gap ${frame.from}-${frame.to} (${frame.skipped})`;
  return 'offset' in frame ? `${frame.type} ${frame.offset}` : frame.type;
}

/** Answers of which each takes so many bytes. */
const answer = (bytes: number) => {
  const frame = (text: string) => Buffer.from(encode({ type: 'response', id: 'r', result: { text } }));
  return frame('x'.repeat(bytes - frame('').length));
};

describe('answers', () => {
  const slow = { highWaterBytes: 1, bufferBytes: 1_000_000 };

  it('are pulled: the next one is begun when the socket has taken those before', async () => {
    const { outbox, takeAll } = outboxOver(slow);
    await outbox.answered();
    for (let at = 0; at < 3; at++) outbox.answer(answer(100));
    assert.equal(outbox.answerBytes, 200); // one is in flight
    let isFree = false;
    const free = outbox.answered().then(() => {
      isFree = true;
    });
    await Promise.resolve();
    assert.equal(isFree, false);
    takeAll();
    await free;
    assert.equal(outbox.answerBytes, 0);
  });

  it('of somebody who has gone let those go on that waited for them', async () => {
    const { outbox } = outboxOver(slow);
    for (let at = 0; at < 3; at++) outbox.answer(answer(100));
    const free = outbox.answered();
    outbox.close();
    await free;
  });

  it('have one budget over all clients: whoever has most of them waiting is ended, and nobody else', () => {
    const outboxes: ReturnType<typeof outboxOver>[] = [];
    const ended: [number, string][] = [];
    const budget = new AnswerBudget(1_000, () =>
      outboxes.map(({ outbox }, at) => ({
        answerBytes: outbox.answerBytes,
        end: (reason: string) => {
          ended.push([at, reason]);
          outbox.close();
        },
      })),
    );
    for (let at = 0; at < 3; at++) outboxes.push(outboxOver(slow, budget));
    const [quick, greedy, modest] = outboxes;
    for (let at = 0; at < 20; at++) {
      quick!.outbox.answer(answer(500));
      quick!.takeAll();
    }
    for (let at = 0; at < 9; at++) greedy!.outbox.answer(answer(100));
    modest!.outbox.answer(answer(200));
    assert.deepEqual(ended, []);
    modest!.outbox.answer(answer(300));
    assert.deepEqual(ended, [[1, '800 of 1100 bytes of answers that wait for all clients are its own']]);
    assert.deepEqual(
      outboxes.map(({ outbox }) => outbox.answerBytes),
      [0, 0, 300],
    );
  });
});

describe('outbox', () => {
  it('hands frames straight on while the socket takes them', () => {
    const { outbox, sent } = outboxOver({ highWaterBytes: 1_000_000, bufferBytes: 1_000_000 });
    const events = log();
    outbox.pushEvent(events.append(usageEvent('api')), ['s']);
    outbox.pushEvent(events.append(partitionEvent('api')), ['s']);
    assert.deepEqual(sent.map(short), ['usage 1', 'partition 2']);
    assert.equal(outbox.waitingBytes, 0);
  });

  it('tells of a gap only the subscriptions that the partition would have gone to', () => {
    const { outbox, sent, takeAll } = outboxOver({ highWaterBytes: 1, bufferBytes: 1_000_000 });
    const events = log();
    outbox.pushEvent(events.append(usageEvent('api')), ['early']);
    outbox.pushEvent(events.append(partitionEvent('api')), ['early']);
    outbox.push(Buffer.from(encode({ type: 'subscribed', id: 'late', log: events.id, offset: events.offset })));
    outbox.pushEvent(events.append(partitionEvent('api')), ['early', 'late']);
    outbox.pushEvent(events.append(partitionEvent('api')), ['early', 'late']);
    takeAll();
    const gaps = sent.flatMap((frame) => (frame.type === 'gap' ? [`${frame.id} ${short(frame)}`] : []));
    assert.deepEqual(gaps, ['early gap 2-2 (1)', 'early gap 3-3 (1)', 'late gap 3-3 (1)']);
  });

  it('lets the newest partition of a key win while they wait, and says what was left out', () => {
    const { outbox, sent, takeAll } = outboxOver({ highWaterBytes: 1, bufferBytes: 1_000_000 });
    const events = log();
    const push = (event: Parameters<RingLog['append']>[0]) => outbox.pushEvent(events.append(event), ['s']);
    push(usageEvent('api'));
    push(partitionEvent('api'));
    push(partitionEvent('api'));
    push(partitionEvent('web'));
    push(partitionEvent('api'));
    push(usageEvent('api'));
    push(partitionEvent('api', { by: 'module' }));
    push(partitionEvent('api'));
    takeAll();
    const expected = ['usage 1', 'gap 2-3 (2)', 'partition 4', 'gap 5-5 (1)', 'usage 6', 'partition 7', 'partition 8'];
    assert.deepEqual(sent.map(short), expected);
    assert.equal(outbox.waitingBytes, 0);
  });

  it('tells each subscription that misses something', () => {
    const { outbox, sent, takeAll } = outboxOver({ highWaterBytes: 1, bufferBytes: 1_000_000 });
    const events = log();
    outbox.push(Buffer.from('{"type":"unsubscribed","id":"x"}'));
    for (let i = 0; i < 2; i++) outbox.pushEvent(events.append(partitionEvent('api')), ['a', 'b']);
    takeAll();
    const gaps = sent.filter((frame) => frame.type === 'gap');
    const common = {
      type: 'gap',
      topic: 'partition',
      target: 'api',
      isolate: 'main',
      by: 'kind',
      from: 1,
      to: 1,
      skipped: 1,
    };
    assert.deepEqual(gaps, [
      { ...common, id: 'a' },
      { ...common, id: 'b' },
    ]);
  });

  it('sends or tells every event exactly once, offsets rising, however the socket takes them', () => {
    const steps = fc.array(fc.constantFrom('usage', 'api', 'web', 'taken'), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (steps) => {
        const { outbox, sent, taken, takeAll } = outboxOver({ highWaterBytes: 700, bufferBytes: 10_000_000 });
        const events = log();
        for (const step of steps) {
          if (step === 'taken') taken.shift()?.();
          else outbox.pushEvent(events.append(step === 'usage' ? usageEvent('api') : partitionEvent(step)), ['s']);
        }
        takeAll();
        let told = 0;
        let highest = 0;
        for (const frame of sent) {
          const [first, last] =
            frame.type === 'gap' ? [frame.from, frame.to] : 'offset' in frame ? [frame.offset, frame.offset] : [0, 0];
          assert.ok(first > highest, 'offsets rise');
          highest = last;
          told += frame.type === 'gap' ? (frame.skipped ?? 0) : 1;
        }
        assert.equal(told, events.offset);
        assert.equal(outbox.waitingBytes, 0);
      }),
    );
  });

  it('ends the client when more waits than may', () => {
    const { outbox, overflows, takeAll, sent } = outboxOver({ highWaterBytes: 1, bufferBytes: 1_000 });
    const events = log();
    for (let i = 0; i < 20; i++) outbox.pushEvent(events.append(usageEvent('api')), ['s']);
    assert.deepEqual(overflows, ['more than 1000 bytes wait for it']);
    assert.equal(outbox.waitingBytes, 0, 'nothing is held for it any more');
    takeAll();
    assert.equal(sent.length, 1);
  });

  it('takes one frame of any size when nothing waits', () => {
    const { outbox, overflows, sent } = outboxOver({ highWaterBytes: 100, bufferBytes: 100 });
    outbox.pushEvent(log().append(partitionEvent('api', { rows: rowsOf(5_000) })), ['s']);
    assert.deepEqual([sent.length, overflows.length], [1, 0]);
  });

  it('reads a source only as fast as the socket takes it, before what comes after', () => {
    const { outbox, sent, taken, takeAll } = outboxOver({ highWaterBytes: 1, bufferBytes: 1_000_000 });
    const events = log();
    const state = ['api', 'web', 'batch'].map((target) => events.append(usageEvent(target)));
    let read = 0;
    const source = (function* () {
      for (const entry of state) {
        read++;
        yield entry.replayBytes;
      }
    })();
    outbox.pull(source);
    outbox.pushEvent(events.append(usageEvent('api')), ['s']);
    assert.equal(read, 1);
    taken.shift()?.();
    assert.equal(read, 2);
    takeAll();
    assert.deepEqual(sent.map(short), ['usage 1', 'usage 2', 'usage 3', 'usage 4']);
  });

  it('ends the client whose source was lost', () => {
    const { outbox, overflows } = outboxOver({ highWaterBytes: 1_000, bufferBytes: 1_000 });
    outbox.pull(
      (function* (): Iterable<Buffer> {
        yield* [];
        throw new LostError('event 7 has left the log');
      })(),
    );
    assert.deepEqual(overflows, ['event 7 has left the log']);
  });

  it('knows for how long nothing was taken', () => {
    const { outbox, clock, taken } = outboxOver({ highWaterBytes: 1, bufferBytes: 1_000_000 });
    const events = log();
    assert.equal(outbox.stalledMs(), 0);
    clock.ms = 1_000;
    for (let i = 0; i < 2; i++) outbox.pushEvent(events.append(usageEvent('api')), ['s']);
    clock.ms = 4_000;
    assert.equal(outbox.stalledMs(), 3_000);
    taken.shift()?.();
    assert.equal(outbox.stalledMs(), 0);
    clock.ms = 6_000;
    assert.equal(outbox.stalledMs(), 2_000);
    taken.shift()?.();
    assert.equal(outbox.stalledMs(), 0);
  });
});
