/** Lines of the collector's log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../../collector/terminal/logger.ts';

test('an error is its type, its words and where it comes from, whatever made it', () => {
  const lines: string[] = [];
  const log = openLog('info', { write: (line) => lines.push(line) });
  for (const err of [new DOMException('too late', 'TimeoutError'), new RangeError('too much')]) log.warn({ err });
  const told = lines.map((line) => (JSON.parse(line) as { err: Record<string, unknown> }).err);
  assert.deepEqual(
    told.map(({ type, message }) => [type, message]),
    [
      ['TimeoutError', 'too late'],
      ['RangeError', 'too much'],
    ],
  );
  for (const { stack, ...err } of told) {
    assert.match(String(stack), /logger\.test/);
    assert.ok(Object.keys(err).length <= 3, JSON.stringify(err));
  }
});
