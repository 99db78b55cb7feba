/** `heapwatch diff`: two heaps by kind, across processes, and a judgement. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseGrowth } from '../../../collector/terminal/growth.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { snapshotText } from '../../support/snapshot-text.ts';
import { startTarget } from '../../support/target.ts';

test('files: the table, its JSON, and --fail-on', async (t) => {
  await using dir = await folder();
  const [after, before] = [dir.join('after.heapsnapshot'), dir.join('before.heapsnapshot')];
  await writeFile(after, snapshotText('1:object:Session:100 2:object:Session:100 3:object:Map:50'));
  await writeFile(before, snapshotText('1:object:Session:100 2:object:Gone:30'));

  await t.test('heapy’s table, a - b', async () => {
    const { code, stdout } = await runCli(['diff', after, before]);
    assert.equal(code, 0);
    assert.deepEqual(stdout.split('\n'), [
      'Summary of difference operation (A-B).',
      '        Count     Size',
      '  A         3      250',
      '  B         2      130',
      '  A-B       1      120  =      92.3 % of B',
      '',
      'Differences by kind, largest absolute size diffs first.',
      ' Index  Count     Size  Cumulative  % of B Kind (class / store of class)',
      '     0      1      100       100      76.9 Session',
      '     1      1       50       150       115 Map',
      '     2     -1      -30       120      92.3 Gone',
      '',
    ]);
  });

  await t.test('--json, --rows', async () => {
    const { stdout } = await runCli(['diff', after, before, '--json', '--rows', '1']);
    const { by, a, b, rows } = JSON.parse(stdout);
    assert.deepEqual([by, a.count, b.count, a.target], ['kind', 3, 2, after]);
    assert.deepEqual(rows, [{ kind: 'Session', count: 1, sizeBytes: 100 }]);
  });

  for (const [failOn, message] of [
    [['Session>0'], 'More than --fail-on allows: Session +1'],
    [['*>0B'], 'More than --fail-on allows: Session +100 B, Map +50 B'],
    [['Gone>0', 'Ma?>0'], 'More than --fail-on allows: Map +1'],
    [['Session>1'], null],
    [['Gone>0', 'Nobody>0'], null],
  ] as const) {
    await t.test(`--fail-on ${failOn.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runCli([
        'diff',
        after,
        before,
        ...failOn.flatMap((text) => ['--fail-on', text]),
      ]);
      assert.match(stdout, /^Summary of difference/);
      assert.equal(code, message === null ? 0 : 6);
      assert.equal(
        stderr.split('\n').find((line) => line.startsWith('heapwatch: ')) ?? null,
        message && `heapwatch: ${message}`,
      );
    });
  }

  await t.test('what cannot be read: exit code 2, before anything is read', async () => {
    for (const text of ['Session', '>3', 'Session>', 'Session>many', 'Session>-1']) {
      const { code, stderr } = await runCli(['diff', after, before, '--fail-on', text]);
      assert.equal(code, 2);
      assert.match(stderr, /^heapwatch: Cannot read --fail-on ".*": expected KIND>N, such as 'Session>0'/m);
    }
  });
});

test('two processes, one of them a while later: sessions that stayed fail a test', async () => {
  await using target = await startTarget('maker');
  await using other = await startTarget('maker');
  target.send('make session 500\n');
  await target.line(/^done/);
  const { code, stdout, stderr } = await runCli([
    'diff',
    `${target.port}`,
    `${other.port}`,
    '--yes',
    '--fail-on',
    'Session>499',
  ]);
  assert.equal(code, 6, stderr);
  assert.match(stdout, /^ +\d+ +500 +16000 .* Session$/m);
  assert.match(stderr, /^heapwatch: More than --fail-on allows: Session \+500$/m);
});

test('an older a is told', async () => {
  await using dir = await folder();
  const file = dir.join('x.heapsnapshot');
  await writeFile(file, snapshotText('1:object:Session:100'));
  await using target = await startTarget('maker');
  const { code, stderr } = await runCli(['diff', file, `${target.port}`, '--yes', '--by', 'type']);
  assert.equal(code, 0);
  assert.match(stderr, /^A is older than B, .* name the newer one first$/m);
});

test('a growth has a glob, which may have > in it, and a count or a size', () => {
  assert.deepEqual(parseGrowth('Session>0'), { kind: 'Session', measure: 'count', above: 0 });
  assert.deepEqual(parseGrowth('elements of * > 1000'), { kind: 'elements of *', measure: 'count', above: 1000 });
  assert.deepEqual(parseGrowth('a>b>1.5MB'), { kind: 'a>b', measure: 'sizeBytes', above: 1_572_864 });
});
