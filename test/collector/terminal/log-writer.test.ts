/** A log that nobody reads. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { LogWriter } from '../../../collector/terminal/log-writer.ts';

test('lines beyond the buffer are dropped, and counted when there is room again', () => {
  const taken: string[] = [];
  let free: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      free = done;
    },
  });
  const log = new LogWriter(stream, 100);
  for (let at = 0; at < 50; at++) log.write(`line ${at} ${'x'.repeat(20)}\n`);
  assert.equal(taken.length, 1);
  while (stream.writableLength > 0) {
    const last = free;
    last?.();
  }
  const told = taken.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  assert.equal(told.length, 1);
  assert.equal(told[0].msg, 'log lines dropped');
  assert.equal(told[0].dropped + taken.length - 1, 50);
});
