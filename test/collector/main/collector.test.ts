import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { liveProbes } from '../../../collector/targets/probes.ts';
import { configOf, startTestCollector } from '../../support/collector.ts';
import { partitionEvent } from '../../support/events.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

const quiet = pino({ level: 'silent' });

/** A program that keeps `count` objects of each of its two classes. */
async function grown(count: number, execArgv: string[] = []): Promise<Target> {
  const target = await startTarget('allocate', { execArgv });
  target.send(`grow ${count}\n`);
  await target.line(/done/);
  return target;
}

function address(target: Target): string {
  return `127.0.0.1:${target.port}`;
}

describe('collector', () => {
  it('probes several targets on their schedules and streams what comes', async () => {
    await using api = await grown(1_000);
    await using web = await startTarget('puppet');
    const schedule = { usage: 100, sampling: 150, snapshot: 400 };
    await using running = await startTestCollector([
      { name: 'api', inspect: address(api), schedule, by: ['kind', 'name'], rows: 5 },
      { name: 'web', inspect: address(web), schedule: { usage: 100 } },
    ]);
    const { client } = running;
    const attached = await client.next('target', ({ target }) => target === 'api');
    const { pid, state, nodeVersion, inspect, incarnation, process: processOf } = attached;
    assert.deepEqual(
      { pid, state, nodeVersion, inspect },
      { pid: api.pid, state: 'attached', nodeVersion: process.version, inspect: address(api) },
    );
    assert.deepEqual(processOf, { pid, startedAtMs: Date.parse(incarnation!.replace(/^.*started /, '')) });
    const usages = [
      await client.next('usage', ({ target }) => target === 'api'),
      await client.next('usage', ({ target }) => target === 'web'),
    ];
    for (const { heapUsedBytes, rssBytes } of usages) assert.ok(heapUsedBytes > 1_000_000 && rssBytes > heapUsedBytes);

    const sampled = await client.next('partition', ({ probe }) => probe === 'sampling');
    assert.deepEqual([sampled.by, sampled.header, sampled.incarnation], ['site', 'Allocation site', incarnation]);
    assert.deepEqual([sampled.process, usages[0]!.process], [processOf, processOf]);
    const started = await client.next('probe', ({ probe, phase }) => probe === 'snapshot' && phase === 'started');
    assert.deepEqual(started.by, ['kind', 'name']);
    const done = await client.next('probe', ({ probe, phase }) => probe === 'snapshot' && phase === 'done');
    const partitions = [
      await client.next('partition', ({ by }) => by === 'kind'),
      await client.next('partition', ({ by }) => by === 'name'),
    ];
    assert.deepEqual(
      done.partitions,
      partitions.map(({ id }) => id),
    );
    assert.ok((done.cost?.pauseMs ?? 0) > 0);
    for (const partition of partitions) {
      assert.equal(partition.rows.length, 5);
      const rows = [...partition.rows, partition.other ?? { count: 0, sizeBytes: 0 }];
      assert.equal(
        rows.reduce((sum, row) => sum + row.count, 0),
        partition.count,
      );
    }
  });

  it('answers targets, runs a probe when asked, with the classifiers and label asked for', async () => {
    await using api = await grown(2_000);
    await using running = await startTestCollector([
      { name: 'api', inspect: address(api) },
      { name: 'gone', inspect: '127.0.0.1:1' },
    ]);
    const { client } = running;
    await client.next('target', ({ state }) => state === 'gone');
    await client.next('target', ({ state }) => state === 'attached');
    const listed = await client.request('targets');
    assert.ok('result' in listed);
    const states = (listed.result as { targets: { target: string; state: string }[] }).targets;
    assert.deepEqual(
      states.map(({ target, state }) => [target, state]),
      [
        ['api', 'attached'],
        ['gone', 'gone'],
      ],
    );

    const answer = await client.request('probe', {
      target: 'api',
      probe: 'snapshot',
      by: ['class', 'type'],
      label: 'now',
    });
    assert.ok('result' in answer, JSON.stringify(answer));
    const { partitions } = answer.result as { partitions: string[] };
    assert.equal(partitions.length, 2);
    const byClass = await client.next('partition', ({ id }) => id === partitions[0]);
    assert.deepEqual([byClass.by, byClass.label], ['class', 'now']);
    const counts = new Map(byClass.rows.map(({ kind, count }) => [kind, count]));
    assert.deepEqual([counts.get('Small'), counts.get('Large')], [2_000, 2_000]);
    const { type: _, offset: __, ...partition } = byClass;
    assert.deepEqual(await client.request('partition', { id: partitions[0] }), {
      type: 'response',
      id: 'r',
      result: { partition },
    });

    const code = async (params: object) => {
      const response = await client.request('probe', params);
      return 'error' in response ? response.error.code : 'answered';
    };
    assert.equal(await code({ target: 'api', probe: 'usage' }), 'answered');
    assert.equal(await code({ target: 'api', probe: 'sampling' }), 'answered');
    assert.equal(await code({ target: 'gone', probe: 'usage' }), 'not-attached');
    assert.equal(await code({ target: 'api', probe: 'types', by: 'kind' }), 'answered');
    assert.equal(await code({ target: 'api', probe: 'census' }), 'answered');
    assert.equal(await code({ target: 'api', probe: 'census', by: 'module' }), 'bad-params');
    assert.equal(await code({ target: 'api', probe: 'snapshot', by: 'colour' }), 'bad-params');
    assert.equal(await code({ target: 'api', probe: 'snapshot', isolate: 'worker:9' }), 'not-found');
  });

  it('reports a target killed in mid-snapshot as gone, serves the others, and attaches to its successor', async () => {
    await using first = await grown(200_000);
    await using web = await startTarget('puppet');
    const killAtFirstSign: Partial<typeof liveProbes> = {
      snapshot: (agent, context) =>
        liveProbes.snapshot(agent, {
          ...context,
          onProgress: ({ phase }) => {
            if (phase === 'walking' || phase === 'receiving') first.kill('SIGKILL');
          },
        }),
    };
    await using running = await startTestCollector(
      [
        { name: 'api', inspect: address(first), schedule: { usage: 100 } },
        { name: 'web', inspect: address(web), schedule: { usage: 100 } },
      ],
      killAtFirstSign,
    );
    const { client } = running;
    const before = await client.next('target', ({ target }) => target === 'api');
    const answer = await client.request('probe', { target: 'api', probe: 'snapshot', yes: true });
    assert.ok(
      'error' in answer && ['not-attached', 'probe-failed'].includes(answer.error.code),
      JSON.stringify(answer),
    );
    const gone = await client.next('target', ({ target, state }) => target === 'api' && state === 'gone');
    assert.ok(gone.reason && (gone.retryInMs ?? -1) >= 0);
    // nothing of it comes until its successor is attached, while the other goes on
    client.drain();
    for (let i = 0; i < 5; i++) assert.equal((await client.next('usage')).target, 'web');
    assert.ok(
      client.drain().every((frame) => !('target' in frame) || frame.target !== 'api' || frame.type === 'target'),
    );

    await using second = await grown(10, [`--inspect=${address(first)}`]);
    assert.equal(second.port, first.port);
    const after = await client.next('target', ({ target, state }) => target === 'api' && state === 'attached');
    assert.deepEqual([after.pid, after.incarnation === before.incarnation], [second.pid, false]);
    assert.equal((await client.next('usage', ({ target }) => target === 'api')).incarnation, after.incarnation);
  });

  it('publishes nothing of a target after it has gone, however late its probe answers', async () => {
    await using api = await startTarget('puppet');
    await using web = await startTarget('puppet');
    let answerLate: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answerLate = resolve;
    });
    const heldSnapshot: Partial<typeof liveProbes> = {
      snapshot: async () => {
        await held;
        const { type: _, ...partition } = partitionEvent('api', { id: 'late' });
        return { partitions: [partition], transferBytes: 0 };
      },
    };
    await using running = await startTestCollector(
      [
        { name: 'api', inspect: address(api) },
        { name: 'web', inspect: address(web), schedule: { usage: 100 } },
      ],
      heldSnapshot,
    );
    const { client } = running;
    await client.next('target', ({ target }) => target === 'api');
    client.send({ type: 'request', id: 'late', method: 'probe', params: { target: 'api', probe: 'snapshot' } });
    await client.next('probe', ({ phase }) => phase === 'started');
    api.kill('SIGKILL');
    const refused = await client.next('response');
    assert.ok('error' in refused && refused.error.code === 'not-attached');
    const failed = await client.next('probe');
    assert.deepEqual([failed.probe, failed.phase], ['snapshot', 'failed']);
    const gone = await client.next('target', ({ state }) => state === 'gone');
    assert.ok(gone.offset > failed.offset);
    answerLate();
    for (let i = 0; i < 2; i++) await client.next('usage');
    const late = client
      .drain()
      .filter((frame) => 'target' in frame && frame.target === 'api' && frame.type !== 'target')
      // what the probe had cost until then is told before
      .filter((frame) => !('offset' in frame) || Number(frame.offset) > gone.offset);
    assert.deepEqual(late, []);
    const found = await client.request('partition', { id: 'late' });
    assert.ok('error' in found && found.error.code === 'not-found');
  });

  it('lets a program end at once, and finds out', async () => {
    await using api = await startTarget('puppet');
    await using running = await startTestCollector([
      { name: 'api', inspect: address(api), schedule: { sampling: 60_000 } },
    ]);
    await running.client.next('target', ({ state }) => state === 'attached');
    const answer = await running.client.request('probe', { target: 'api', probe: 'sampling' });
    assert.ok('result' in answer);
    const toldAtMs = performance.now();
    api.send('exit 3\n');
    const { code, atMs } = await api.exited;
    assert.equal(code, 3);
    assert.ok(atMs - toldAtMs < 1_000, `${atMs - toldAtMs} ms`);
    await running.client.next('target', ({ state }) => state === 'gone');
  });

  it('reports a blocked event loop, and its end', async () => {
    await using api = await startTarget('puppet');
    await using running = await startTestCollector([{ name: 'api', inspect: address(api), schedule: { usage: 200 } }]);
    const { client } = running;
    await client.next('usage');
    api.kill('SIGSTOP');
    const blocked = await client.next('target', ({ state }) => state !== 'attached');
    assert.deepEqual(
      [blocked.state, blocked.reason, blocked.pid],
      ['blocked', 'its event loop does not turn: its process is stopped (kill -CONT)', api.pid],
    );
    const failed = await client.next('probe', ({ phase }) => phase === 'failed');
    assert.equal(failed.reason, 'Cannot read usage: no answer within 2 s');
    api.kill('SIGCONT');
    const back = await client.next('target', ({ state, offset }) => state === 'attached' && offset > blocked.offset);
    assert.equal(back.incarnation, blocked.incarnation);
    assert.equal(back.reason, undefined);
  });

  it('reports a pause in a debugger, and its end', async () => {
    await using api = await startTarget('puppet');
    await using running = await startTestCollector([{ name: 'api', inspect: address(api) }]);
    const { client } = running;
    await client.next('target');
    await using debuggers = await openSession(api.wsUrl);
    await debuggers.send('Debugger.enable');
    await debuggers.send('Debugger.pause');
    // whatever runs next stops there
    api.send('sigterm\n');
    const paused = await client.next('target', ({ state }) => state === 'paused');
    assert.equal(paused.reason, 'a debugger has paused it');
    await debuggers.send('Debugger.resume');
    await client.next('target', ({ state }) => state === 'attached');
  });

  it('probes workers as they come and go, where told to', async () => {
    await using api = await startTarget('puppet');
    await using running = await startTestCollector([
      { name: 'api', inspect: address(api), schedule: { usage: 100 }, isolates: 'all' },
    ]);
    const { client } = running;
    assert.equal((await client.next('usage')).isolate, 'main');
    api.send('worker\n');
    await api.line(/worker 1/);
    await client.next('usage', ({ isolate }) => isolate === 'worker:1');
    const answer = await client.request('probe', { target: 'api', probe: 'snapshot', isolate: 'worker:1' });
    assert.ok('result' in answer, JSON.stringify(answer));
    assert.equal((await client.next('partition')).isolate, 'worker:1');
    api.send('endWorker 1\n');
    await api.line(/ended/);
    // two rounds of main without the worker between them: it is known to have gone
    for (;;) {
      client.drain();
      const [one, two] = [await client.next('usage'), await client.next('usage')];
      if (one.isolate === 'main' && two.isolate === 'main') break;
    }
    await using late = await connect(running.url);
    await late.hello();
    await late.subscribe({ topics: ['usage', 'partition'] });
    assert.equal((await late.any()).type, 'usage');
    assert.ok(late.drain().every((frame) => !('isolate' in frame) || frame.isolate === 'main'));
  });

  it('takes one snapshot at a time in a group', async () => {
    await using one = await grown(20_000);
    await using two = await grown(20_000);
    await using running = await startTestCollector([
      { name: 'one', inspect: address(one), group: 'both' },
      { name: 'two', inspect: address(two), group: 'both' },
    ]);
    const { client } = running;
    for (let i = 0; i < 2; i++) await client.next('target', ({ state }) => state === 'attached');
    for (const target of ['one', 'two', 'one', 'two']) {
      client.send({
        type: 'request',
        id: `${Math.random()}`,
        method: 'probe',
        params: { target, probe: 'snapshot', by: 'name' },
      });
    }
    const phases: string[] = [];
    while (phases.length < 8) phases.push((await client.next('probe')).phase);
    assert.deepEqual(phases, ['started', 'done', 'started', 'done', 'started', 'done', 'started', 'done']);
  });

  it('bounds what waits for one target', async () => {
    await using api = await startTarget('puppet');
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Partial<typeof liveProbes> = {
      usage: async (agent, context) => {
        await held;
        return liveProbes.usage(agent, context);
      },
    };
    await using running = await startTestCollector([{ name: 'api', inspect: address(api) }], slow);
    const { client } = running;
    await client.next('target');
    for (let i = 0; i < 12; i++)
      client.send({ type: 'request', id: `${i}`, method: 'probe', params: { target: 'api', probe: 'usage' } });
    const first = await client.next('response');
    assert.ok('error' in first && first.error.code === 'busy');
    release();
    const codes: string[] = [];
    for (let i = 1; i < 12; i++) {
      const response = await client.next('response');
      codes.push('error' in response ? response.error.code : 'answered');
    }
    assert.ok(codes.filter((code) => code === 'answered').length >= 8);
  });

  it('shares a target with another collector', async () => {
    await using api = await grown(1_000);
    const target = { name: 'api', inspect: address(api), schedule: { usage: 100, sampling: 200 } };
    await using one = await startTestCollector([target]);
    await using two = await startTestCollector([target]);
    const clients = [one.client, two.client];
    for (const client of clients) {
      await client.next('usage');
      await client.next('partition', ({ probe }) => probe === 'sampling');
    }
    const answers = await Promise.all(
      clients.map((client) => client.request('probe', { target: 'api', probe: 'snapshot', by: 'class' })),
    );
    assert.ok(
      answers.every((answer) => 'result' in answer),
      JSON.stringify(answers),
    );
    for (const client of clients) {
      const { rows } = await client.next('partition', ({ by }) => by === 'class');
      assert.equal(rows.find(({ kind }) => kind === 'Small')?.count, 1_000);
    }
  });

  it('closes in good order: targets let go, clients told 1001', async () => {
    await using api = await startTarget('puppet');
    const running = await startTestCollector([
      { name: 'api', inspect: address(api), schedule: { usage: 100, sampling: 500 } },
    ]);
    await running.client.next('usage');
    const beganAtMs = performance.now();
    await running.collector.close();
    assert.ok(performance.now() - beganAtMs < 5_000);
    assert.equal((await running.client.closed).code, 1001);
    await running.collector.closed;
    const exitAtMs = performance.now();
    api.send('exit 0\n');
    assert.ok((await api.exited).atMs - exitAtMs < 1_000);
  });

  it('says in one line that its port is taken', async () => {
    await using first = await startCollector(configOf([]), { logger: quiet });
    const port = Number(new URL(first.url).port);
    const second = startCollector({ ...configOf([]), listen: { host: '127.0.0.1', port } }, { logger: quiet });
    await assert.rejects(second, {
      message: `Cannot listen on 127.0.0.1:${port}: another program listens there, choose another port with --listen`,
    });
    const open = startCollector({ ...configOf([]), listen: { host: '0.0.0.0', port: 0 } }, { logger: quiet });
    await assert.rejects(open, { name: 'ConfigError', message: /^listen: cannot listen on "0\.0\.0\.0"/ });
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    const collector = await startCollector(configOf([{ name: 'api', inspect: '127.0.0.1:1' }]), {
      logger: quiet,
      signal: stop.signal,
    });
    await using client = await connect(collector.url);
    stop.abort();
    await collector.closed;
    assert.equal((await client.closed).code, 1001);
  });
});
