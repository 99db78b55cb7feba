/** The census in programs that notice whoever looks at them, on each Node that can be a target, against a snapshot. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { census, meanSizes, NOT_SEEN } from '../../../agent/probe/census.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { types } from '../../../agent/probe/types.ts';
import type { Partition } from '../../../protocol/partition.ts';
import { partitionTable } from '../../../protocol/table.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

/** What the fixture `hostile` holds of classes of its own; a prototype of a subclass is one more of its parent's class. */
const POPULATION: Readonly<Record<string, number>> = {
  Plain: 300 + 2,
  Derived: 120,
  Frozen: 110,
  NamedByMethod: 31,
  NamedByGetter: 32,
  NamedBySymbol: 33,
  ConstructorByGetter: 34,
  TagByGetter: 35,
  HasInstance: 36,
  SpliceByGetter: 37,
  StackByGetter: 38,
  PlainError: 39,
  Tagged: 40,
  WithoutConstructor: 41,
  OfArrays: 42,
  OfMaps: 43,
  'Twin (fixtures/twin-one.mjs:2)': 51,
  'Twin (fixtures/twin-two.mjs:5)': 52,
  Foreign: 61,
  Arguments: 1,
};

const PROGRAMS = [
  ['main', 'hostile'],
  ['worker:1', 'hostile-worker'],
] as const;

for (const major of TRIED_MAJORS) {
  describe(`Node ${major}`, () => {
    for (const [isolate, program] of PROGRAMS) {
      it(`counts the classes of ${isolate} as a snapshot does, and nothing of the program runs`, async () => {
        await using target = await startTarget(program, { nodeBinary: await nodeBinary(major) });
        await target.line(/^ready$/);
        await using agent = await attach(`${target.port}`);
        assert.deepEqual((await agent.isolates()).at(-1), isolate);
        await told(target, 'watch', /^watches$/);
        const counted = await census(agent, { target: 'api', isolate });
        assert.equal(await told(target, 'ran', /^ran/), 'ran');
        assert.deepEqual(countsOf(counted, POPULATION), POPULATION);
        assert.equal(countOf(counted, 'Proxy'), 0);
        if (isolate === 'main') {
          const taken = await kindsOf(agent, isolate);
          assert.deepEqual(countsOf(taken, POPULATION), POPULATION);
          assert.ok(countOf(taken, 'Proxy') >= 1_000, 'the Proxies are there');
        }
        await told(target, 'drop', /^dropped$/);
        // with an empty stack: a census collects in the middle of a call, and Node 24 and later then may spare a vm context
        await (await agent.isolate(isolate)).send('HeapProfiler.collectGarbage');
        assert.deepEqual(await leftOf(agent, isolate), [0, 0, 0, 0]);
      });
    }
  });
}

/** How many objects of the program there still are once it has let go of them. */
async function leftOf(agent: Agent, isolate: string): Promise<number[]> {
  for (let look = 1; ; look++) {
    const left = await census(agent, { target: 'api', isolate });
    const counts = ['Derived', 'Frozen', 'Foreign', 'OfMaps'].map((kind) => countOf(left, kind));
    // a handle of ours would hold them for good; what V8's compiler held goes with a later collection
    if (look === 3 || counts.every((count) => count === 0)) return counts;
  }
}

describe('census', () => {
  it('tells what it does not see in a row of its own, and bends sizes to the totals', async () => {
    await using target = await startTarget('hostile');
    await target.line(/^ready$/);
    await using agent = await attach(`${target.port}`);
    const context = { target: 'api', isolate: 'main' };
    const taken = await kindsOf(agent, 'main');
    const totals = await types(agent, context);
    const partition = await census(agent, { ...context, totals, sizes: meanSizes(taken) });
    assert.equal(partition.count, totals.count);
    const unseen = partition.rows.find(({ kind }) => kind === NOT_SEEN);
    assert.ok(unseen && unseen.count > 2_000, 'null-prototype objects, Proxies, and all that is no object');
    assert.ok(
      partition.rows.every(
        ({ kind, estimated, exactCount }) => estimated && exactCount === (kind === NOT_SEEN ? undefined : true),
      ),
    );
    for (const kind of ['function', 'Array', 'Plain', 'Derived']) {
      const ratio = sizeOf(partition, kind) / sizeOf(taken, kind);
      assert.ok(ratio > 0.6 && ratio < 1.6, `${kind} is estimated ${ratio} times its size`);
    }
    assert.match(partitionTable(partition), /^Counted by class of 3 contexts; sizes are estimates\.$/m);
    assert.match(partitionTable(partition, { rows: Infinity }), /^ +\d+ +302 +\d+ +~\d+ .* Plain$/m);
  });

  it('given up in the middle, leaves no handle', async () => {
    await using target = await startTarget('hostile');
    await target.line(/^ready$/);
    await using agent = await attach(`${target.port}`);
    const controller = new AbortController();
    const sent = agent.session.send.bind(agent.session);
    agent.session.send = ((method: string, ...rest: []) => {
      const answer = sent(method, ...rest);
      if (method === 'Runtime.queryObjects') controller.abort();
      return answer;
    }) as typeof sent;
    await assert.rejects(census(agent, { target: 'api', isolate: 'main', signal: controller.signal }), {
      name: 'AbortError',
    });
    await told(target, 'drop', /^dropped$/);
    assert.equal(countOf(await census(agent, { target: 'api', isolate: 'main' }), 'Derived'), 0);
  });
});

async function told(target: Target, command: string, answer: RegExp): Promise<string> {
  target.send(`${command}\n`);
  return await target.line(answer);
}

async function kindsOf(agent: Agent, isolate: string): Promise<Partition> {
  return (await snapshot(agent, { target: 'api', isolate, by: ['kind'] })).partitions[0];
}

function countsOf(partition: Partition, kinds: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, countOf(partition, kind)]));
}

function countOf({ rows }: Partition, kind: string): number {
  return rows.find((row) => row.kind === kind)?.count ?? 0;
}

function sizeOf({ rows }: Partition, kind: string): number {
  return rows.find((row) => row.kind === kind)?.sizeBytes ?? 0;
}
