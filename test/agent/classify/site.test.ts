import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { after, before, describe, it } from 'node:test';
import { site } from '../../../agent/classify/site.ts';
import { partitionFile } from '../../../agent/file/file.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import type { Row } from '../../../protocol/partition.ts';
import { type Folder, folder } from '../../support/folder.ts';

class Ticket {
  readonly at: number;
  constructor(at: number) {
    this.at = at;
  }
}

const kept: Ticket[] = [];

function makeTicket(at: number): void {
  kept.push(new Ticket(at));
}

/** What V8 writes of this process while it records who allocates what. */
async function recorded(): Promise<string> {
  const session = new Session();
  session.connect();
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => chunks.push(params.chunk));
  await session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
  // V8 does not see the first of them: it made room for them before
  for (let at = 0; at < 20_000; at++) makeTicket(at);
  await session.post('HeapProfiler.stopTrackingHeapObjects');
  session.disconnect();
  return chunks.join('');
}

const OURS = /^makeTicket \(.*\/site\.test\.js:\d+\)$/;

function rowsOf(text: string): Map<string, number> {
  const parser = new ColumnsParser();
  parser.write(Buffer.from(text));
  const { kindOf, kinds } = site.classify(new Heap(parser.end()));
  const counts = new Map<string, number>();
  for (const kind of kindOf) {
    const name = kinds[kind];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

describe('the classifier site', () => {
  let dir: Folder;
  let path: string;
  let text: string;
  before(async () => {
    dir = await folder();
    path = dir.join('recorded.heaptimeline');
    await writeFile(path, await recorded());
    text = await readFile(path, 'utf8');
  });
  after(() => dir[Symbol.asyncDispose]());

  it('names the function that allocated each object, and sums to the heap', async () => {
    const [bySite, byType] = await partitionFile(path, { by: ['site', 'type'], inline: true });
    const ours = bySite!.rows.filter(({ kind }) => OURS.test(kind));
    assert.equal(ours.length, 1);
    assert.ok(ours[0]!.count > 10_000, `${ours[0]!.count} objects`);
    const sum = (rows: readonly Row[]) => rows.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
    assert.equal(sum(bySite!.rows), sum(byType!.rows));
  });

  it('says of an object that was there before that it is not recorded', () => {
    const counts = rowsOf(text);
    assert.ok(counts.get('(not recorded)')! > 10_000);
  });

  it('says so of all where the stacks are cut, no tree, or of functions that are not there', () => {
    const trees = ['[]', '[1,0,0,0,["no frame"]]', '{"id":1}', 'null', `[${'['.repeat(5_000)}${']'.repeat(5_000)}]`];
    const bad = trees.map((tree) =>
      text.replace(/"trace_tree":\[[^a-z]*\]\n?,\n?"samples"/, `"trace_tree":${tree},"samples"`),
    );
    bad.push(text.replace(/("trace_function_infos":)\[[^a-z]*\](,\n?"trace_tree")/, '$1[]$2'));
    bad.push(text.replace(/("trace_function_infos":)\[[^a-z]*\](,\n?"trace_tree")/, '$1[1,99999999,-1,0,0,0]$2'));
    for (const each of bad) {
      assert.notEqual(each, text);
      assert.ok(![...rowsOf(each).keys()].some((kind) => OURS.test(kind)));
    }
  });
});
