/** Paths and reference patterns of sets, as a session shows them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { nodeSet } from '../../../agent/graph/set.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { type HeapSet, heapSet } from '../../../agent/sets/heap-set.ts';
import { shpgraph } from '../../../agent/sets/path-graph.ts';
import type { Paths } from '../../../agent/sets/paths.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import { heapOf, nodesOf } from '../../support/heap-view.ts';
import { layers, lists } from '../../support/lists.ts';

/** From the first list to the last one, as heapy's tests ask. */
function between(columns: Columns): Paths {
  const view = new HeapView(columns);
  const set = (node: number): HeapSet => heapSet(view, nodeSet([node]));
  return set(columns.nodeCount - 1).getShpaths({ src: set(0) });
}

describe('paths', () => {
  it('are printed as heapy prints them', () => {
    const p = between(layers(11, 4));
    p.maxpaths = 1;
    assert.equal(String(p), ' 0: Src[0][0][0][0]\n<... 14640 more paths ...>');
    p.maxpaths = 2;
    assert.equal(String(p), ' 0: Src[0][0][0][0]\n 1: Src[0][0][0][1]\n<... 14639 more paths ...>');
    assert.equal(String(p.more), ' 2: Src[0][0][0][2]\n 3: Src[0][0][0][3]\n<... 14637 more paths ...>');
    assert.equal(p.numpaths, 14641n);
  });

  it('are taken by index from any number of them', () => {
    const p = between(layers(3, 40));
    assert.equal(p.numpaths, 3n ** 40n);
    assert.equal(String(p[0]), `Src${'[0]'.repeat(40)}`);
    assert.equal(String(p[3]), `Src${'[0]'.repeat(38)}[1][0]`);
    assert.equal(String(p[-1]), `Src${'[2]'.repeat(40)}`);
    assert.equal(String(p.at(-(3n ** 40n))), String(p[0]));
    assert.throws(
      () => p.at(3n ** 40n),
      /^RangeError: Cannot take path 12157665459056928801: there are 12157665459056928801$/,
    );
    assert.deepEqual([p[0]?.length, p[0]?.src.ids, p[0]?.tgt.count], [40, [1], 1]);
    assert.equal(between(layers(10, 20)).numpaths, 10n ** 20n);
  });

  it('are listed one after the other', () => {
    const p = between(layers(11, 13));
    assert.deepEqual([...p.iter(12, 14)].map(String), [`Src${'[0]'.repeat(11)}[1][1]`, `Src${'[0]'.repeat(11)}[1][2]`]);
    assert.deepEqual(p.aslist(2), [`Src${'[0]'.repeat(13)}`, `Src${'[0]'.repeat(12)}[1]`]);
  });

  it('come from several sources, each by its name', () => {
    const heap = heapOf('0>1 0>2 0>4 1>3:element:0 2>3:property:x 4>1');
    const sources = nodesOf(heap, 1, 2, 4);
    assert.equal(String(nodesOf(heap, 3).getShpaths({ src: sources })), ' 0: <1 N1: @3>[0]\n 1: <1 N2: @5>.x');
  });

  it('can be had without the edges of others', () => {
    // a list that reaches its target directly, and by way of another
    const p = between(lists([2, 1], [2], []));
    assert.equal(String(p), ' 0: Src[0]');
    assert.equal(String(p.avoided(0)), ' 0: Src[1][0]');
    assert.equal(String(p.avoided(0).avoided(-1)), '<No paths>');
    assert.equal(String(p.more), '<No more paths>');
  });

  it('to the nearest members only, level by level', () => {
    const heap = heapOf('0>1:shortcut:2 1:object:global 1>2:property:a 2>3:property:b');
    const { sp } = nodesOf(heap, 2, 3);
    assert.equal(String(sp), ' 0: global.a');
    assert.deepEqual(
      sp.sets.map(({ nodes }) => [...nodes]),
      [[0], [1], [2]],
    );
  });

  it('begin at what the program knows, else at V8’s roots', () => {
    const roots =
      "0>1:shortcut:2 1:object:global 0>2:element:1 2:synthetic:'(GC roots)' 2>3:element:13 3:synthetic:'(Global handles)'";
    const heap = heapOf(`${roots} 3>4:internal:7 1>5:property:x 5>4:property:y 3>6:internal:8`);
    assert.equal(String(nodesOf(heap, 4).sp), ' 0: global.x.y');
    assert.equal(String(nodesOf(heap, 4).sp.avoided(-1)), ' 0: (Global handles)[7]');
    assert.equal(String(nodesOf(heap, 6).sp), ' 0: (Global handles)[8]');
  });

  it('of one step lead in and out', () => {
    const heap = heapOf('0>1:shortcut:2 1:object:global 1>2:property:a 2>3:property:b 2>4:property:c');
    assert.equal(String(nodesOf(heap, 3).pathsin), ' 0: Src.b');
    assert.equal(String(nodesOf(heap, 2).pathsout), ' 0: Src.b\n 1: Src.c');
  });
});

describe('paths to several sets', () => {
  it('are listed set by set, as heapy lists them', () => {
    // two lists, and a third that holds each of them twice
    const columns = lists([1, 2, 1, 2], [], []);
    const view = new HeapView(columns);
    const set = (node: number): HeapSet => heapSet(view, nodeSet([node]));
    const targets = [set(1), set(2)];
    const named = shpgraph(targets, { src: set(0), srcname: 'A', dstname: 'B' });
    assert.equal(
      `${shpgraph(targets, { src: set(0) })}\n${named}`,
      `--- Dst[0] ---
 0: Src[0]
 1: Src[2]
--- Dst[1] ---
 0: Src[1]
 1: Src[3]
--- B[0] ---
 0: A[0]
 1: A[2]
--- B[1] ---
 0: A[1]
 1: A[3]`,
    );
    assert.equal(String(named[1]), ' 0: A[1]\n 1: A[3]');
    assert.throws(() => named[2], /^RangeError: Cannot take row 2: the path graph has 2 rows$/);
  });

  it('lead to each row of a set, ten to a page', () => {
    const many = Array.from({ length: 12 }, (_, i) => `1>${i + 2}:property:p${i} ${i + 2}:object:K${i + 10}`).join(' ');
    const rows = nodesOf(
      heapOf(`0>1:shortcut:2 1:object:global ${many}`),
      ...Array.from({ length: 12 }, (_, i) => i + 2),
    );
    const { shpgraph: graph } = rows;
    assert.equal(graph.length, 12);
    assert.match(
      String(graph),
      /^--- Dst\[0\] ---\n 0: global\.p0\n[\s\S]*\n<2 more rows\. Type e\.g\. '_\.more' to view\.>$/,
    );
    assert.equal(String(graph.more), '--- Dst[10] ---\n 0: global.p10\n--- Dst[11] ---\n 0: global.p11');
    assert.equal(String(graph.all).split('\n').length, 24);
  });
});

describe('the text of a path', () => {
  const GLOBAL = '0>1:shortcut:2 1:object:global ';
  const text = (spec: string, node: number, options = {}): string =>
    String(nodesOf(heapOf(GLOBAL + spec, options), node).sp).replace(/^ 0: /, '');
  /** A Map's table of two buckets and four entries: slots 5, 8, 11, 14 are keys. */
  const MAP = '1>2:property:sessions 2:object:Map 2>3:internal:table 3:array:t:152 3>4:internal:5 3>5:internal:6 ';

  it('goes through Maps by key', () => {
    assert.equal(text(`${MAP} 4:string:a1 5>6:property:user 6>7:element:3`, 7), 'global.sessions.get("a1").user[3]');
    assert.equal(text(`${MAP} 4:object:Key`, 5), 'global.sessions.get(Key @9)');
    assert.equal(text(`${MAP} 4:string:a1`, 4), 'global.sessions.keys()[0]');
  });

  it('goes through Maps whose keys are numbers, which are no nodes', () => {
    assert.equal(text(`${MAP.replace('3>4:internal:5', '')} 4:string:x`, 5), 'global.sessions.get(number)');
  });

  it('goes through Sets by place', () => {
    const set = '1>2:property:tags 2:object:Set 2>3:internal:table 3:array:t:120 3>4:internal:7 ';
    assert.equal(text(set, 4), 'global.tags.keys()[1]');
  });

  it('hides contents of strings where it is told to', () => {
    assert.equal(text(`${MAP} 4:string:secret`, 5, { strings: false }), 'global.sessions.get({*})');
    const dictionary = "1>2:property:byName 2>3:internal:properties 3:array:p 2>4:property:'Ann Other'";
    assert.equal(text(dictionary, 4), 'global.byName["Ann Other"]');
    assert.equal(text(dictionary, 4, { strings: false }), 'global.byName[{*}]');
  });

  it('cuts long keys', () => {
    assert.equal(text(`${MAP} 4:string:${'k'.repeat(99)}`, 5), `global.sessions.get("${'k'.repeat(37)}...")`);
  });

  it('names events, and functions by what they use', () => {
    const spec =
      '1>2:property:bus 2>3:property:_events 3>4:property:message 4:object:Array 4>5:element:3 5:closure:onMessage ' +
      "5>6:internal:context 6:object:'system / Context' 6>8:internal:previous 8:object:'system / Context' 6>7:context:session";
    assert.equal(text(spec, 5), 'global.bus.on("message")[3]');
    assert.equal(text(spec, 7), 'global.bus.on("message")[3] → closure onMessage: ctx.session');
  });

  it('begins anew at the variables of modules and at timers', () => {
    const module =
      "1>2:property:f 2:closure:handler 2>3:internal:context 3:object:'system / Context' 3>4:internal:previous " +
      "4:hidden:'system / NativeContext' 3>11:internal:extension 11:hidden:'system / SourceTextModule' " +
      "2>5:internal:shared 5:code:info 5>6:internal:script 6:code:'file:///app/src/x.js' " +
      '3>7:context:cache 7>8:property:b 7>9:property:t 9:object:Timeout 9>10:property:_onTimeout 10:closure:tick';
    assert.equal(text(module, 7), 'module /app/src/x.js: cache');
    assert.equal(text(module, 8), 'module /app/src/x.js: cache.b');
    assert.equal(text(module, 9), 'timer tick');
  });
});

describe('a reference pattern', () => {
  const heap = (): HeapSet =>
    heapOf(
      '0>1:shortcut:2 1:object:global 1>2:property:keep 2:object:Array 2>3:element:0 2>4:element:1 3:object:Session 4:object:Session ' +
        '3>5:property:p 4>6:property:p 5:object:Point 6:object:Point',
    );

  it('is heapy’s, and its rows are sets by number and by name', () => {
    const r = nodesOf(heap(), 5, 6).rp;
    assert.equal(
      String(r),
      `Reference Pattern by <[store of] class>.
 0: _ --- [-] 2 Point: @11, @13
 1: a      [-] 2 Session: @7, @9
 2: aa ---- [-] 1 Array: @5
 3: a3       [S] 1 global: @3`,
    );
    assert.deepEqual(r.a?.ids, [7, 9]);
    assert.deepEqual(r.a3?.ids, [3]);
    assert.deepEqual(r[1]?.ids, r.a?.ids);
    assert.deepEqual(
      [...r].map(({ count }) => count),
      [2, 2, 1, 1],
    );
    assert.equal(r.length, 4);
    assert.throws(() => r.b, /^RangeError: Cannot show row "b": the reference pattern has none of that name$/);
    assert.throws(() => r[4], /^RangeError: Cannot take row 4: the pattern has 4$/);
  });

  it('takes a depth, a relation and where to stop', () => {
    const points = nodesOf(heap(), 5, 6);
    assert.match(String(points.getRp({ depth: 1 })), /1: a {6}\[\+\] 2 Session/);
    assert.match(
      String(points.getRp({ er: 'via' })),
      /^Reference Pattern by <referred via>\.\n.*\n 1: a {6}\[-\] 2 <via \[\*\]>: @7, @9$/m,
    );
    assert.match(String(points.getRp({ stopkind: points.referrers.kind })), /1: a {6}\[S\] 2 Session/);
    assert.match(String(points.getRp({ imdom: true })), /1: a {6}\[-\] 2 Session/);
  });

  it('lists the references behind a row', () => {
    assert.equal(
      String(nodesOf(heap(), 5, 6).rp.paths('aa')),
      `Paths from source 'aa' to target '_'.
 0: aa [0] @ [0]
 1: a  [0]  @ .p
 2: _  [0]   = <1 Point: @11>
 3: aa [0] @ [1]
 4: a  [1]  @ .p
 5: _  [0]   = <1 Point: @13>`,
    );
  });

  it('lists references page by page, and shows them to who prints them', () => {
    const points = Array.from({ length: 9 }, (_, i) => `2>${i + 3}:element:${i} ${i + 3}:object:Point`).join(' ');
    const array = heapOf(`0>1:shortcut:2 1:object:global 1>2:property:keep 2:object:Array ${points}`);
    const paths = nodesOf(array, 3, 4, 5, 6, 7, 8, 9, 10, 11).rp.paths('a');
    assert.equal(inspect(paths), String(paths));
    assert.match(String(paths), /^Paths from source 'a' to target '_'\.\n 0: a \[0\] @ \[0\]\n/);
    assert.match(String(paths.more), /^ *1\d: /);
    assert.equal(inspect(paths.all).split('\n').length, 19);
    assert.equal(String(paths.more.top), String(paths));
    assert.equal(String(paths.more.prev), String(paths));
  });

  it('goes on page by page', () => {
    const chain = Array.from({ length: 20 }, (_, n) => `${n}>${n + 1}`).join(' ');
    const r = nodesOf(heapOf(chain), 20).getRp({ depth: 35 });
    assert.match(String(r), /<Type e\.g\. '_\.more' for more\.>$/);
    assert.equal(String(r.more).split('\n')[0], '10: a10 ----------- [-] 1 N10: @21');
    assert.equal(String(r.more.more), '');
    assert.equal(r.more.length, 20);
  });
});
