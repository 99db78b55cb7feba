/** What was born, freed and survived between two snapshots, against the naive definition. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { classifierNamed } from '../../../agent/classify/classifiers.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { ownNodes, without } from '../../../agent/partition/own-nodes.ts';
import { limitRows } from '../../../agent/partition/partition.ts';
import { type Checkpoint, checkpointOf, type RelativeRows, relative } from '../../../agent/partition/since.ts';
import type { Row } from '../../../protocol/partition.ts';
import { graph } from '../../support/snapshot-text.ts';

interface Thing {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly size: number;
}

/** A heap of `things` in the order given, node 0 before them synthetic with an id of its own. */
function heapOf(things: readonly Thing[]): Columns {
  const spec = things.map(({ type, name, size }, at) => `${at + 1}:'${type}':'${name}':${size}`).join(' ');
  return withIds(graph(`0:synthetic ${spec}`), [1, ...things.map(({ id }) => id)]);
}

function withIds(columns: Columns, ids: readonly number[]): Columns {
  return { ...columns, nodeId: Uint32Array.from(ids) };
}

function checkpoint(columns: Columns, bys = ['type']): Checkpoint {
  return checkpointOf(
    columns,
    bys.map((by) => ({ by, ...classifierNamed(by).classify(new Heap(columns)) })),
  );
}

function since(before: Checkpoint, columns: Columns, by = 'type'): RelativeRows {
  const classifier = classifierNamed(by);
  return relative(before, columns, classifier.classify(new Heap(columns)), classifier);
}

/** `kind: born/freed/survived` of each row. */
function counts({ rows }: RelativeRows): Record<string, string> {
  return Object.fromEntries(
    rows.map(({ kind, count, freed, survived }) => [kind, `${count}/${freed?.count}/${survived?.count}`]),
  );
}

const object = (id: number, name = 'Session', size = 16): Thing => ({ id, type: 'object', name, size });

describe('relative', () => {
  it('tells new objects by their ids, and what went and stayed by kind', () => {
    const before = checkpoint(heapOf([object(3), object(5, 'A', 100), object(7, 'A', 24), object(9, 'B', 8)]), [
      'name',
    ]);
    const rows = since(
      before,
      heapOf([object(21, 'A', 40), object(5, 'A', 104), object(3), object(23, 'C', 80)]),
      'name',
    );
    const none = { count: 0, sizeBytes: 0 };
    assert.deepEqual(rows, {
      header: 'Kind (V8 type and name)',
      by: 'name',
      count: 2,
      sizeBytes: 120,
      recycled: 0,
      isReversed: false,
      since: { freed: { count: 2, sizeBytes: 32 }, survived: { count: 2, sizeBytes: 120 }, leftOut: none },
      rows: [
        { kind: 'object C', count: 1, sizeBytes: 80, freed: none, survived: none },
        {
          kind: 'object A',
          count: 1,
          sizeBytes: 40,
          freed: { count: 1, sizeBytes: 24 },
          survived: { count: 1, sizeBytes: 104 },
        },
        { kind: 'object B', count: 0, sizeBytes: 0, freed: { count: 1, sizeBytes: 8 }, survived: none },
      ],
    });
  });

  it('keeps even ids and synthetic nodes out of it', () => {
    const before = checkpoint(heapOf([object(4), object(3)]));
    const rows = since(before, heapOf([object(6), object(3)]));
    assert.deepEqual([rows.count, rows.since.freed.count, rows.since.survived.count], [0, 0, 1]);
    assert.deepEqual(rows.since.leftOut, { count: 1, sizeBytes: 16 });
  });

  it('keeps what has no size out of it, which V8 15 numbers anew each time', () => {
    const before = checkpoint(heapOf([object(3, 'A', 0), object(5, 'B', 0), object(7, 'C', 8), object(9, 'D', 0)]));
    const rows = since(before, heapOf([object(5, 'B', 24), object(7, 'C', 0), object(11, 'A', 0), object(13, 'D', 0)]));
    assert.deepEqual(counts(rows), {});
    assert.deepEqual(rows.since, {
      freed: { count: 0, sizeBytes: 0 },
      survived: { count: 1, sizeBytes: 24 },
      leftOut: { count: 3, sizeBytes: 0 },
    });
  });

  it('tells native nodes by their ids, memory of array buffers aside', () => {
    const native = (id: number, name: string, size = 24): Thing => ({ id, type: 'native', name, size });
    const before = checkpoint(heapOf([native(3, 'Node / ContextifyScript'), native(5, '<div>'), native(7, 'Text')]));
    const now = heapOf([native(3, 'Node / ContextifyScript'), native(5, 'Detached <div>'), native(9, 'Text')]);
    assert.deepEqual(counts(since(before, now)), { native: '1/1/2' });
  });

  it('tells which of the two was taken first', () => {
    const [first, second] = [heapOf([object(3), object(5)]), heapOf([object(3), object(7)])];
    assert.equal(since(checkpoint(first), second).isReversed, false);
    assert.equal(since(checkpoint(second), first).isReversed, true);
    // what was allocated last is gone
    assert.equal(since(checkpoint(first), heapOf([object(3)])).isReversed, false);
  });

  it('takes an id that was not in the checkpoint for new, though it is low', () => {
    const before = checkpoint(heapOf([object(3), object(9)]));
    assert.deepEqual(counts(since(before, heapOf([object(3), object(5), object(9)]))), { object: '1/0/2' });
  });

  it('takes an id under which another object stands for freed and new', () => {
    const before = checkpoint(
      heapOf([object(3), object(5, 'A'), { id: 7, type: 'string', name: 'old text', size: 24 }]),
    );
    const now = heapOf([
      { id: 3, type: 'code', name: '', size: 16 },
      object(5, 'B'),
      { id: 7, type: 'string', name: 'new text', size: 24 },
    ]);
    const rows = since(before, now);
    assert.deepEqual(counts(rows), { code: '1/0/0', object: '1/2/0', string: '1/1/0' });
    assert.equal(rows.recycled, 3);
  });

  it('lets a string become whole, an array be named anew, and a class become a prototype', () => {
    const before = checkpoint(
      heapOf([
        { id: 3, type: 'concatenated string', name: '(concatenated string)', size: 32 },
        { id: 5, type: 'array', name: '', size: 32 },
        object(7, 'Session'),
      ]),
    );
    const now = heapOf([
      { id: 3, type: 'string', name: 'the whole', size: 32 },
      { id: 5, type: 'array', name: '(object elements)', size: 32 },
      object(7, 'Session (prototype) / '),
    ]);
    assert.equal(since(before, now).since.survived.count, 3);
  });

  it('tells memory of array buffers by who holds it: malloc gives an address, and with it the id, again', () => {
    const spec = (ids: number[]) =>
      withIds(
        graph(
          `1:object:ArrayBuffer 2:object:ArrayBuffer 3:native:'system / JSArrayBufferData':1000
           4:native:'system / JSArrayBufferData':1000 1>3:internal:backing_store 2>4:internal:backing_store`,
        ),
        [1, ...ids],
      );
    const before = checkpoint(spec([3, 5, 7, 9]));
    // the second buffer is another one, and its memory lies where the old one's lay
    const rows = since(before, spec([3, 21, 7, 9]));
    assert.deepEqual(counts(rows), { native: '1/1/1', object: '1/1/1' });
    assert.equal(rows.recycled, 0);
  });

  it('sums sizes beyond 32 bits, then and now', () => {
    const before = checkpoint(heapOf([object(3, 'A', 6_000_000_000), object(5, 'A', 5_000_000_000)]));
    const { since: totals, sizeBytes } = since(
      before,
      heapOf([object(3, 'A', 6_000_000_000), object(9, 'A', 7_000_000_000)]),
    );
    assert.deepEqual([totals.freed.sizeBytes, totals.survived.sizeBytes, sizeBytes], [5e9, 6e9, 7e9]);
  });

  it('refuses a classifier that the checkpoint was not taken by', () => {
    const before = checkpoint(heapOf([object(3)]), ['type', 'name']);
    assert.throws(() => since(before, heapOf([object(3)]), 'size'), {
      name: 'RangeError',
      message: 'Cannot compare by "size": the checkpoint was taken by "type", "name"',
    });
  });

  it('of a heap of ten thousand and of an empty one', () => {
    const empty = checkpoint(heapOf([]));
    const many = Array.from({ length: 10_000 }, (_, at) => object(2 * at + 3));
    assert.deepEqual(counts(since(empty, heapOf(many))), { object: '10000/0/0' });
    assert.deepEqual(counts(since(checkpoint(heapOf(many)), heapOf([]))), { object: '0/10000/0' });
  });

  it('sums what a limit leaves out, freed and survived too', () => {
    const before = checkpoint(heapOf([object(3, 'A'), object(5, 'B'), object(7, 'C')]), ['name']);
    const rows = since(
      before,
      heapOf([object(3, 'A'), object(11, 'A', 100), object(13, 'B'), object(15, 'C')]),
      'name',
    );
    assert.deepEqual(limitRows(limitRows({ ...rows, other: undefined }, 2), 1).other, {
      rows: 2,
      count: 2,
      sizeBytes: 32,
      freed: { count: 2, sizeBytes: 32 },
      survived: { count: 0, sizeBytes: 0 },
    });
  });
});

describe('own nodes', () => {
  it('are those with the ids given and those that nothing but a handle scope holds', () => {
    const columns = graph(`1:synthetic:'(Handle scope)' 0>1 0>2 1>3 1>4 2>4 0>5 1>1`);
    assert.deepEqual([...ownNodes(columns, [11])].sort(), [3, 5]);
    const kinds = classifierNamed('type').classify(new Heap(columns));
    const rows = since(checkpoint(heapOf([])), columns);
    assert.equal(rows.count, 4);
    const left = relative(checkpoint(heapOf([])), columns, without(kinds, ownNodes(columns, [11])), {
      header: 'V8 type',
      by: 'type',
    });
    assert.equal(left.count, 2);
  });
});

const TYPES = ['object', 'string', 'closure', 'code', 'native'];

const things = fc.uniqueArray(
  fc.record({
    // few of them, so that the two heaps meet; even ones too
    id: fc.integer({ min: 2, max: 120 }),
    type: fc.constantFrom(...TYPES),
    name: fc.constantFrom('A', 'B'),
    size: fc.oneof(fc.constant(0), fc.nat(1000)),
  }),
  { selector: ({ id }) => id, maxLength: 60 },
);

/** By the words of the definition, one thing at a time. */
function naive(then: readonly Thing[], now: readonly Thing[]): Pick<RelativeRows, 'rows' | 'since' | 'count'> {
  const isSame = (a: Thing, b: Thing) =>
    a.id === b.id && a.type === b.type && (!['object', 'string'].includes(a.type) || a.name === b.name);
  const odd = (all: readonly Thing[]) => all.filter(({ id }) => id % 2 === 1);
  const sized = (all: readonly Thing[]) => all.filter(({ size }) => size > 0);
  const [old, present] = [odd(then), odd(now)];
  const born = sized(present).filter((thing) => !old.some((before) => isSame(before, thing)));
  const survived = sized(present).filter((thing) => !born.includes(thing));
  const freed = sized(old).filter((before) => !present.some((thing) => isSame(before, thing)));
  const leftOut = now.filter((thing) => !born.includes(thing) && !survived.includes(thing));
  const tally = (all: readonly Thing[]) => ({
    count: all.length,
    sizeBytes: all.reduce((sum, { size }) => sum + size, 0),
  });
  const rows = TYPES.map((kind): Row => {
    const ofKind = (all: readonly Thing[]) => tally(all.filter(({ type }) => type === kind));
    return { kind, ...ofKind(born), freed: ofKind(freed), survived: ofKind(survived) };
  }).filter((row) => row.count > 0 || (row.freed?.count ?? 0) > 0);
  rows.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.kind < b.kind ? -1 : 1));
  return {
    rows,
    count: born.length,
    since: { freed: tally(freed), survived: tally(survived), leftOut: tally(leftOut) },
  };
}

describe('properties', () => {
  it('is the naive definition', () => {
    fc.assert(
      fc.property(things, things, (then, now) => {
        const { rows, count, since: totals } = since(checkpoint(heapOf(then)), heapOf(now));
        assert.deepEqual({ rows, count, since: totals }, naive(then, now));
      }),
      { numRuns: 500 },
    );
  });

  it('a heap compared with itself has nothing born and nothing freed', () => {
    fc.assert(
      fc.property(things, (all) => {
        const { rows, recycled, since: totals } = since(checkpoint(heapOf(all)), heapOf(all));
        assert.deepEqual([rows, recycled], [[], 0]);
        assert.equal(totals.survived.count + (totals.leftOut?.count ?? 0), all.length);
      }),
    );
  });
});
