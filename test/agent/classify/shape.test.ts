/** Plain objects by their properties, V8's own by whom it serves: on graphs drawn by hand, on files of each Node, on a walk. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { partitionFile } from '../../../agent/file/file.ts';
import type { Partition } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { kindsOf } from '../../support/kinds.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';
import { graph } from '../../support/snapshot-text.ts';
import { startTarget } from '../../support/target.ts';

const run = promisify(execFile);

/** Each node's shape but the root's. */
const shapes = (spec: string): string[] => kindsOf('shape', graph(spec)).slice(1);

describe('by shape', () => {
  it('names plain objects by their properties, sorted, and others by their class', () => {
    const spec =
      '1:object:Object 1>3:property:user 1>3:property:token 1>3:property:__proto__ 2:object:Session 3:string:a';
    assert.deepEqual(shapes(spec), ['{token, user}', 'Session', 'string']);
  });

  it('knows from the hidden class those that have no edge, and not those of the Maps after it', () => {
    const spec = `1:object:Object 1>2:internal:map 2:'object shape':'system / Map' 2>3:internal:descriptors
      2>4:internal:back_pointer 4:'object shape':'system / Map' 4>5:internal:descriptors
      3:'object shape':'system / DescriptorArray' 3>6:internal:0 3>9:internal:2 3>7:internal:3 3>9:internal:5
      5:'object shape':'system / DescriptorArray' 6:string:b 7:string:a 8:object:Object 8>10:internal:map
      9:string:value 10:'object shape':'system / Map' 10>3:internal:descriptors 10>2:internal:back_pointer`;
    const all = shapes(spec);
    assert.equal(all[0], '{b}');
    assert.equal(all[7], '{a, b}');
  });

  it('shows no names of a dictionary', () => {
    assert.deepEqual(
      shapes("1:object:Object 1>2:internal:properties 2:array:'(object properties)' 1>3:property:secret"),
      ['{*}', '{*}', 'N3'],
    );
  });

  it('shows the first names of a wide object, on one line', () => {
    const edges = Array.from({ length: 15 }, (_, at) => `1>2:property:p${String(at).padStart(2, '0')}`);
    const [wide] = shapes(`1:object:Object ${edges.join(' ')}`);
    assert.equal(wide, '{p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, …3 more}');
    assert.deepEqual(shapes("1:object:Object 1>2:property:'a\nb' 2:string:x"), ['{a\\nb}', 'string']);
  });

  it('keeps a bounded number of shapes, those with most bytes, and sums the rest', () => {
    const objects = Array.from(
      { length: 1_500 },
      (_, at) => `${at + 1}:object:Object:${16 + at} ${at + 1}>0:property:p${at}`,
    );
    const kinds = shapes(objects.join(' '));
    assert.equal(new Set(kinds).size, 1_001);
    assert.equal(kinds[1_499], '{p1499}');
    assert.equal(kinds.filter((kind) => kind === '{…}').length, 500);
    assert.equal(kinds[0], '{…}');
  });

  it('counts what V8 hides with the nearest thing that refers to it', () => {
    const spec = `1:object:Error 1>2:property:<symbol> 2:array 2>3:internal:0 3:hidden:'system / CallSiteInfo'
      4:closure:f 4>5:internal:context 5:object:'system / Context' 5>6:hidden:9 6:hidden:'system / Cell'
      7:code:'system / Code' 7>8:internal:1 8:hidden:'system / Tuple2' 4>8:weak:w`;
    assert.deepEqual(shapes(spec), ['Error', 'Error', 'Error', 'function', 'function', 'function', 'code', 'code']);
  });

  it('says what the rest of V8 is', () => {
    const spec =
      "1:hidden:'system / NativeContext / a' 1>2:hidden:3 2:hidden:'system / Cell' 3:object:global 3>1:hidden:2";
    assert.deepEqual(shapes(`${spec} 4:hidden:null 3>4:hidden:1`), [
      '(system) NativeContext',
      '(system) Cell',
      'global',
      '(system)',
    ]);
  });

  it('shows elements of a page as one row, and those in no document apart', () => {
    const spec = `1:native:'<div class="a">' 2:native:'<div class="b">' 3:native:'Detached <div id="c">' 4:native:'<p>' 4!
      5:object:HTMLDivElement 5! 6:native:'Node / Env' 6!`;
    assert.deepEqual(shapes(spec), [
      '<div>',
      '<div>',
      'Detached <div>',
      'Detached <p>',
      'Detached HTMLDivElement',
      'native Node / Env',
    ]);
  });
});

const PLANTED = {
  '{seenAt, token, user}': 80,
  '{roles, seenAt, token, user}': 20,
  '{x, y}': 3,
};

function assertPlanted({ rows }: Partition): void {
  const counts = new Map(rows.map(({ kind, count }) => [kind, count]));
  const found = Object.fromEntries(Object.keys(PLANTED).map((kind) => [kind, counts.get(kind)]));
  assert.deepEqual(found, PLANTED);
  assert.ok(!rows.some(({ kind }) => kind.includes('secret')));
  assert.ok(counts.get('Promise')! >= 3 * 200, 'with their reactions');
}

describe('the shapes of a program', () => {
  for (const major of TRIED_MAJORS) {
    it(`are those it wrote, and less than 2 % are nobody's: Node ${major}`, async () => {
      await using dir = await folder();
      const file = dir.join('literals.heapsnapshot');
      await run(await nodeBinary(major), [join(projectRoot, 'test/fixtures/literals.mjs'), file]);
      const [partition] = await partitionFile(file, { by: ['shape'], inline: true });
      assertPlanted(partition!);
      const system = partition!.rows.filter(({ kind }) => kind.startsWith('(system)'));
      const bytes = system.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      assert.ok(bytes < 0.02 * partition!.sizeBytes, `${bytes} of ${partition!.sizeBytes}`);
    });
  }

  it('are the same from outside', async () => {
    await using target = await startTarget('literals', { inspect: false });
    await target.line(/ready/);
    const { code, stdout, stderr } = await runCli(['heap', `pid:${target.pid}`, '--by', 'shape', '--json']);
    assert.equal(code, 0, stderr);
    assertPlanted(JSON.parse(stdout) as Partition);
  });
});
