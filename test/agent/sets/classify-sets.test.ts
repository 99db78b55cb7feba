/** The classifiers that need the graph: by referrers, by edges, by retained size; and products. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifierNamed } from '../../../agent/classify/classifiers.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { partition } from '../../../agent/partition/partition.ts';
import { type Relation, relation } from '../../../agent/sets/relation.ts';
import { columnsFrom, columnsOf, type Edge } from '../../support/columns.ts';
import { kindsOf } from '../../support/kinds.ts';
import { graph } from '../../support/snapshot-text.ts';

const by = (name: string, spec: string): string[] => kindsOf(name, graph(spec));

describe('by referrers', () => {
  it('an object is of the set of its referrers’ kinds, sorted, each once', () => {
    const spec = '0>1 0>2 0>3 1:object:B 2:object:A 3:object:A 1>4 2>4 3>4 2>4:property:q 4:object:C';
    assert.equal(by('referrers', spec)[4], 'A, B');
  });

  it('the dead refer to nothing', () => {
    assert.equal(by('referrers', '0>1 1:object:A 1>2 3:object:B 3>2')[2], 'A');
    assert.equal(by('referrers', '0>1 3:object:B 3>2')[2], '<Nothing>');
  });

  it('weak edges make no referrer', () => {
    assert.equal(by('referrers', '0>1 1:object:WeakRef 1>2:weak:target 2:object:A')[2], '<Nothing>');
  });

  it('a store is no referrer of what its owner refers to, and one of what only it has', () => {
    const spec =
      '0>1 1:object:Array 1>2:internal:elements 2:array:e 1>3:element:0 2>3:internal:0 ' +
      '1>4:internal:table 4:array 4>5:internal:7';
    const kinds = by('referrers', spec);
    assert.deepEqual([kinds[3], kinds[5]], ['Array', 'table of Array']);
  });

  it('V8’s roots are named as V8 names them', () => {
    assert.deepEqual(by('referrers', "0>1 1:synthetic:'(Stack roots)' 1>2 0>3").slice(1), [
      '-',
      '(Stack roots)',
      '(root)',
    ]);
  });
});

describe('relations of relations', () => {
  const spec =
    '0>1 1:object:Array:24 1>2:internal:elements 2:array:e 1>3:element:0 3:object:A:24 ' +
    '1>4:property:x 4:array:f 4>3 3>5:internal:properties 5:array:g 4>5:internal:properties 4>6 6:code';
  const heap = new Heap(graph(spec));
  const of = ({ classifier }: Relation): string[] => {
    const { kindOf, kinds } = classifier.classify(heap);
    return Array.from(kindOf, (kind) => kinds[kind] ?? '-');
  };

  it('refdby: by the kinds of referrers as the relation tells kinds', () => {
    assert.deepEqual(of(relation('type').refdby), [
      '-',
      '(root)',
      'object',
      'array, object',
      'object',
      'array, object',
      'array',
    ]);
    assert.equal(relation('kind').refdby.by, 'referrers');
    assert.equal(String(relation('size').refdby), 'hp.by("size").refdby');
    assert.equal(relation('type').refdby.of('object', 'array').toString(), 'hp.by("type").refdby.of("array, object")');
  });

  it('dictof: stores by the kind of their owner, others by themselves', () => {
    assert.deepEqual(of(relation('type').dictof), [
      '-',
      '~store',
      'elements of object',
      '~store',
      'array (no owner)',
      'properties of object',
      '~store',
    ]);
    assert.equal(String(relation('size').dictof), 'hp.by("size").dictof');
  });
});

describe('by via', () => {
  const via = (edge: string): string => by('via', `0>1 1>2:${edge}`)[2]!;

  it('properties read as in a program', () => {
    assert.equal(via('property:cart'), '.cart');
    assert.equal(via('property:#cart'), '.#cart');
    assert.equal(via("property:'<symbol Symbol.iterator>'"), '[Symbol.iterator]');
  });

  it('names that are no identifiers are keys', () => {
    assert.equal(via("property:'session 17'"), '{*}');
  });

  it('indexes, entries and ids make no kinds of their own', () => {
    assert.equal(via('element:17'), '[*]');
    assert.equal(via('hidden:3'), '(hidden)');
    assert.equal(via("internal:'6 / part of key (A @3) -> value (B @5) pair in WeakMap (table @7)'"), '{*}');
    assert.equal(via("internal:'12 / DevTools console'"), '(DevTools console)');
    assert.equal(by('via', '0>1 1>2:internal:table 2:array 2>3:internal:17')[3], '{*}');
    assert.equal(by('via', '0>1 1:object:bound 1>2:shortcut:bound_argument_7')[2], '(bound_argument_*)');
  });

  it('variables of scopes are told apart from properties', () => {
    assert.equal(via('context:cache'), 'context cache');
  });

  it('an object is of the set of its edges, sorted', () => {
    assert.equal(by('via', '0>1 1>2:property:b 1>2:property:a 1>2:element:0')[2], '.a, .b, [*]');
  });
});

it('by retained size, in powers of two', () => {
  const spec = '0>1 1:object:A:1000 1>2 2:object:B:24 0>3 3:object:C:0 0>4 4:object:D:1';
  assert.deepEqual(by('retained', spec), ['-', '1 KB - 2 KB', '16 B - 32 B', '0 B', '1 B - 2 B']);
  assert.equal(by('retained', '0>1 1:object:A:6442450944')[1], '4 GB - 8 GB');
});

it('by id and by unity', () => {
  assert.deepEqual(by('id', '0>1 0>2 1:object:A 2:object:A'), ['-', 'A @3', 'A @5']);
  assert.deepEqual(by('unity', '0>1 0>2'), ['-', '<Anything>', '<Anything>']);
});

describe('a product', () => {
  it('has heapy’s headers and kinds', () => {
    const spec = '0>1 1:object:A:8 1>2 2:object:B:16';
    assert.equal(classifierNamed('kind & size').header, 'Kind (class / store of class) & Individual Size');
    assert.deepEqual(by('kind&size', spec), ['-', 'A & 8', 'B & 16']);
    assert.equal(
      classifierNamed('kind&referrers').header,
      'Kind (class / store of class) & {Referrers by Kind (class / store of class)}',
    );
    assert.deepEqual(by('kind&referrers', spec), ['-', 'A & {(root)}', 'B & {A}']);
    assert.deepEqual(by('type&via&size', spec), ['-', 'object & {.p} & 8', 'object & {.p} & 16']);
  });

  it('of one, or of what tells nothing, is that one', () => {
    assert.equal(classifierNamed('kind&kind').by, 'kind');
    assert.equal(classifierNamed('kind&unity').by, 'kind');
    assert.throws(
      () => classifierNamed('kind&colour'),
      /^RangeError: Cannot classify by "kind&colour": expected one of/,
    );
  });
});

describe('large heaps', () => {
  const rowsBy = (name: string, columns: Columns) => {
    const classifier = classifierNamed(name);
    return partition(columns, classifier.classify(new Heap(columns)), classifier).rows;
  };

  it('an array of a million: its elements are one row', () => {
    const million = 1_000_000;
    const firstEdge = new Uint32Array(million + 3).fill(million + 1, 2);
    firstEdge[1] = 1;
    const element = 1;
    const edgeTarget = Uint32Array.from({ length: million + 1 }, (_, edge) => ((edge + 1) << 3) | element);
    const edgeName = Uint32Array.from({ length: million + 1 }, (_, edge) => edge);
    const columns = columnsFrom(firstEdge, edgeTarget, edgeName);
    assert.deepEqual(
      rowsBy('via', columns).map(({ kind, count }) => [kind, count]),
      [['[*]', million + 1]],
    );
    assert.equal(rowsBy('referrers', columns)[0]?.count, million);
    assert.equal(rowsBy('kind&via&retained', columns).length, 16);
  });

  it('ten thousand kinds, that all refer to one object', () => {
    const kinds = 10_000;
    const edges: Edge[] = [];
    for (let node = 1; node <= kinds; node++) {
      edges.push({ from: 0, to: node, name: `p${node}` }, { from: node, to: kinds + 1, name: `p${node}` });
    }
    const rows = rowsBy('via', columnsOf(kinds + 2, edges));
    assert.equal(rows.length, kinds + 1);
    assert.equal(rows.find(({ kind }) => kind.includes(','))?.kind.split(', ').length, kinds);
  });
});
