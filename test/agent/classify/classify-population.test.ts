import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CLASSIFIERS, classifierNamed } from '../../../agent/classify/classifiers.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { partition } from '../../../agent/partition/partition.ts';
import { projectRoot } from '../../support/project.ts';

const run = promisify(execFile);

/** A heap snapshot as JSON.parse reads it. */
interface Parsed {
  snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
  nodes: number[];
}

describe('a process with a known population', () => {
  let folder: string;
  let bytes: Buffer;
  let columns: Columns;
  let expected: { exact: Record<string, number>; atLeast: Record<string, number> };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heapwatch-'));
    const file = join(folder, 'population.heapsnapshot');
    const program = join(projectRoot, 'test/fixtures/population.mjs');
    const { stdout } = await run(process.execPath, [program, '--snapshot', file]);
    expected = JSON.parse(stdout.replace(/^ready /, ''));
    bytes = await readFile(file);
    const parser = new ColumnsParser({ expectedBytes: bytes.length });
    parser.write(bytes);
    columns = parser.end();
  });

  after(() => rm(folder, { recursive: true }));

  const countsBy = (by: string): Map<string, number> => {
    const classifier = classifierNamed(by);
    const { rows } = partition(columns, classifier.classify(new Heap(columns)), classifier);
    return new Map(rows.map((row) => [row.kind, row.count]));
  };

  it('is counted exactly, class by class and store by store', () => {
    const counts = countsBy('kind');
    const found = Object.fromEntries(Object.keys(expected.exact).map((kind) => [kind, counts.get(kind)]));
    assert.deepEqual(found, expected.exact);
  });

  it('is counted among what Node itself has', () => {
    const counts = countsBy('kind');
    for (const [kind, count] of Object.entries(expected.atLeast)) {
      assert.ok((counts.get(kind) ?? 0) >= count, `${kind}: expected ${count} or more, got ${counts.get(kind)}`);
    }
  });

  it('is counted with its stores by class', () => {
    const counts = countsBy('class');
    assert.equal(counts.get('Wide'), 2 * 50);
    assert.equal(counts.get('Registry'), 2 * 90);
    assert.equal(counts.get('Memory'), 2 * 14);
    assert.equal(counts.get('Twin (fixtures/twin-one.mjs:2)'), 5);
  });

  it('belongs to the scripts that define its classes', () => {
    const counts = countsBy('module');
    const atLeast = (module: string, count: number): void =>
      assert.ok((counts.get(module) ?? 0) >= count, `${module}: expected ${count} or more, got ${counts.get(module)}`);
    // five instances and their class
    atLeast('fixtures/twin-one.mjs', 5 + 1);
    atLeast('fixtures/population.mjs', 1000);
    atLeast('node:internal/errors', 1);
  });

  it('sums, by every classifier, to what JSON.parse finds in the same bytes', () => {
    const { count, sizeBytes } = wholeOf(JSON.parse(bytes.toString()));
    for (const classifier of CLASSIFIERS) {
      const whole = partition(columns, classifier.classify(new Heap(columns)), classifier);
      assert.deepEqual({ count: whole.count, sizeBytes: whole.sizeBytes }, { count, sizeBytes }, classifier.by);
    }
  });
});

function wholeOf({ snapshot: { meta }, nodes }: Parsed): { count: number; sizeBytes: number } {
  const [typeAt, sizeAt] = ['type', 'self_size'].map((field) => meta.node_fields.indexOf(field));
  let count = 0;
  let sizeBytes = 0;
  for (let at = 0; at < nodes.length; at += meta.node_fields.length) {
    if (meta.node_types[0][nodes[at + typeAt!]!] === 'synthetic') continue;
    count++;
    sizeBytes += nodes[at + sizeAt!]!;
  }
  return { count, sizeBytes };
}
