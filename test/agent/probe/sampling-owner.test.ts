/** A sampling that somebody in the target stops and begins anew: told to be cut, and left to them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { isLike, type Mark, memoryOf, newMark, withoutMark } from '../../../agent/probe/sampling-owner.ts';
import { profilePartition } from '../../../agent/probe/sampling-profile.ts';
import type { HeapProfile, ProfileNode } from '../../../agent/profile/heap-profile.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

const context = { target: 'api', isolate: 'main' };
const INTERVAL_BYTES = 65_536;

async function tell(target: Target, line: string): Promise<void> {
  target.send(`${line}\n`);
  await target.line(new RegExp(`^${line} done`));
}

async function ours(agent: Agent, samplingIntervalBytes = INTERVAL_BYTES) {
  const sampling = await startSampling(agent, 'main', { samplingIntervalBytes });
  assert.equal(sampling.foreign, false);
  return sampling;
}

for (const major of TRIED_MAJORS) {
  test(`a sampling of Node ${major} that was cut is told so, dated by nobody, and goes on without us`, async () => {
    // with an interval of theirs, with ours, and with ours after we have read once
    for (const [theirs, reads] of [
      [32_768, 0],
      [INTERVAL_BYTES, 0],
      [INTERVAL_BYTES, 1],
    ] as const) {
      await using target = await startTarget('allocate', { nodeBinary: await nodeBinary(major) });
      await using agent = await attach(`${target.port}`);
      await using sampling = await ours(agent);
      await tell(target, 'grow 100000');
      for (let read = 0; read < reads; read++) assert.equal((await sampling.read()).foreign, false);
      await tell(target, `cut ${theirs}`);
      await tell(target, 'grow 100000');
      if (reads > 0) assert.match((await sampling.readPartition(context)).label ?? '', /^Cut: alive of what was/);
      const profile = await sampling.stop();
      assert.deepEqual(
        [profile.foreign, profile.startedAt, profile.samplingIntervalBytes],
        [true, undefined, undefined],
      );
      assert.match(profile.cutSince ?? '', /^\d{4}-/);
      assert.match(
        profilePartition(profile, context).label ?? '',
        /^Cut: alive of what was allocated since somebody else/,
      );
      // it is theirs to the end
      target.send('stop sampling\n');
      assert.equal(await target.line(/^stop sampling /), 'stop sampling done', `${theirs}, ${reads}`);
    }
  });

  test(`a sampling of Node ${major} that nobody has touched is ours at each reading`, async () => {
    await using target = await startTarget('allocate', { nodeBinary: await nodeBinary(major) });
    await using agent = await attach(`${target.port}`);
    await using sampling = await ours(agent);
    for (const line of ['grow 100000', 'grow 100000', 'drop', 'grow 50000']) {
      await tell(target, line);
      assert.equal((await sampling.read()).foreign, false, line);
      const { label, rows } = await sampling.readPartition({ ...context, rows: 1 });
      assert.match(label ?? '', /^Alive of what was allocated since \d{4}-/);
      assert.ok(rows.length <= 1);
      assert.doesNotMatch(JSON.stringify(rows), /heapwatch_mark/);
    }
    assert.equal((await sampling.stop()).foreign, false);
  });
}

test('a sampling that somebody has stopped for good is told in one line', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  await using sampling = await ours(agent);
  await tell(target, 'cut 32768');
  await tell(target, 'stop sampling');
  await assert.rejects(sampling.stop(), {
    name: 'SamplingEndedError',
    message: /^Cannot read the sampling profile: somebody else has stopped the sampling in between/,
  });
});

test('another of us that joins a sampling sees its profile without the mark', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  await using sampling = await ours(agent);
  await using other = await attach(`${target.port}`);
  await using joined = await startSampling(other, 'main');
  assert.equal(joined.foreign, true);
  await tell(target, 'grow 100000');
  for (const { head, samples } of [await joined.read(), await sampling.read()]) {
    assert.doesNotMatch(JSON.stringify(head), /heapwatch_mark/);
    assert.ok(samples.length > 0);
  }
});

const frame = (functionName: string) => ({ functionName, scriptId: '1', url: '', lineNumber: 0, columnNumber: 0 });

test('a profile without its mark is what V8 would have given without it', () => {
  const mark = newMark(65_536) as Mark;
  const node = (id: number, name: string, selfSize: number, children: ProfileNode[] = []) =>
    ({ callFrame: frame(name), id, selfSize, children }) satisfies ProfileNode;
  const sample = (nodeId: number, ordinal: number) => ({ size: 65_540, nodeId, ordinal });
  const marked = node(5, mark.functionName, 131_080, [node(6, 'Array', 65_540)]);
  const evaluated = node(4, '', 0, [marked]);
  const profile = {
    head: node(1, '(root)', 0, [node(2, 'busy', 65_540, [node(3, 'deep', 0, [evaluated])])]),
    samples: [sample(2, 1), sample(5, 2), sample(5, 3), sample(6, 4)],
  };
  const left = withoutMark(profile, mark);
  assert.deepEqual(left, { head: node(1, '(root)', 0, [node(2, 'busy', 65_540)]), samples: [sample(2, 1)] });
  assert.equal(withoutMark(left as HeapProfile, mark), null);
  assert.equal(withoutMark(profile, newMark(65_536) as Mark), null, 'of another sampling of ours');
  const alone = { head: node(1, '(root)', 0, [evaluated]), samples: [sample(5, 1)] };
  assert.deepEqual(withoutMark(alone), { head: node(1, '(root)', 0), samples: [] });
});

test('an interval too wide for a mark has none', () => {
  assert.equal(newMark(2 ** 23), null);
});

test('what tells a sampling without a mark from another', () => {
  const profile = (...samples: [ordinal: number, size: number][]) => ({
    head: { callFrame: frame('(root)'), selfSize: 0, id: 1, children: [] },
    samples: samples.map(([ordinal, size]) => ({ ordinal, size, nodeId: 1 })),
  });
  const known = { intervalBytes: 1000 };
  assert.equal(isLike(profile(), known), true);
  assert.equal(isLike(profile([2, 1008], [20, 50_000]), known), true);
  assert.equal(isLike(profile([17, 500]), known), false, 'a smaller interval');
  const before = memoryOf(profile([17, 1008], [30, 1016]).samples);
  assert.equal(isLike(profile([30, 1016], [31, 1008]), { ...known, before }), true);
  assert.equal(isLike(profile([29, 1008]), { ...known, before }), false, 'not in the last reading, though old enough');
  assert.equal(isLike(profile([30, 1008]), { ...known, before }), false, 'another one of that number');
});
