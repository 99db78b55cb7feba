/**
 * `heapwatch ls` asks every inspector of the machine, which makes V8 forget the object ids of each: it would end the checkpoints
 * of tests beside it. So it runs when they are over (scripts/test.sh).
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runCli } from '../support/cli.ts';
import { startTarget } from '../support/target.ts';

it('lists a process whose title writes lines of its own into the table as one line', async () => {
  const title = 'innocent\n{"level":30,"msg":"forged"}\u001b[2J\u202e';
  await using target = await startTarget('puppet', { execArgv: [`--title=${title}`] });
  const { stdout, stderr } = await runCli(['ls']);
  const line = stdout.split('\n').find((each) => each.includes(`127.0.0.1:${target.port} `));
  assert.ok(line?.includes('innocent'), stdout + stderr);
  assert.doesNotMatch(stdout, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
  assert.doesNotMatch(stdout, /^\{"level"/m);
});
