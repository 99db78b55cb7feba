/** The tail in a pipe: of processes, and of a collector's targets. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { listeningRows } from '../../../agent/process/listening.ts';
import { Partition, Usage } from '../../../protocol/partition.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { startTestCollector } from '../../support/collector.ts';
import { startTarget } from '../../support/target.ts';

interface TailLine {
  readonly type: string;
  readonly target: string;
  readonly tail?: { readonly everyMs: number; readonly shareRatio: number };
  readonly [field: string]: unknown;
}

/** The lines of a running tail, one by one. */
function startLines(args: readonly string[]) {
  const cli = startCli(['tail', ...args]);
  const waiting: TailLine[] = [];
  const arrived = new EventEmitter();
  createInterface({ input: cli.process.stdout }).on('line', (line) => {
    waiting.push(JSON.parse(line) as TailLine);
    arrived.emit('line');
  });
  const ended = cli.result.then(({ stderr }) => {
    throw new Error(`the tail ended: ${stderr}`);
  });
  ended.catch(() => {}); // told to whoever waits for a line
  return {
    cli,
    /** The next line that fits. */
    async next(fits: (line: TailLine) => boolean): Promise<TailLine> {
      for (;;) {
        for (let line = waiting.shift(); line; line = waiting.shift()) if (fits(line)) return line;
        await Promise.race([once(arrived, 'line'), ended]);
      }
    },
    async [Symbol.asyncDispose]() {
      cli.process.kill('SIGTERM');
      await cli.result;
    },
  };
}

function partitionOf({ type: _type, tail: _tail, ...fields }: TailLine): Partition {
  return Partition.parse(fields);
}

for (const probe of ['walk', 'types', 'census', 'auto']) {
  test(`--probe ${probe}: a line of JSON a reading`, async () => {
    await using target = await startTarget('leaks', { args: ['map', '300'] });
    await target.line(/ready/);
    await using tail = startLines([`${target.port}`, '--probe', probe, '--every', '200ms', '--max-share', '100%']);
    const { type: _type, tail: _tail, ...usage } = await tail.next(({ type }) => type === 'usage');
    assert.ok(Usage.parse(usage).heapUsedBytes > 0);
    const first = partitionOf(await tail.next(({ type }) => type === 'partition'));
    assert.equal(first.probe, probe === 'auto' ? 'walk' : probe);
    target.send('grow 500\n');
    await target.line(/grown/);
    const grown = ({ rows }: Partition) => rows.find(({ kind }) => kind === 'Session')?.count === 800;
    const next = await tail.next(
      (line) => line.type === 'partition' && (probe === 'types' || grown(partitionOf(line))),
    );
    assert.ok(next.tail!.everyMs >= 200);
    assert.ok(next.tail!.shareRatio > 0 && next.tail!.shareRatio <= 1);
  });
}

for (const inspect of [true, false]) {
  test(`workers that are not followed are told, ${inspect ? 'by an inspector' : 'from outside'}`, async () => {
    await using target = await startTarget('puppet', { inspect });
    for (const _ of [1, 2]) {
      target.send('worker\n');
      await target.line(/^worker \d+$/);
    }
    const cli = startCli(['tail', inspect ? `${target.port}` : `pid:${target.pid}`]);
    await cli.said(/: 2 workers are not shown: --isolate all/);
    cli.process.kill('SIGTERM');
    await cli.result;
  });
}

test('a process without an inspector is walked, and keeps none open', async () => {
  await using target = await startTarget('leaks', { args: ['map', '300'], inspect: false });
  await target.line(/ready/);
  await using tail = startLines([`pid:${target.pid}`, '--every', '200ms', '--max-share', '100%']);
  const first = partitionOf(await tail.next(({ type }) => type === 'partition'));
  assert.deepEqual([first.probe, first.isolate], ['walk', 'main']);
  target.send('grow 500\n');
  await target.line(/grown/);
  const grown = (line: TailLine) => partitionOf(line).rows.find(({ kind }) => kind === 'Session')?.count === 800;
  await tail.next((line) => line.type === 'partition' && grown(line));
  assert.deepEqual(await listeningRows(target.pid), []);
  target.kill('SIGKILL');
  const [code] = await once(tail.cli.process, 'exit');
  assert.equal(code, 3);
});

test('--kind leaves the other kinds in other', async () => {
  await using target = await startTarget('leaks', { args: ['map', '300'] });
  await target.line(/ready/);
  await using tail = startLines([`${target.port}`, '--probe', 'census', '--kind', 'Sess*']);
  const { rows, other, count } = partitionOf(await tail.next(({ type }) => type === 'partition'));
  assert.deepEqual(
    rows.map((row) => [row.kind, row.count]),
    [['Session', 300]],
  );
  assert.equal(other!.count + 300, count);
});

test('several targets: one that goes is told, the others go on', async () => {
  await using victim = await startTarget('leaks', { args: ['map'] });
  await using other = await startTarget('leaks', { args: ['map'] });
  await using tail = startLines([`${victim.port}`, `${other.port}`]);
  await tail.next(({ target }) => target === `${victim.port}`);
  await tail.next(({ target }) => target === `${other.port}`);
  victim.kill('SIGKILL');
  await tail.cli.said(/heapwatch: Detached from/);
  await tail.next(({ type, target }) => type === 'usage' && target === `${other.port}`);
  other.kill('SIGKILL');
  const [code] = await once(tail.cli.process, 'exit');
  assert.equal(code, 3);
});

test("a collector's targets", async (t) => {
  await using target = await startTarget('leaks', { args: ['map', '300'] });
  await target.line(/ready/);
  await using collector = await startTestCollector([
    { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 200 } },
  ]);
  const { url, client } = collector;
  await client.next('target', ({ state }) => state === 'attached');

  await t.test('are followed: usage, partitions that somebody asks for, marks', async () => {
    await using tail = startLines([`${url}#api`]);
    await tail.next(({ type }) => type === 'usage');
    await client.request('probe', { target: 'api', probe: 'snapshot' });
    const { rows } = partitionOf(await tail.next(({ type }) => type === 'partition'));
    assert.equal(rows.find(({ kind }) => kind === 'Session')?.count, 300);
    await client.request('mark', { label: 'load test' });
    assert.equal((await tail.next(({ type }) => type === 'mark')).label, 'load test');
  });

  await t.test('of a name that it does not have: exit code 2', async () => {
    const { code, stderr } = await runCli(['tail', `${url}#frob`]);
    assert.equal(code, 2);
    assert.match(stderr, /no such target, only api/);
  });
});

for (const [args, code, pattern] of [
  [['tail', 'x.heapsnapshot'], 2, /a file does not change; use heapwatch heap/],
  [['tail', '9229', '--max-share', '0%'], 2, /Cannot use --max-share 0%/],
  [['tail', '9229', '--every', 'often'], 2, /Cannot use --every: expected a duration/],
  [['tail', '9229', '--probe', 'usage'], 2, /Invalid values/],
] as const) {
  test(`exit code ${code} for heapwatch ${args.join(' ')}`, async () => {
    const result = await runCli(args);
    assert.equal(result.code, code);
    assert.match(result.stderr, pattern);
  });
}
