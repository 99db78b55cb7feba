/** Paths of a snapshot file by the short way, against those of a session that has read it whole. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { kind } from '../../../agent/classify/kind.ts';
import { classificationOf } from '../../../agent/classify/naming/classifications.ts';
import { filePaths } from '../../../agent/file/file-path.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { withLocationsOf } from '../../../agent/parse/file-locations.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { wholeHeap } from '../../../agent/sets/heap-set.ts';
import { relation } from '../../../agent/sets/relation.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import { instances } from '../../../agent/sets/ways.ts';
import { bytesOf, feed } from '../../support/feed.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { formats, specs } from '../../support/random-graph.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

const short = (path: string, to: string, most = 1) => filePaths({ path, to, most, strings: true }, () => undefined);

describe('filePaths', () => {
  it('gives the paths of a session for every kind of a real heap', async () => {
    await using dir = await folder();
    const file = dir.join('own.heapsnapshot');
    await promisify(execFile)(process.execPath, [join(projectRoot, 'test/fixtures/write-snapshot.mjs'), file]);
    const view = new HeapView(feed(new ColumnsParser(), await readFile(file)));
    const heap = wholeHeap(view);
    const kinds = classificationOf(view.heap, kind).kinds.filter((text) =>
      / \(.*:\d+\)$|^[A-Z]\w+$|^function$/.test(text),
    );
    assert.ok(kinds.includes('Session') && kinds.includes('function'));
    for (const text of kinds) {
      const named = heap.and(relation('kind').of(text));
      // of a name that prototypes alone bear, what is made by them is meant: see below
      if (instances(named).count === 0) continue;
      const { sp } = instances(named);
      const expected = sp.isEmpty ? [] : sp.aslist(3);
      assert.deepEqual((await short(file, text, 3)).paths, expected, text);
      assert.deepEqual((await short(file, text)).paths, expected.slice(0, 1), text);
    }
  });

  it('leads to an instance, not to the prototype of its class that is nearer', async () => {
    await using dir = await folder();
    const file = dir.join('a.heapsnapshot');
    const text = `0>1:shortcut:g 1:object:global 1>2:property:proto 2:object:Session 2>3:property:constructor 3:closure:Session
      1>4:property:list 4:object:Array 4>5:element:0 5:object:Session 5>2:property:__proto__`;
    await writeFile(file, snapshotText(text));
    assert.deepEqual(await short(file, 'Session', 9), { objects: 1, length: 3, paths: ['global.list[0]'] });
    // whose class a bundler has called otherwise
    await writeFile(file, snapshotText(text.replace('5:object:Session', '5:object:_Session')));
    assert.deepEqual(await short(file, 'Session', 9), { objects: 1, length: 3, paths: ['global.list[0]'] });
    // where there is no instance, the prototype is what bears the name
    await writeFile(file, snapshotText(text.replace('5:object:Session 5>2:property:__proto__', '5:object:Other')));
    assert.deepEqual(await short(file, 'Session', 9), { objects: 1, length: 2, paths: ['global.proto'] });
  });

  it('names objects by class, kind or id, also of a gzipped file, and says where there are none', async () => {
    await using dir = await folder();
    const text = snapshotText(
      '0>1:shortcut:g 1:object:global 1>2:property:sessions 2>3:element:0 3:object:Session 2>4:element:1 4:object:Session 5:object:Lost',
    );
    const [plain, packed] = [dir.join('a.heapsnapshot'), dir.join('a.heapsnapshot.gz')];
    await writeFile(plain, text);
    await writeFile(packed, gzipSync(text));
    for (const file of [plain, packed]) {
      assert.deepEqual(await short(file, 'Session', 9), {
        objects: 2,
        length: 3,
        paths: ['global.sessions[0]', 'global.sessions[1]'],
      });
      assert.deepEqual((await short(file, '@9')).paths, ['global.sessions[1]']);
      assert.deepEqual(await short(file, 'Lost'), { objects: 1, length: 0, paths: [] });
      await assert.rejects(
        short(file, 'Nope'),
        /^RangeError: Cannot find a path to Nope: .* has none; see heapwatch heap/,
      );
    }
  });
});

const LOCATIONS = ['locationNode', 'locationSite', 'siteScript', 'siteLine', 'siteColumn'] as const;

describe('withLocationsOf', () => {
  it('reads what the parser reads, when it is asked', () => {
    fc.assert(
      fc.property(specs, formats, (spec, format) => {
        const bytes = bytesOf(snapshotText(spec, format));
        const read = (buffer: Uint8Array, position: number): number => {
          const part = bytes.subarray(position, position + buffer.length);
          buffer.set(part);
          return part.length;
        };
        const without = feed(new ColumnsParser({ locations: false }), bytes);
        const found = withLocationsOf(without, read, bytes.length);
        assert.deepEqual(locationsOf(found), locationsOf(feed(new ColumnsParser(), bytes)));
      }),
    );
  });
});

function locationsOf(columns: Columns) {
  return LOCATIONS.map((column) => columns[column]);
}
