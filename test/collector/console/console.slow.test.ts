/** The console as a script drives it: lines on standard input, tables on standard output, one line for what goes wrong. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { strangersOn, tcpTable } from '../../../agent/process/tcp-table.ts';
import { type Cli, type CliResult, runCli, startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { ownSnapshot } from '../../support/own-snapshot.ts';
import { startTarget, type Target } from '../../support/target.ts';

function start(args: readonly string[], script: string): Cli {
  const cli = startCli(['console', ...args]);
  cli.process.stdin.write(script);
  return cli;
}

function run(args: readonly string[], script: string): Promise<CliResult> {
  const cli = start(args, script);
  cli.process.stdin.end();
  return cli.result;
}

async function startLeak(count = 50): Promise<Target> {
  const target = await startTarget('leaks', { args: ['map', `${count}`] });
  await target.line(/^ready/);
  return target;
}

const HEADER = ' Index  Count   %     Size   % Cumulative  % Kind (class / store of class)';

test('from a big kind to the variable that holds it', async () => {
  await using target = await startLeak();
  const { code, stdout, stderr } = await run(
    [`${target.port}`],
    `h = hp.heap()
sessions = h.and(hp.by('kind').of('Session'))
_.rp
sessions.sp[0]
`,
  );
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(HEADER));
  assert.match(stdout, /^ {5}0 {5}50 100 .* Session$/m);
  assert.match(stdout, /^Reference Pattern by /m);
  assert.match(stdout, /handleRequest.*sessionsByToken\.get\("token-0"\)$/m);
  assert.match(stderr, /^snapshot of \d+ \(.* of heap, Node v.*\): about .* of pause/m);
  assert.match(stderr, /^paused /m);
});

test('a leak in two steps: a checkpoint, and what is new', async () => {
  await using target = await startLeak();
  const cli = start([`${target.port}`], "hp.setrelheap('before')\n");
  await cli.said(/4 to 13 times as long until hp\.setrelheap\(null\)/);
  target.send('grow 7\n');
  await target.line(/^grown/);
  cli.process.stdin.end("hp.since()\nhp.heap().and(hp.by('kind').of('Session')).count\nhp.setrelheap(null)\nhp\n");
  const { code, stdout } = await cli.result;
  assert.equal(code, 0);
  assert.match(stdout, /^Born since checkpoint "before" of .*\nFreed since: /m);
  assert.match(stdout, /^ {5}\d {6}7 .* Session$/m);
  assert.match(stdout, /\n7\nnull\nheapwatch on \d+ \(pid \d+, node v[^)]*\)\nUse \.help/);
});

test('on files', async (t) => {
  await using dir = await folder();
  const file = dir.join('own.heapsnapshot');
  await writeFile(file, await ownSnapshot());

  const says: [name: string, script: string, said: RegExp][] = [
    ['nothing needs an await', 'hp.heap()[0].bytype\n', /^Partition of a set of \d+ objects/],
    ['and may have one', '(await hp.heap())[0].bytype\n', /^Partition of a set of \d+ objects/],
    ['a variable has what was waited for', 'h = hp.heap(), 0\nh.count > 1000\n', /\ntrue\n$/],
    ['so has a constant', 'const h = hp.heap()\nh.count > 1000\n', /^true\n$/],
    ['_ is what was printed last', 'hp.heap()\n_.more\n_.count > 1000\n', /\n {4}10 [\s\S]*\n {4}19 [\s\S]*\ntrue\n$/],
    ['methods take what is still to come', 'hp.heap().diff(hp.heap())\n', /^Summary of difference operation/],
    ['several lines are one statement', 'for (const i of [1, 2]) {\n  i * 21\n}\n', /^42\n$/],
    ['empty sets', 'hp.heap().and(hp.Nothing)\n', /^hp\.Nothing\n$/],
    ['texts of one object', 'hp.heap().bytype[0].byid[0].theone\n', /^\S+.* @\d+, \d+ bytes, \d+ retained/],
    ['kinds name themselves', "hp.by('kind').of('Session')\n", /^hp\.by\("kind"\)\.of\("Session"\)\n$/],
    ['relations are called as in heapy', 'hp.heap().and(hp.Size(16)).bysize\n', /^Partition[\s\S]* {8}16\n$/],
    ['and are told of in short', 'hp.heap().by(hp.findex(hp.Type("string")))\n', / string \/ 0\n/],
    ['hp.doc tells the words', 'hp.doc\n', /^hp\.heap\(\) [\s\S]*\.targets/],
    ['.help tells the words', '.help\n', /^hp\.heap\(\) [\s\S]*\.targets/],
    ['.exit leaves', '.exit\n1\n', /^$/],
    ['undefined is nothing to say', 'undefined\nvar a = 1\n', /^$/],
  ];
  for (const [name, script, said] of says) {
    await t.test(name, async () => {
      const { code, stdout, stderr } = await run([file], script);
      assert.equal(code, 0, stderr);
      assert.match(stdout, said);
    });
  }

  const complains: [script: string, line: RegExp][] = [
    ['hpp.heap()', /^ReferenceError: hpp is not defined, did you mean hp\?$/],
    ['hp.heep()', /^TypeError: hp has no "heep", did you mean heap\?$/],
    ['hp.heap().byvai', /^Cannot classify by "vai": .*, did you mean via\?$/],
    ['hp.heap().cuont', /^Cannot get "cuont": .*, did you mean count\?$/],
    ['hp.heap()[99999]', /^Cannot take row 99999: the partition has \d+ rows$/],
    ['hp.heap().theone', /^Cannot take the one: the set has \d+ objects$/],
    ['hp.setrelheap()', /^Cannot set a checkpoint on .*: a file does not change/],
    ['hp.usage()', /only a live process has gauges$/],
    ["hp.load('/no/such.heapsnapshot')", /no such file or folder/],
    ["await hp.load('/no/such.heapsnapshot')", /no such file or folder/],
    ['quit', /^ReferenceError: quit is not defined, write \.exit$/],
    ['foo bar', /^SyntaxError: Unexpected identifier/],
    ['hp.heap()[', /^SyntaxError: the script ends in the middle of a statement$/],
    ['undefined.x', /^TypeError: Cannot read properties of undefined/],
    ['throw 3', /^threw 3$/],
    ['.use 3', /^Cannot use target 3: there is only 1/],
    ['.use x', /^Cannot use target x: there is only 1/],
    ['sc 2', /^Cannot use target 2: there is only 1/],
    ['hp.heap() & hp.heap()', /^Cannot calculate with what is still to come: keep it first/],
    ['hp.Kind & hp.Size', /^Cannot calculate with sets or kinds: for & .* write a\.and\(b\)/],
    ['hp.heap()[0:3]', /^SyntaxError: \[0:3\] is no JavaScript: write \.slice\(0, 3\)$/],
    ["hp.heap().dump('/no/such/file')", /^Cannot write \/no\/such\/file: no such file or folder/],
    ["hp.setrelheap(hp.Kind('Session'))", /^Cannot set a checkpoint to a set or a kind: /],
    ['hp.heap().or(3)', /^Cannot combine sets: expected a set or a kind, got 3$/],
  ];
  for (const [script, line] of complains) {
    await t.test(`one line for ${script}`, async () => {
      const { code, stdout, stderr } = await run([file], `${script}\n'never reached'\n`.replace(/\[\n.*\n$/, '[\n'));
      assert.equal(code, 1);
      assert.equal(stdout, '');
      const [only = '', ...more] = stderr.trimEnd().split('\n');
      assert.deepEqual(more, []);
      assert.match(only.replace(/^heapwatch: /, ''), line);
    });
  }
});

test('several targets: lc, sc, .targets, .use', async () => {
  await using dir = await folder();
  const file = dir.join('own.heapsnapshot');
  await writeFile(file, await ownSnapshot());
  await using target = await startLeak();
  const { code, stdout } = await run(
    [`${target.port}`, file],
    'lc\nhp.target\nsc(2)\nhp.target\nlc()\n.use 1\nhp.target\n',
  );
  assert.equal(code, 0);
  const list = [
    `^CID TARGET +PROCESS OR FILE\\n\\* 1 ${target.port} +pid ${target.pid}, node v.*leaks\\.mjs map 50\\n  2 .*snapshot file$`,
    `^'${target.port}'$`,
    "^'/.*own\\.heapsnapshot'$",
    '^CID TARGET[\\s\\S]*\\n\\* 2 ',
    `^'${target.port}'$`,
  ];
  let rest = stdout;
  for (const part of list) {
    const found = new RegExp(part, 'm').exec(rest);
    assert.ok(found, `${part} in\n${rest}`);
    rest = rest.slice(found.index + found[0].length);
  }
});

test('a price above the limits is refused where nobody can be asked', async () => {
  await using target = await startLeak(60_000);
  const { code, stdout, stderr } = await run([`${target.port}`], 'hp.heap()\n');
  assert.equal(code, 4);
  assert.equal(stdout, '');
  assert.match(stderr, /there is no terminal to ask at; add --yes/);
});

test('a target that is no process or file', async () => {
  assert.equal((await run(['1'], '')).code, 3);
  assert.equal((await run(['frob'], '')).code, 2);
});

test('a process ends at once while the console waits for a line', async () => {
  await using target = await startTarget('puppet');
  const cli = start([`${target.port}`], 'hp.heap()\n');
  await cli.said(/Partition of a set/, 'stdout');
  target.send('in 50 exit 3\n');
  await target.line(/^now/);
  const decidedAtMs = performance.now();
  const exit = await target.exited;
  assert.equal(exit.code, 3);
  assert.ok(exit.atMs - decidedAtMs < 1_000);
  cli.process.stdin.end('hp.heap()\n');
  const { code, stderr } = await cli.result;
  assert.equal(code, 3);
  assert.match(stderr, /^heapwatch: Detached from /m);
});

for (const [what, line] of [
  ['waits', 'await new Promise(() => {})'],
  ['runs on and on', 'for (;;) {}'],
  ['prints on and on', "({ [Symbol.for('nodejs.util.inspect.custom')]: () => { for (;;) {} } })"],
]) {
  test(`SIGINT ends a script that ${what}`, async () => {
    await using target = await startTarget('puppet');
    const cli = start([`${target.port}`], `setTimeout(() => console.log('here'), 50), 0\n${line}\n`);
    if (what === 'waits') await cli.said(/here/, 'stdout');
    else await cli.said(/^0$/m, 'stdout');
    // the loop begins within a turn of the event loop, which is over by the answer of a process of its own
    await runCli(['--version']);
    cli.process.kill('SIGINT');
    assert.equal((await cli.result).code, 130);
  });
}

test('SIGINT ends a console to which nothing was typed', async () => {
  await using target = await startTarget('puppet');
  const cli = startCli(['console', `${target.port}`, '--yes']);
  // it is attached when it waits for a line
  while (strangersOn(target.port, await tcpTable(), new Set()) === 0) await wait(10);
  await runCli(['--version']);
  cli.process.kill('SIGINT');
  assert.equal((await cli.result).code, 130);
});
