import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { dominators, retainedSizes } from '../../../agent/graph/dominators.ts';
import { type Graph, graphOf } from '../../../agent/graph/graph.ts';
import { nodeSet } from '../../../agent/graph/set.ts';
import { type Columns, selfSizeOf } from '../../../agent/parse/columns.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { type NamedEntry, programEntries } from '../../../agent/partition/entries.ts';
import { shortestPaths } from '../../../agent/partition/paths.ts';
import { folder } from '../../support/folder.ts';
import { type NodeMajor, nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';
import { graph } from '../../support/snapshot-text.ts';

const fixtures = join(projectRoot, 'test/fixtures');

/** The heap of test/fixtures/scopes.mjs. */
async function scopes(major: NodeMajor): Promise<Graph> {
  await using dir = await folder();
  const path = dir.join('scopes.heapsnapshot');
  await promisify(execFile)(await nodeBinary(major), [join(fixtures, 'scopes.mjs'), path]);
  const parser = new ColumnsParser();
  parser.write(await readFile(path));
  return graphOf(parser.end());
}

function only({ nodeCount, nodeTypes, nodeType, nodeName, strings }: Columns, name: string): number {
  const found = [...Array(nodeCount).keys()].filter(
    (node) => nodeTypes[nodeType[node]] === 'object' && strings.equals(nodeName[node], name),
  );
  // its prototype, and the object itself: which bears the greater id
  return found.at(-1)!;
}

/** The names of the edges of the first path: `module scopes-store.mjs`, `sessions`, `0`. */
function firstPath({ columns }: Graph, entries: readonly NamedEntry[], edges: readonly number[]): string[] {
  return edges.map((edge) => {
    const entry = entries.find((candidate) => candidate.edge === edge);
    if (entry) return entry.name.replace(`${fixtures}/`, '');
    const type = columns.edgeTypes[columns.edgeTarget[edge] & 7];
    return type === 'element' || type === 'hidden'
      ? String(columns.edgeName[edge])
      : columns.strings.get(columns.edgeName[edge]);
  });
}

describe('the entries of a program', () => {
  for (const major of TRIED_MAJORS) {
    it(`are its global object and its modules on Node ${major}`, async () => {
      const heap = await scopes(major);
      const entries = programEntries(heap);
      const pathTo = (name: string): string[] => {
        const paths = shortestPaths(heap, nodeSet([only(heap.columns, name)]), { entries });
        return firstPath(heap, entries, paths.at(0)!.edges);
      };
      assert.deepEqual(entries.map(({ name }) => name.replace(`${fixtures}/`, '')).sort(), [
        'global',
        'module scopes-cache.cjs',
        'module scopes-store.mjs',
        'module scopes.mjs',
      ]);
      assert.deepEqual(pathTo('InMain'), ['module scopes.mjs', 'kept']);
      assert.deepEqual(pathTo('InGlobal'), ['global', 'held', 'deep', '0']);
      assert.deepEqual(pathTo('InStore'), ['module scopes-store.mjs', 'sessions', '0']);
      assert.deepEqual(pathTo('InCache').slice(0, 3), ['module scopes-cache.cjs', 'cache', 'table']);
      // the scope of a function is no entry, whichever of the two is the instance
      assert.match(pathTo('InClosure').join(), /^global,later,[01],context,own$/);
      assert.match(pathTo('InWeakMap').join(), /^global,weak,table,\d+ \/ part of key|^global,held,\d+ \/ part of key/);
    });

    it(`dominate a weak map's value by its key on Node ${major}`, async () => {
      const { columns, ...rest } = await scopes(major);
      const tree = dominators({ columns, ...rest });
      const value = only(columns, 'InWeakMap');
      const key = tree.dominator[value];
      assert.equal(columns.strings.get(columns.nodeName[key]), 'Object');
      const retained = retainedSizes(columns, tree);
      assert.ok(retained[value] > selfSizeOf(columns, value));
      assert.ok(retained[key] >= retained[value] + selfSizeOf(columns, key));
    });
  }

  it('leave out what only looks like the scope of a module', () => {
    const realm = "1:hidden:'system / NativeContext' 0>1:element:1";
    const scope = "2:object:'system / Context' 2>1:internal:previous 2>3:internal:scope_info";
    const made = '4:closure 4>2:internal:context 4>5:internal:shared 5>6:internal:script 0>4:element:2';
    const base = `${realm} ${scope} ${made} 6:code:/app/x.js`;
    const nameless = "3:code:'system / ScopeInfo' 7:string:'' 3>8:hidden:0 3>7:hidden:1";
    const modules = (spec: string): string[] =>
      programEntries(graphOf(graph(spec))).flatMap(({ name }) => (name.startsWith('module') ? [name] : []));

    assert.deepEqual(modules(`${base} ${nameless}`), ['module /app/x.js']);
    assert.deepEqual(modules(`${base} ${nameless}`.replace("Context'", "Context / '")), ['module /app/x.js']);
    assert.deepEqual(modules(`${base} ${nameless}`.replace('/app/x.js', "'node:fs'")), []);
    assert.deepEqual(modules(`${base} ${nameless.replace("7:string:''", '7:string:make')}`), []);
    assert.deepEqual(modules(`${base} ${nameless} 9:code:'system / ScopeInfo' 3>9:hidden:2`), []);
    const second = "10:object:'system / Context' 10>1:internal:previous 10>3:internal:scope_info 0>10:element:3";
    assert.deepEqual(modules(`${base} ${nameless} ${second}`), []);
    const esm = "11:hidden:'system / SourceTextModule' 2>11:internal:extension";
    assert.deepEqual(modules(`${base} ${esm}`), ['module /app/x.js']);
    assert.deepEqual(modules(`${base} ${esm.replace('SourceTextModule', 'Generator')} ${nameless}`), []);
  });
});
