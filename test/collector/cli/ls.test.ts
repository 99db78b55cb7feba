import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiscoveredProcess } from '../../../agent/probe/discover.ts';
import { familiesOf } from '../../../collector/cli/ls.ts';

test('processes stand below the one that started them, else in their order', () => {
  const found = ([pid, parentPid]: [number, number?]): DiscoveredProcess => ({
    state: 'openable',
    pid,
    ...(parentPid !== undefined && { parentPid }),
  });
  const all = ([[5], [9, 3], [3], [4, 3], [7, 9], [6]] as [number, number?][]).map(found);
  const told = familiesOf([...all, { state: 'open', address: '127.0.0.1:1' }]).map(([{ pid }, depth]) => [pid, depth]);
  assert.deepEqual(told, [
    [5, 0],
    [3, 0],
    [9, 1],
    [7, 2],
    [4, 1],
    [6, 0],
    [undefined, 0],
  ]);
});
