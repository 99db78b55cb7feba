import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifierNamed } from '../../../agent/classify/classifiers.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { limitRows, partition, type Rows } from '../../../agent/partition/partition.ts';
import type { Partition } from '../../../protocol/partition.ts';
import { graph } from '../../support/snapshot-text.ts';

function partitionOf(spec: string): Rows {
  const columns = graph(spec);
  const kind = classifierNamed('kind');
  return partition(columns, kind.classify(new Heap(columns)), kind);
}

describe('partition', () => {
  it('counts and sums the nodes of each kind', () => {
    assert.deepEqual(partitionOf('1:object:A:16 2:object:B:100 3:object:A:24'), {
      header: 'Kind (class / store of class)',
      by: 'kind',
      count: 3,
      sizeBytes: 140,
      rows: [
        { kind: 'B', count: 1, sizeBytes: 100 },
        { kind: 'A', count: 2, sizeBytes: 40 },
      ],
    });
  });

  it('orders rows of one size by kind, by code unit', () => {
    const rows = partitionOf('1:object:a:8 2:object:B:8 3:object:é:8 4:object:C:8').rows;
    assert.deepEqual(
      rows.map((row) => row.kind),
      ['B', 'C', 'a', 'é'],
    );
  });

  it('sums sizes beyond 32 bits', () => {
    const { sizeBytes, rows } = partitionOf('1:object:A:5000000000 2:object:A:4294967295 3:object:A:1');
    assert.equal(sizeBytes, 9_294_967_296);
    assert.deepEqual(rows, [{ kind: 'A', count: 3, sizeBytes: 9_294_967_296 }]);
  });

  it('has rows for kinds whose nodes have no size', () => {
    assert.deepEqual(partitionOf('1:object:A:0').rows, [{ kind: 'A', count: 1, sizeBytes: 0 }]);
  });

  it('of a heap of synthetic nodes is empty', () => {
    assert.deepEqual(partitionOf('0>0'), {
      header: 'Kind (class / store of class)',
      by: 'kind',
      count: 0,
      sizeBytes: 0,
      rows: [],
    });
  });
});

describe('limitRows', () => {
  const whole: Pick<Partition, 'count' | 'sizeBytes' | 'rows' | 'other'> = {
    count: 10,
    sizeBytes: 600,
    rows: [
      { kind: 'A', count: 1, sizeBytes: 300 },
      { kind: 'B', count: 2, sizeBytes: 200 },
      { kind: 'C', count: 7, sizeBytes: 100 },
    ],
  };

  it('puts the rest in other', () => {
    assert.deepEqual(limitRows(whole, 1), {
      count: 10,
      sizeBytes: 600,
      rows: whole.rows.slice(0, 1),
      other: { rows: 2, count: 9, sizeBytes: 300 },
    });
  });

  it('has no other where nothing is left out', () => {
    assert.equal(limitRows(whole, 3), whole);
    assert.equal(limitRows(whole, 100), whole);
  });

  it('of a limited partition adds to what was left out', () => {
    assert.deepEqual(limitRows(limitRows(whole, 2), 1), limitRows(whole, 1));
  });

  it('leaves no row where none is asked for', () => {
    assert.deepEqual(limitRows(whole, 0).other, { rows: 3, count: 10, sizeBytes: 600 });
  });

  it('leaves the partition that it was given alone', () => {
    const before = structuredClone(whole);
    limitRows(whole, 1);
    assert.deepEqual(whole, before);
  });
});
