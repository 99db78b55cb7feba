import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ByteReader, ByteWriter } from '../../../collector/store/bytes.ts';
import { FactPlan, fold, type Json, unfold } from '../../../collector/store/facts.ts';
import { eventOf, recordOf } from '../../../collector/store/record.ts';
import { findRows, KindIds, packRows } from '../../../collector/store/rows.ts';
import { partitionEvent, usageEvent } from '../../support/events.ts';

describe('stored records', () => {
  it('pack numbers and texts', () => {
    const numbers = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1];
    const writer = new ByteWriter();
    for (const number of numbers) writer.uint(number);
    writer.text('Söße');
    writer.double(-0.5);
    const reader = new ByteReader(writer.take());
    assert.deepEqual(
      numbers.map(() => reader.uint()),
      numbers,
    );
    assert.deepEqual([reader.text(), reader.double()], ['Söße', -0.5]);
  });

  it('put together again any JSON that was taken apart', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0t', '\0s', '2026-11-22T06:24:45.123Z', '\ud83d'),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('reason', 'label', 'a', 'takenAt'), tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const { shape, facts } = fold(value as Json);
        assert.deepEqual(JSON.stringify(unfold(JSON.parse(shape) as Json, facts)), JSON.stringify(value));
      }),
    );
  });

  it('give readings of one sort the same shape', () => {
    const spaces = (bytes: number) => [{ name: 'old_space', usedBytes: bytes, sizeBytes: 2 * bytes }];
    const one = fold(usageEvent('api', { spaces: spaces(1) }) as Json);
    const other = fold(usageEvent('api', { spaces: spaces(70_000), takenAt: '2026-12-01T00:00:00.000Z' }) as Json);
    assert.equal(one.shape, other.shape);
    assert.ok(other.facts.length < 25, `${other.facts.length} bytes`);
    const plan = new FactPlan(JSON.parse(one.shape));
    assert.deepEqual(plan.numbers(other.facts, ['rssBytes', 'heapUsedBytes', 'none']), [6, 1, Number.NaN]);
  });

  it('keep partitions, each field in its place', () => {
    const rows = [
      { kind: 'Session', count: 3, sizeBytes: 300 },
      { kind: 'half \ud83d', count: 1, sizeBytes: 2 ** 40, estimated: true },
      {
        kind: 'gone',
        count: 0,
        sizeBytes: 0,
        freed: { count: 7, sizeBytes: 70 },
        survived: { count: 0, sizeBytes: 0 },
      },
    ];
    const events = [
      partitionEvent('api'),
      partitionEvent('api', { rows: [] }),
      partitionEvent('api', {
        rows,
        other: { rows: 2, count: 4, sizeBytes: 5 },
        cost: { pauseMs: 1.25, extraBytes: -3 },
      }),
      partitionEvent('api', { rows: rows.slice(1, 2), probe: 'census' }),
    ];
    const kinds: string[] = [];
    const kindId = (kind: string) => (kinds.includes(kind) ? kinds.indexOf(kind) : kinds.push(kind) - 1);
    for (const event of events) {
      const { shape, facts, sample, rows } = recordOf(event, kindId);
      const back = eventOf(JSON.parse(shape) as Json, { facts, sample, rows }, (id) => kinds[id]!);
      assert.equal(JSON.stringify(back), JSON.stringify(event));
    }
  });

  it('find the rows of some kinds without reading the rest', () => {
    const arbitraryRows = fc.uniqueArray(fc.tuple(fc.nat(400), fc.maxSafeInteger().map(Math.abs), fc.nat()), {
      selector: ([kind]) => kind,
      maxLength: 60,
    });
    fc.assert(
      fc.property(arbitraryRows, fc.uniqueArray(fc.nat(400), { maxLength: 40 }), (rows, wanted) => {
        const packed = packRows(
          rows.map(([kind, count, sizeBytes]) => ({ kind: String(kind), count, sizeBytes })),
          Number,
        );
        const found: unknown[] = [];
        findRows(packed, new KindIds(wanted), (kind, { count, sizeBytes }) => found.push([kind, count, sizeBytes]));
        assert.deepEqual(
          found,
          rows.filter(([kind]) => wanted.includes(kind)),
        );
      }),
    );
  });
});
