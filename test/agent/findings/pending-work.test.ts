/** What waits in a real process, and what lives weakly, by a snapshot file and from outside. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingsOf } from '../../../agent/findings/findings.ts';
import { unpacked } from '../../../agent/parse/packed.ts';
import { Walker } from '../../../agent/probe/walk.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import { nodeBinary } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

for (const major of [20, 24] as const) {
  describe(`work that waits on Node ${major}`, async () => {
    it('is counted by what it is for, and what lives weakly by what is empty', async () => {
      await using target = await startTarget('waiting', { nodeBinary: await nodeBinary(major), inspect: false });
      await target.line(/ready/);
      await using walker = await Walker.open({ pid: target.pid });
      const { columns } = await walker.graph('main', { columns: true }, { target: 'target', limitMs: 60_000 });
      const found = findingsOf(new HeapView(unpacked(columns!), { strings: true }), { target: 'target' });
      const rows = found.pending.map(({ work, text, count }) => `${count} ${work} ${text.replace(/ \(.*?\)/, '')}`);
      for (const expected of [
        '7 timer poll',
        '3 timer tick',
        '11 function work',
        '5 listener onMessage of "message" on EventEmitter',
        '1 listener onEnd of "end" on EventEmitter',
        '1 aborted signal AbortSignal',
        '1 promise waited for',
      ]) {
        assert.ok(rows.includes(expected), `${expected}, of ${rows.join('; ')}`);
      }
      assert.ok(rows.some((row) => /^\d+ handle TCP$/.test(row)) && rows.some((row) => row.includes('async store')));
      assert.ok(!rows.some((row) => row.includes('node:internal')), rows.join('; '));
      const refs = found.weak.find(({ hold }) => hold === 'WeakRef');
      const cells = found.weak.find(({ hold }) => hold.startsWith('cell of'));
      assert.ok(refs!.count >= 1 && cells!.count >= 5, JSON.stringify(found.weak));
    });
  });
}
