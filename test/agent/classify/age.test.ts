import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byAge } from '../../../agent/classify/age.ts';
import { NOT_IN_SET } from '../../../agent/classify/naming/classifier.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { partition } from '../../../agent/partition/partition.ts';
import { graph } from '../../support/snapshot-text.ts';

const birthdays = [
  { label: 'a', maxId: 7 },
  { label: 'b', maxId: 11 },
];

function withIds(spec: string, ids: number[]): Columns {
  return { ...graph(spec), nodeId: Uint32Array.from([1, ...ids]) };
}

function ages(columns: Columns): string[] {
  const { kindOf, kinds } = byAge(birthdays).classify(new Heap(columns));
  return Array.from(kindOf, (kind) => (kind === NOT_IN_SET ? '-' : kinds[kind]!));
}

test('by the checkpoints that an id stands between, the highest id of one still before it', () => {
  const columns = withIds('0>6', [3, 7, 9, 11, 13, 4]);
  assert.deepEqual(ages(columns), ['-', 'before a', 'before a', 'a to b', 'a to b', 'since b', 'embedder (no age)']);
  assert.deepEqual(partition(columns, byAge(birthdays).classify(new Heap(columns)), byAge(birthdays)).count, 6);
});

test('memory of array buffers is as old as its oldest holder, whatever its id', () => {
  const memory = `'system / JSArrayBufferData':1000`;
  const columns = withIds(
    `1:object:ArrayBuffer 2:object:ArrayBuffer 3:object:ArrayBuffer 4:native:${memory} 5:native:${memory} 6:native:${memory}
     1>4:internal:backing_store 2>5:internal:backing_store 3>5:internal:backing_store`,
    [3, 13, 9, 15, 5, 5],
  );
  assert.deepEqual(ages(columns).slice(4), ['before a', 'a to b', 'since b']);
});

test('without a checkpoint there is no age', () => {
  assert.throws(() => byAge([]), { name: 'RangeError', message: /take a checkpoint first/ });
});
