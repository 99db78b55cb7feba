import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandWords,
  flagValue,
  inspectAddressIn,
  nodeFlags,
  optionWords,
  sigusr1Flag,
} from '../../../agent/process/node-flags.ts';
import { readProcess } from '../../../agent/process/process.ts';
import { startTarget } from '../../support/target.ts';

test('the address of an inspector is the last that the flags name', () => {
  const addresses: [flags: string, host: string, port: number][] = [
    ['app.js', '127.0.0.1', 9229],
    ['--inspect app.js', '127.0.0.1', 9229],
    ['--inspect=9400', '127.0.0.1', 9400],
    ['--inspect=0.0.0.0:9401', '0.0.0.0', 9401],
    ['--inspect=[::1]:9402', '::1', 9402],
    ['--inspect=localhost', 'localhost', 9229],
    ['--inspect-brk=9403', '127.0.0.1', 9403],
    ['--inspect-port=0', '127.0.0.1', 0],
    ['--inspect-port 9404 app.js', '127.0.0.1', 9404],
    ['--debug-port=9405', '127.0.0.1', 9405],
    ['--inspect=1 --inspect-port=2', '127.0.0.1', 2],
    ['--inspect-publish-uid=http', '127.0.0.1', 9229],
  ];
  for (const [flags, host, port] of addresses)
    assert.deepEqual(inspectAddressIn(flags.split(' ')), { host, port }, flags);
});

test('a flag that takes SIGUSR1 is found however it is written', () => {
  const flagOf = (text: string) => sigusr1Flag({ words: text.split(' '), whole: true });
  assert.equal(flagOf('--heapsnapshot-signal=SIGUSR1'), '--heapsnapshot-signal');
  assert.equal(flagOf('--heapsnapshot_signal SIGUSR1'), '--heapsnapshot-signal');
  assert.equal(flagOf('--report-on-signal --report-signal=SIGUSR1'), '--report-signal');
  assert.equal(flagOf('--heapsnapshot-signal=SIGUSR2'), undefined);
  assert.equal(flagOf('--heapsnapshot-signal=SIGUSR1 --heapsnapshot-signal=SIGUSR2'), undefined);
  assert.equal(flagValue(['--title', 'x'], '--title'), 'x');
});

test('NODE_OPTIONS is read as Node reads it', () => {
  assert.deepEqual(optionWords('--inspect-port=0  --title="a \\"b\\" c" -r ./x.js'), [
    '--inspect-port=0',
    '--title=a "b" c',
    '-r',
    './x.js',
  ]);
  assert.deepEqual(optionWords(''), []);
});

test('what stands behind the script is the program’s', async () => {
  const flags = async (command: string[]) => (await nodeFlags(0, `${command.join('\0')}\0`, '/usr/bin/node')).words;
  assert.deepEqual(await flags(['node', '--inspect-port=1', 'app.js', '--inspect-port=2']), ['--inspect-port=1']);
  assert.deepEqual(await flags(['node', '--import', './a.mjs', '--inspect-port=3', 'app.ts']), [
    '--import',
    './a.mjs',
    '--inspect-port=3',
    'app.ts',
  ]);
  assert.deepEqual(commandWords('node\0app.js\0\0\0'), ['node', 'app.js']);
});

test('a title hides the flags of the command line, not those of NODE_OPTIONS', async () => {
  for (const times of [1, 100]) {
    await using target = await startTarget('puppet', {
      inspect: false,
      execArgv: ['--inspect-port=17007'],
      env: { NODE_OPTIONS: '--no-warnings' },
    });
    target.send(`title ${times}\n`);
    await target.line(/titled/);
    const { flags, isNode } = await readProcess(target.pid);
    assert.deepEqual([flags, isNode], [{ words: ['--no-warnings'], whole: false }, true], `${times}`);
  }
  await using plain = await startTarget('puppet', { inspect: false, execArgv: ['--inspect-port=17007'] });
  await plain.line(/ready/);
  const { flags } = await readProcess(plain.pid);
  assert.deepEqual([flags.whole, flags.words[0]], [true, '--inspect-port=17007']);
});
