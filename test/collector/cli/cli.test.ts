/** The command line as a shell runs it: what it prints where, and the code that it ends with. */
import assert from 'node:assert/strict';
import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { ProtocolError } from '../../../agent/cdp/session.ts';
import { Partition } from '../../../protocol/partition.ts';
import { type CliResult, mainPath, runCli, startCli } from '../../support/cli.ts';
import { Refusal, startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { startTarget } from '../../support/target.ts';

/** The one line that says why a command failed. */
function complaint({ stderr }: CliResult): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('heapwatch: '));
  assert.equal(lines.length, 1, stderr);
  return lines[0] as string;
}

/** One command a file. */
const COMMANDS = readdirSync(join(projectRoot, 'collector/cli'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !['heapwatch', 'main', 'commands'].includes(name));

test('the command line itself', async (t) => {
  await t.test('--help names every command and the exit codes', async () => {
    const { code, stdout } = await runCli(['--help']);
    assert.equal(code, 0);
    for (const command of [...COMMANDS, 'completion']) {
      assert.match(stdout, new RegExp(`^  heapwatch ${command}\\b`, 'm'));
    }
    assert.match(stdout, /Exit codes: 0 done/);
  });

  await t.test('the README names every command', () => {
    const table = readFileSync(join(projectRoot, 'README.md'), 'utf8');
    for (const command of [...COMMANDS, 'completion']) {
      assert.match(table, new RegExp(`^\\| .*\`${command}\`.* \\|`, 'm'), command);
    }
  });

  await t.test('each command helps with an example', async () => {
    for (const command of COMMANDS) {
      const { code, stdout } = await runCli([command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Examples:\\s+heapwatch ${command}\\b`));
    }
  });

  for (const [args, pattern] of [
    [[], /name a command/],
    [['frob'], /Unknown argument: frob/],
    [['hep', '1'], /Unknown arguments: hep, 1; did you mean heap\?; see heapwatch --help/],
    [['heap', '1', '--kept-bye', 'x'], /did you mean --kept-by\?/],
    [['heap', '9229', '--frob'], /Unknown argument: frob/],
    [['heap', 'frob'], /Cannot read target "frob"/],
    [['heap', '99999'], /expected a port from 1 to 65535/],
    [['heap', '9229', '--by', 'colour'], /Cannot classify by "colour": expected one of "kind"/],
    [['heap', '9229', '--rows', '0'], /Cannot use --rows/],
    [['heap', '9229', '--rows', '3', '--all'], /mutually exclusive/],
    [['sample', '9229', '--for', 'long'], /Cannot use --for: expected a duration/],
    [['sample', '9229', '--for', '60d'], /Cannot use --for 60d: expected at most 24 d/],
    [['sample', '9229', '--interval', '1', '--interval', '2'], /Cannot use --interval: expected a size .* got "2"/],
    [['sample', '9229', '-o', 'x.txt'], /must end in \.heapprofile/],
    [['snapshot', '9229'], /Missing required argument: output/],
    [['collect', '--target', 'api='], /--target/],
    [['watch', 'frob'], /expected a collector's address/],
    [['verify', '--before', 'a'], /Missing required argument: after/],
    [['check', '/no/such.yaml'], /no such file/],
  ] as const) {
    await t.test(`exit code 2 for heapwatch ${args.join(' ')}`, async () => {
      const result = await runCli(args);
      assert.match(complaint(result), pattern);
      assert.equal(result.code, 2);
      assert.equal(result.stdout, '');
    });
  }

  await t.test('completion prints a script', async () => {
    const { code, stdout } = await runCli(['completion'], { SHELL: '/bin/bash' });
    assert.equal(code, 0);
    assert.match(stdout, /complete .*heapwatch/);
  });

  await t.test('completion writes nothing into the line that is being typed, whatever is wrong in it', async () => {
    const asked = ['--get-yargs-completions', 'heapwatch', 'leak', '9229', '--for', 'abc', '--'];
    const { code, stderr } = await runCli(asked, { SHELL: '/bin/bash' });
    assert.deepEqual([code, stderr], [0, '']);
  });
});

test('heap, snapshot and files tell the same of one process', async (t) => {
  await using dir = await folder();
  await using target = await startTarget('population');
  const { exact } = JSON.parse((await target.line(/^ready/)).slice('ready '.length));
  const file = dir.join('population.heapsnapshot');

  await t.test('heap prints a table, its price and its cost', async () => {
    const { code, stdout, stderr } = await runCli([
      'heap',
      `${target.port}`,
      '--probe',
      'snapshot',
      '--yes',
      '--rows',
      '3',
    ]);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] as string, /^Partition of a set of \d+ objects\. Total size = \d+ bytes\.$/);
    assert.equal(lines[1], ' Index  Count   %     Size   % Cumulative  % Kind (class / store of class)');
    assert.match(lines.at(-1) as string, /^… \d+ more rows: --all or --rows N$/);
    assert.equal(lines.length, 6);
    assert.match(stderr, /^snapshot of \d+ \(.* of heap, Node v\d+.*\): about .* of pause, .* of extra memory$/m);
    assert.match(stderr, /^paused .* \(forecast .*\), RSS .*, .* received$/m);
  });

  await t.test('heap --json has every row, and they sum to the set', async () => {
    const { code, stdout } = await runCli(['heap', `${target.port}`, '--probe', 'snapshot', '--yes', '--json']);
    assert.equal(code, 0);
    const { rows, count, sizeBytes, other } = Partition.parse(JSON.parse(stdout));
    assert.equal(other, undefined);
    const sum = (of: (row: (typeof rows)[0]) => number) => rows.reduce((total, row) => total + of(row), 0);
    assert.equal(
      sum((row) => row.count),
      count,
    );
    assert.equal(
      sum((row) => row.sizeBytes),
      sizeBytes,
    );
    const counted = Object.fromEntries(rows.map((row) => [row.kind, row.count]));
    for (const [kind, expected] of Object.entries(exact)) assert.equal(counted[kind], expected, kind);
  });

  await t.test('snapshot writes a whole file for its owner alone, and never over another', async () => {
    const { code, stdout } = await runCli(['snapshot', `${target.port}`, '--yes', '-o', file]);
    assert.equal(code, 0);
    assert.match(stdout, /population\.heapsnapshot \d/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    JSON.parse(await readFile(file, 'utf8'));

    const again = await runCli(['snapshot', `${target.port}`, '--yes', '-o', file]);
    assert.equal(again.code, 1);
    assert.match(complaint(again), /exists/);
  });

  await t.test('a file, plain or gzipped, by every classifier', async () => {
    const gzipped = dir.join('population.heapsnapshot.gz');
    await writeFile(gzipped, gzipSync(await readFile(file)));
    for (const by of ['kind', 'name', 'type', 'class', 'size', 'module', 'referrers', 'via&size']) {
      const [plain, packed] = await Promise.all(
        [file, gzipped].map(async (path) => {
          const { code, stdout } = await runCli(['heap', path, '--by', by, '--json']);
          assert.equal(code, 0);
          const { rows, count, sizeBytes } = Partition.parse(JSON.parse(stdout));
          return { rows, count, sizeBytes };
        }),
      );
      assert.deepEqual(packed, plain);
    }
  });

  await t.test('a truncated file: exit code 5, and where it ends', async () => {
    const cut = dir.join('cut.heapsnapshot');
    await writeFile(cut, (await readFile(file)).subarray(0, 100_000));
    const result = await runCli(['heap', cut]);
    assert.equal(result.code, 5);
    assert.match(complaint(result), /byte 100000/);
  });
});

test('a price above the limits', async (t) => {
  await using target = await startTarget('allocate');
  target.send('grow 400000\n');
  await target.line(/done/);

  await t.test('is not paid without --yes where nobody can be asked: exit code 4', async () => {
    const result = await runCli(['heap', `${target.port}`, '--probe', 'snapshot']);
    assert.equal(result.code, 4);
    assert.match(complaint(result), /there is no terminal to ask at; add --yes/);
    assert.equal(result.stdout, '');
  });

  await t.test('a target that is killed while it pays: exit code 3, and no file', async () => {
    await using dir = await folder();
    const output = dir.join('x.heapsnapshot');
    const cli = startCli(['snapshot', `${target.port}`, '--yes', '-o', output]);
    await cli.said(/about/);
    target.kill('SIGKILL');
    const result = await cli.result;
    assert.equal(result.code, 3);
    complaint(result);
    await assert.rejects(stat(output));
  });
});

test('cannot attach: exit code 3 and one line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  for (const command of ['heap', 'report', 'leak', 'pending', 'rss']) {
    const { code, stderr } = await runCli([command, `${address.port}`]);
    assert.equal(code, 3, command);
    assert.match(stderr, /^heapwatch: .*connection refused.*\n$/);
  }
  // no process has a number so large
  for (const args of [['heap'], ['report'], ['leak'], ['pending'], ['what-if', 'Session']]) {
    const { code, stderr } = await runCli([args[0]!, 'pid:4194305', ...args.slice(1)]);
    assert.equal(code, 3, args[0]);
    assert.match(stderr, /^heapwatch: Cannot attach to pid:4194305: there is no such process.*\n$/);
  }
});

test('a file that is not there: one line, before any question', async () => {
  for (const [command, expected] of [
    ['console', 1],
    ['heap', 1],
    ['leak', 3],
  ] as const) {
    const { code, stderr } = await runCli([command, 'nowhere.heapsnapshot']);
    assert.equal(code, expected, command);
    assert.match(stderr, /^heapwatch: Cannot (?:read|attach to) nowhere\.heapsnapshot: .*\n$/);
  }
});

test('output that nobody can take', async (t) => {
  await using target = await startTarget('puppet');

  await t.test('a full disk under stdout: exit code 1 and one line', async () => {
    const full = openSync('/dev/full', 'w');
    const stdio: StdioOptions = ['ignore', full, 'pipe'];
    const cli = spawn(process.execPath, [mainPath, 'check', '--schema'], { stdio });
    closeSync(full);
    const [said, [code]] = await Promise.all([text(cli.stderr as Readable), once(cli, 'exit')]);
    assert.equal(said, 'heapwatch: Cannot write output: no space left on device, free some or choose another folder\n');
    assert.equal(code, 1);
  });

  await t.test('no folder for a profile or a snapshot: told before the target is asked', async () => {
    for (const args of [
      ['sample', `${target.port}`, '-o', '/no/such/x.heapprofile'],
      ['snapshot', `${target.port}`, '-o', '/no/such/x.heapsnapshot'],
    ]) {
      const result = await runCli(args);
      assert.match(
        complaint(result),
        /^heapwatch: Cannot write \/no\/such\/x\.\w+: no such file or folder, check the path$/,
      );
      assert.equal(result.code, 1);
    }
  });
});

test('what a target says cannot steer the terminal', async () => {
  const refuses = () => {
    throw new Refusal(-32000, 'no\x1b[2J\nnever');
  };
  await using fake = await startFakeInspector({ answers: { 'HeapProfiler.takeHeapSnapshot': refuses } });
  const { stderr } = await runCli(['heap', `${fake.port}`, '--probe', 'snapshot', '--yes']);
  assert.match(
    stderr,
    /\nheapwatch: HeapProfiler.takeHeapSnapshot was refused by the target: no\\x1b\[2J\\nnever \(-32000\)\n$/,
  );
});

test('sample', async (t) => {
  await using dir = await folder();
  await using target = await startTarget('allocate');
  target.send('grow 10\n');
  await target.line(/done/);

  await t.test('prints estimates and writes what DevTools opens', async () => {
    const output = dir.join('x.heapprofile');
    const args = ['sample', `${target.port}`, '--for', '1s', '--interval', '1KB', '-o', output];
    const cli = startCli(args);
    await cli.said(/sampling/);
    target.send('grow 5000\n');
    const { code, stdout } = await cli.result;
    assert.equal(code, 0);
    assert.match(stdout, /^Partition of a set of ~\d+ objects/m);
    // where the table breaks the line depends on where the project stands
    assert.match(stdout.replaceAll(/\s+/g, ''), /makeLarge\(\S*allocate\.mjs:\d+\)/);
    assert.ok('head' in JSON.parse(await readFile(output, 'utf8')));
  });

  await t.test('Ctrl-C: exit code 130, and the target is sampled no more', async () => {
    const cli = startCli(['sample', `${target.port}`, '--for', '1h']);
    await cli.said(/sampling/);
    cli.process.kill('SIGINT');
    assert.equal((await cli.result).code, 130);
    await using session = await openSession(target.wsUrl);
    await assert.rejects(session.send('HeapProfiler.getSamplingProfile'), ProtocolError);
  });
});

test('collect streams, watch follows, heap reads what the collector has', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  const args = ['--target', `api=${target.port}`, '--every', 'usage=100ms,snapshot=1s', '--listen', '127.0.0.1:0'];
  const collector = startCli(['collect', ...args]);
  const [, url] = await collector.said(/"url":"(ws:[^"]+)"/);

  const watch = startCli(['watch', `${url}`, '--topic', 'usage', '--topic', 'partition', '--json']);
  const [line] = await watch.said(/^\{"type":"usage".*\}$/m, 'stdout');
  assert.equal(JSON.parse(line).target, 'api');
  await watch.said(/^\{"type":"partition".*\}$/m, 'stdout');

  const stored = await runCli(['heap', `${url}#api`]);
  assert.equal(stored.code, 0);
  assert.match(stored.stdout, /^Partition of a set of/);
  const unknown = await runCli(['heap', `${url}#nobody`]);
  assert.equal(unknown.code, 2);
  assert.match(complaint(unknown), /no such target, only api/);

  watch.process.kill('SIGINT');
  assert.equal((await watch.result).code, 130);
  collector.process.kill('SIGTERM');
  assert.equal((await collector.result).code, 143);
});
