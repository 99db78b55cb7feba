/** Readers of a process's memory that are killed while they have it stopped. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isStopped } from '../../agent/memory/process-state.ts';
import { startTarget } from './target.ts';
import { until } from './until.ts';

/** Reads the process again and again, until it is killed. */
const READER = `
  import { ProcessMemory } from '${new URL('../../agent/memory/process-memory.js', import.meta.url)}';
  const memory = ProcessMemory.open(Number(process.argv[1]));
  for (;;) await memory.read({ stop: true });`;

/** Kills so many of one process: it goes on each time, and most were in the middle of a stop. */
export async function killReaders(times: number): Promise<void> {
  await using target = await startTarget('puppet', { inspect: false });
  await target.line(/ready/);
  let inMidStop = 0;
  for (let time = 0; time < times; time++) {
    const reader = spawn(process.execPath, ['--input-type=module', '-e', READER, `${target.pid}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    let hasEnded = false;
    const ended = once(reader, 'exit').finally(() => {
      hasEnded = true;
    });
    await until(() => hasEnded || isStopped(target.pid));
    reader.kill('SIGKILL');
    if (isStopped(target.pid)) inMidStop++;
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    await until(() => !isStopped(target.pid));
  }
  assert.ok(inMidStop > times / 2, `killed ${inMidStop} of ${times} times in the middle of a stop`);
}
