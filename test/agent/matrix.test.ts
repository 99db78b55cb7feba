/** Every version of Node that can be a target: known populations, counted exactly, against `JSON.parse` of the same file. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Agent, attach } from '../../agent/agent.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';
import type { Partition, Row } from '../../protocol/partition.ts';
import { NODE_MAJORS, nodeBinary } from '../support/node-versions.ts';
import { type RawNode, rawNodes, type Tally, tally, tallyBy } from '../support/raw-snapshot.ts';
import { startTarget, type Target } from '../support/target.ts';

const BY = ['kind', 'class', 'module', 'size', 'type', 'name'];

/** Node types that `name` does not split: their name is their content. */
const CONTENT = ['string', 'concatenated string', 'sliced string', 'regexp', 'symbol', 'bigint', 'number'];

/** What the fixture `population` says of its heap: nodes by kind; `atLeast` where Node itself has some too. */
interface Population {
  exact: Record<string, number>;
  atLeast: Record<string, number>;
}

for (const major of NODE_MAJORS) {
  describe(`Node ${major}`, () => {
    test('the main isolate', async () => {
      await using target = await startTarget('population', { nodeBinary: await nodeBinary(major), args: ['--worker'] });
      const population = await readyOf(target);
      await using agent = await attach(String(target.port));
      assert.match(agent.identity.nodeVersion, new RegExp(`^v${major}\\.`));
      await checkIsolate(agent, 'main', population);
    });

    test('a worker', async () => {
      await using target = await startTarget('population', { nodeBinary: await nodeBinary(major), args: ['--worker'] });
      const population = await readyOf(target);
      await using agent = await attach(String(target.port));
      const [main, worker, ...others] = await agent.isolates();
      assert.equal(main, 'main');
      assert.match(worker, /^worker:\d+$/);
      assert.deepEqual(others, []);
      await checkIsolate(agent, worker, population);
    });
  });
}

async function readyOf(target: Target): Promise<Population> {
  const line = await target.line(/^ready /);
  return JSON.parse(line.slice('ready '.length));
}

/** Takes one snapshot into partitions and a file at once, and compares them. */
async function checkIsolate(agent: Agent, isolate: string, population: Population): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-matrix-'));
  try {
    const output = join(folder, 'taken.heapsnapshot');
    const { partitions } = await snapshot(agent, { target: 'known', isolate, by: BY, output });
    const nodes = await rawNodes(output);
    for (const partition of partitions) checkSums(partition, isolate, tally(nodes));
    const rowsBy = Object.fromEntries(partitions.map(({ by, rows }) => [by, rows]));
    checkPopulation(rowsBy.kind, nodes, population);
    assert.deepEqual(
      talliesOf(rowsBy.type),
      tallyBy(nodes, ({ type }) => type),
    );
    assert.deepEqual(talliesOf(rowsBy.name), tallyBy(nodes, nameKind));
    assert.deepEqual(
      talliesOf(rowsBy.size),
      tallyBy(nodes, ({ selfSize }) => String(selfSize).padStart(9)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function checkSums(partition: Partition, isolate: string, expected: Tally): void {
  const { by, rows, count, sizeBytes, other } = partition;
  assert.equal(partition.isolate, isolate);
  assert.equal(other, undefined);
  assert.deepEqual({ by, count, sizeBytes }, { by, ...expected });
  const sums = { count: 0, sizeBytes: 0 };
  for (const row of rows) {
    sums.count += row.count;
    sums.sizeBytes += row.sizeBytes;
  }
  assert.deepEqual({ by, ...sums }, { by, ...expected });
}

/** Each class has its count in the partition, and in the file too where one class alone has its name. */
function checkPopulation(rows: readonly Row[], nodes: readonly RawNode[], { exact, atLeast }: Population): void {
  const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
  const found = Object.keys(exact).map((kind) => [kind, counts.get(kind) ?? 0]);
  assert.deepEqual(Object.fromEntries(found), exact);
  for (const [kind, least] of Object.entries(atLeast)) {
    const count = counts.get(kind) ?? 0;
    assert.ok(count >= least, `expected at least ${least} of "${kind}", got ${count}`);
  }
  const objects = tallyBy(
    nodes.filter(({ type }) => type === 'object'),
    ({ name }) => name,
  );
  for (const kind of Object.keys(exact).filter((name) => /^\w+$/.test(name))) {
    assert.equal(objects[kind].count, exact[kind], kind);
  }
}

function nameKind({ type, name }: RawNode): string {
  return name === '' || CONTENT.includes(type) ? type : `${type} ${name}`;
}

function talliesOf(rows: readonly Row[]): Record<string, Tally> {
  return Object.fromEntries(rows.map(({ kind, count, sizeBytes }) => [kind, { count, sizeBytes }]));
}
