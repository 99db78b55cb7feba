/** Every version of Node that can be a target: known populations, counted exactly, against `JSON.parse` of the same file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { Partition, type Row } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { ALWAYS_TRIED_MAJORS, nodeBinary } from '../../support/node-versions.ts';
import { type RawNode, rawNodes, type Tally, tally, tallyBy } from '../../support/raw-snapshot.ts';
import { startTarget, type Target } from '../../support/target.ts';

const BY = ['kind', 'class', 'module', 'size', 'type', 'name'];

/** Node types that `name` does not split: their name is their content. */
const CONTENT = ['string', 'concatenated string', 'sliced string', 'regexp', 'symbol', 'bigint', 'number'];

/** What the fixture `population` says of its heap: nodes by kind; `atLeast` where Node itself has some too. */
interface Population {
  exact: Record<string, number>;
  atLeast: Record<string, number>;
}

for (const major of ALWAYS_TRIED_MAJORS) {
  test(`Node ${major}`, async (t) => {
    await using target = await startTarget('population', { nodeBinary: await nodeBinary(major), args: ['--worker'] });
    const population = await readyOf(target);
    await using agent = await attach(String(target.port));
    assert.match(agent.identity.nodeVersion, new RegExp(`^v${major}\\.`));
    const isolates = await agent.isolates();
    assert.equal(isolates.length, 2);
    for (const [at, name] of [/^main$/, /^worker:\d+$/].entries()) {
      const isolate = isolates[at];
      assert.match(isolate, name);
      await t.test(`a snapshot of ${isolate}, against JSON.parse`, () => checkSnapshot(agent, isolate, population));
      await t.test(`heap --isolate ${isolate} --json`, () => checkCommand(target, isolate, population));
    }
  });
}

async function readyOf(target: Target): Promise<Population> {
  const line = await target.line(/^ready /);
  return JSON.parse(line.slice('ready '.length));
}

/** Takes one snapshot into partitions and a file at once, and compares them; and the partition of that file, by command. */
async function checkSnapshot(agent: Agent, isolate: string, population: Population): Promise<void> {
  await using home = await folder();
  const output = home.join('taken.heapsnapshot');
  const { partitions } = await snapshot(agent, { target: 'known', isolate, by: BY, output });
  const nodes = await rawNodes(output);
  for (const partition of partitions) {
    assert.equal(partition.isolate, isolate);
    checkSums(partition, tally(nodes));
  }
  const rowsBy = Object.fromEntries(partitions.map(({ by, rows }) => [by, rows]));
  checkKinds(rowsBy.kind, population);
  checkObjects(nodes, population);
  assert.deepEqual(
    talliesOf(rowsBy.type),
    tallyBy(nodes, ({ type }) => type),
  );
  assert.deepEqual(talliesOf(rowsBy.name), tallyBy(nodes, nameKind));
  assert.deepEqual(
    talliesOf(rowsBy.size),
    tallyBy(nodes, ({ selfSize }) => String(selfSize).padStart(9)),
  );
  assert.deepEqual((await heapCommand([output])).rows, rowsBy.kind);
}

async function checkCommand(target: Target, isolate: string, population: Population): Promise<void> {
  const partition = await heapCommand([String(target.port), '--isolate', isolate, '--yes']);
  assert.equal(partition.isolate, isolate);
  checkSums(partition, { count: partition.count, sizeBytes: partition.sizeBytes });
  checkKinds(partition.rows, population);
}

/** `heapwatch heap ... --json`: the one value that it prints. */
async function heapCommand(args: readonly string[]): Promise<Partition> {
  const { code, stdout, stderr } = await runCli(['heap', ...args, '--json', '--all']);
  assert.equal(code, 0, stderr);
  return Partition.parse(JSON.parse(stdout));
}

function checkSums({ by, rows, count, sizeBytes, other }: Partition, expected: Tally): void {
  assert.equal(other, undefined);
  assert.deepEqual({ by, count, sizeBytes }, { by, ...expected });
  const sums = { count: 0, sizeBytes: 0 };
  for (const row of rows) {
    sums.count += row.count;
    sums.sizeBytes += row.sizeBytes;
  }
  assert.deepEqual({ by, ...sums }, { by, ...expected });
}

function checkKinds(rows: readonly Row[], { exact, atLeast }: Population): void {
  const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
  const found = Object.keys(exact).map((kind) => [kind, counts.get(kind) ?? 0]);
  assert.deepEqual(Object.fromEntries(found), exact);
  for (const [kind, least] of Object.entries(atLeast)) {
    const count = counts.get(kind) ?? 0;
    assert.ok(count >= least, `expected at least ${least} of "${kind}", got ${count}`);
  }
}

/** The file itself shows each class as often, where one class alone has its name. */
function checkObjects(nodes: readonly RawNode[], { exact }: Population): void {
  const objects = tallyBy(
    nodes.filter(({ type }) => type === 'object'),
    ({ name }) => name,
  );
  for (const name of Object.keys(exact).filter((kind) => /^\w+$/.test(kind))) {
    assert.equal(objects[name].count, exact[name], name);
  }
}

function nameKind({ type, name }: RawNode): string {
  return name === '' || CONTENT.includes(type) ? type : `${type} ${name}`;
}

function talliesOf(rows: readonly Row[]): Record<string, Tally> {
  return Object.fromEntries(rows.map(({ kind, count, sizeBytes }) => [kind, { count, sizeBytes }]));
}
