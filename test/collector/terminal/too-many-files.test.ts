/** A collector that may open few files: it says so in one line, wherever it is when they are used up. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { mainPath } from '../../support/cli.ts';

// with fewer Node.js cannot load the command's own modules, more are enough for a start
for (const files of [44, 50, 60]) {
  test(`a start with ${files} files is told in one line`, async () => {
    const command = `ulimit -n ${files}; exec "${process.execPath}" "${mainPath}" collect --target api=1 --listen 127.0.0.1:0`;
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.match(said, /^heapwatch: Cannot go on: too many files are open, raise the limit \(ulimit -n\)[^\n]*\n$/);
  });
}
