/** Price book, limits and list prices: what is forecast from what is known, and what stands against it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PriceBook } from '../../../agent/price/book.ts';
import { DEFAULT_LIMITS, limitObjection, roomObjection } from '../../../agent/price/limits.ts';
import { countedPrice, listPrice } from '../../../agent/price/tariff.ts';
import { roomUnder } from '../../../agent/process/headroom.ts';

const MB = 2 ** 20;

/** A process with that much used heap, in an RSS of 100 MB unless told. */
function footprintOf(heapUsedMb: number, rssMb = 100) {
  return { heapUsedBytes: heapUsedMb * MB, heapTotalBytes: 60 * MB, rssBytes: rssMb * MB };
}

test('the list price follows used bytes and the version of Node, and rises up the ladder', () => {
  const pauseOf = (version: string) => listPrice('snapshot', 100 * MB, version).pauseMs;
  assert.ok(pauseOf('v18.20.8') > pauseOf('v20.20.2') && pauseOf('v20.20.2') > pauseOf('v24.21.0'));
  assert.equal(pauseOf('v22.23.3'), pauseOf('v20.20.2'));
  assert.equal(pauseOf('v27.0.0-nightly'), pauseOf('v24.21.0'));
  assert.equal(pauseOf('unknown'), pauseOf('v18.0.0'), 'one that cannot be read is priced as the slowest');
  for (const version of ['v18.0.0', 'v20.0.0', 'v24.0.0']) {
    const ladder = (['usage', 'sampling', 'types', 'census', 'snapshot'] as const).map(
      (probe) => listPrice(probe, 100 * MB, version).pauseMs,
    );
    assert.deepEqual(
      ladder,
      ladder.toSorted((a, b) => a - b),
    );
  }
});

test('a count of the objects makes a heap of long strings cheap', () => {
  const book = new PriceBook('v20.20.2');
  const now = footprintOf(100);
  assert.deepEqual([book.forecast('snapshot', now).basis, book.nodes(now)], ['usage', undefined]);
  book.enterCount({ nodes: 50_000, heapUsedBytes: 100 * MB });
  const { pauseMs, extraBytes, basis } = book.forecast('snapshot', now);
  assert.deepEqual({ pauseMs, extraBytes }, countedPrice('snapshot', 50_000, 100 * MB, 'v20.20.2'));
  assert.equal(basis, 'count');
});

test('what has come since a count is taken to live by half: off by less than 2 either way', () => {
  const book = new PriceBook('v20.20.2');
  book.enterCount({ nodes: 1_000_000, heapUsedBytes: 40 * MB });
  assert.equal(book.nodes(footprintOf(40)), 1_000_000);
  assert.equal(book.nodes(footprintOf(80)), 1_500_000);
  assert.equal(book.nodes(footprintOf(20)), 500_000);
});

test('the second probe costs what the first did, less what it finds in the reserve', () => {
  const book = new PriceBook('v20.20.2');
  const counted = { nodes: 1_000_000, heapUsedBytes: 40 * MB };
  book.enterCount(counted);
  const bill = { pauseMs: 3_200, cpuMs: 2_990, extraBytes: 600 * MB, keptBytes: 400 * MB, counted };
  book.enter('snapshot', footprintOf(40), bill);
  const again = book.forecast('snapshot', footprintOf(40, 500));
  assert.deepEqual([again.pauseMs, again.extraBytes / MB, again.basis], [3_000, 200, 'history']);
  assert.equal(book.forecast('snapshot', footprintOf(40, 100)).extraBytes / MB, 600, 'the system has it back');
  assert.equal(
    book.forecast('snapshot', footprintOf(40, 900)).extraBytes / MB,
    200,
    'what we did not leave is no reserve',
  );
  assert.equal(book.forecast('snapshot', footprintOf(80, 500)).pauseMs, 4_500, 'twice the bytes, half more objects');
});

test('a census is priced by the realms that it counts, whatever the last one counted', () => {
  const book = new PriceBook('v20.20.2');
  const [one, many] = [1, 16].map((realms) => book.forecast('census', footprintOf(40), realms));
  assert.deepEqual([many!.pauseMs, many!.extraBytes], [16 * one!.pauseMs, one!.extraBytes]);
  book.enter('census', footprintOf(40), { pauseMs: 900, extraBytes: 40 * MB, keptBytes: 40 * MB, realms: 4 });
  assert.equal(book.forecast('census', footprintOf(40, 140)).pauseMs, 225);
  assert.equal(book.forecast('census', footprintOf(40, 140), 16).pauseMs, 3_600);
});

test('a probe that gave no figures leaves the book as it was', () => {
  const book = new PriceBook('v20.20.2');
  const before = book.forecast('snapshot', footprintOf(40));
  book.enter('snapshot', footprintOf(40), { pauseMs: 900 });
  assert.deepEqual(book.forecast('snapshot', footprintOf(40)), before);
});

const CHEAP = { pauseMs: 10, extraBytes: MB, mostBytes: 2 * MB, heapBytes: MB, basis: 'count' } as const;

test('a price is over the limits when one of its figures is', () => {
  const { maxPauseMs, maxExtraBytes } = DEFAULT_LIMITS;
  const kindOf = (price: object, spentMs = 0) => limitObjection({ ...CHEAP, ...price }, DEFAULT_LIMITS, spentMs)?.kind;
  assert.equal(kindOf({ pauseMs: maxPauseMs, extraBytes: maxExtraBytes }), undefined);
  assert.equal(kindOf({ pauseMs: maxPauseMs + 1 }), 'pause');
  assert.equal(kindOf({ extraBytes: maxExtraBytes + 1 }), 'memory');
  assert.equal(kindOf({ pauseMs: 1_000 }, 29_000), undefined);
  assert.equal(kindOf({ pauseMs: 1_001 }, 29_000), 'budget');
});

test('what the target lacks the room for is told with the tightest bound', () => {
  const memory = [
    roomUnder(300 * MB, 299 * MB, 'ulimit -d'),
    { bytes: 10 ** 10, source: 'free memory of the machine' },
  ];
  const objection = roomObjection(CHEAP, { memory });
  assert.deepEqual(objection, { kind: 'room', needBytes: 2 * MB, room: memory[0] });
  assert.equal(roomObjection({ ...CHEAP, mostBytes: MB }, { memory }), null, 'what fits to the last byte, fits');
  const heap = roomUnder(100 * MB, 100 * MB, "V8's heap limit");
  assert.deepEqual(roomObjection(CHEAP, { memory: [], heap }), { kind: 'room', needBytes: MB, room: heap });
});

test('where what a snapshot gives is read in the target too, its memory is part of the price', () => {
  const now = { heapUsedBytes: 100 * MB, heapTotalBytes: 120 * MB, rssBytes: 200 * MB };
  const outside = new PriceBook('v20.20.2');
  const inside = new PriceBook('v20.20.2', true);
  assert.equal(inside.forecast('snapshot', now).extraBytes - outside.forecast('snapshot', now).extraBytes, 800 * MB);
  for (const book of [outside, inside]) book.enterCount({ nodes: 1_000_000, heapUsedBytes: 100 * MB });
  const [more, less] = [inside, outside].map((book) => book.forecast('snapshot', now).extraBytes);
  assert.equal(more! - less!, 250_000_000);
  for (const probe of ['usage', 'sampling', 'types', 'census'] as const)
    assert.deepEqual(inside.forecast(probe, now), outside.forecast(probe, now));
});
