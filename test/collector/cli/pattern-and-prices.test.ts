/** `heapwatch pattern` and `heapwatch prices`, as a user runs them, of one process. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { startTarget, type Target } from '../../support/target.ts';

let target: Target;
before(async () => {
  target = await startTarget('leaking-sessions');
});
after(() => target[Symbol.asyncDispose]());

test('pattern says who refers to a kind, by process and by file, and no contents where they are hidden', async () => {
  await using place = await folder();
  const path = place.join('a.heapsnapshot');
  assert.equal((await runCli(['snapshot', `${target.port}`, '--yes', '-o', path])).code, 0);
  for (const of of [`pid:${target.pid}`, path]) {
    const { code, stdout, stderr } = await runCli(['pattern', of, 'Session', '--depth', '2', '--no-strings']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\[\d+\] Session: @\d+[^\n]*\n {2}\[\d+\] [^\n]+\n {4}\[\d+\] /);
    assert.ok(!stdout.includes('hunter2'));
  }
  const json = await runCli(['pattern', path, 'Session', '--json', '--depth', '1']);
  assert.equal(JSON.parse(json.stdout).nodes[0].kind, 'Session');
});

test('pattern says what is wrong with a question', async () => {
  const of = `pid:${target.pid}`;
  const refused: [args: string[], code: number, message: RegExp][] = [
    [[of, 'Nobody'], 2, /Cannot find Nobody: the snapshot has no object of this kind/],
    [[of, 'Session', '--depth', '9'], 2, /Cannot use --depth 9: expected 1 to 4/],
    [[of, 'Session', '--rows', '100000'], 2, /Cannot use --rows 100000: expected at most/],
    [[of, 'Session', '--by', 'nothing'], 2, /Cannot .*"nothing": expected one of/],
    [['none.heapsnapshot', 'Session'], 1, /Cannot read none.heapsnapshot: no such file/],
    [['ws://127.0.0.1:1/v1/stream#api', 'Session'], 2, /a collector stores no graph/],
  ];
  for (const [args, code, message] of refused) {
    const found = await runCli(['pattern', ...args]);
    assert.match(found.stderr, message);
    assert.equal(found.code, code, found.stderr);
  }
});

test('prices tells the price of each probe and runs none', async () => {
  const { code, stdout, stderr } = await runCli(['prices', `${target.port}`]);
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(':', 1)[0]),
    ['walk', 'types', 'census', 'snapshot'],
  );
  const dear = await runCli(['prices', `pid:${target.pid}`, '--max-pause', '1ms', '--json']);
  const prices = dear.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(
    prices.every(({ verdict, reason }) => verdict === 'asks' && /limit/.test(reason)),
    dear.stdout,
  );
});

test('prices of a process without an inspector opens none; of what is no process it is refused', async () => {
  await using closed = await startTarget('leaking-sessions', { inspect: false });
  const { code, stdout, stderr } = await runCli(['prices', `pid:${closed.pid}`]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^walk: [^\n]+: fits\n$/);
  assert.match(stderr, /has no open inspector/);
  const file = await runCli(['prices', 'a.heapsnapshot']);
  assert.deepEqual([file.code, /name a process/.test(file.stderr)], [2, true]);
});
