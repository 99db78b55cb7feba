import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { graphOf } from '../../../agent/graph/graph.ts';
import { nodeSet } from '../../../agent/graph/set.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { pathPages } from '../../../agent/partition/path-lines.ts';
import { type NodePath, type ShortestPaths, shortestPaths } from '../../../agent/partition/paths.ts';
import { columnsOf } from '../../support/columns.ts';
import { columnsOfDrawn, type Drawn, drawn } from '../../support/drawn-graph.ts';
import { layers, lists } from '../../support/lists.ts';

/** heapy's text of a path between lists: `%s[0][1]`. */
function indexes({ edgeName }: Columns, { edges }: NodePath): string {
  return `%s${edges.map((edge) => `[${edgeName[edge]}]`).join('')}`;
}

function between(
  columns: Columns,
  source: number,
  target: number,
): { paths: ShortestPaths; texts: (n?: number) => string[] } {
  const paths = shortestPaths(graphOf(columns), nodeSet([target]), { sources: nodeSet([source]) });
  return { paths, texts: (n) => [...paths.paths(0, n)].map((path) => indexes(columns, path)) };
}

const last = (columns: Columns): number => columns.nodeCount - 1;
const digits = (i: number, width: number): string => `[${Math.floor(i / width)}][${i % width}]`;

/** All walks from the root of the least length that gives any, one step at a time. */
function naivePaths(graph: Drawn, targets: Set<number>): string[] {
  const level = new Map([[0, 0]]);
  let walks: { at: number; edges: string }[] = [{ at: 0, edges: '' }];
  const halves = graph.pairs.flatMap(({ key, table, value }) => [
    { from: key, to: value, partner: table, name: `${key},${table},${value} key` },
    { from: table, to: value, partner: key, name: `${key},${table},${value} table` },
  ]);
  for (let depth = 0; walks.length > 0; depth++) {
    const steps = [
      ...graph.edges.map((edge, i) => ({ ...edge, name: String(i) })).filter(({ type }) => type !== 'weak'),
      ...halves.filter(({ partner }) => (level.get(partner) ?? Number.POSITIVE_INFINITY) <= depth),
    ];
    walks = walks.flatMap(({ at, edges }) =>
      steps
        .filter(({ from, to }) => from === at && !(level.get(to)! <= depth))
        .map(({ to, name }) => ({ at: to, edges: `${edges}/${name}` })),
    );
    for (const { at } of walks) level.set(at, depth + 1);
    const found = walks.filter(({ at }) => targets.has(at));
    if (found.length > 0) return found.map(({ edges }) => edges);
  }
  return [];
}

describe('shortest paths', () => {
  it('are those that walking from the root finds first, and as many', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), fc.uniqueArray(fc.nat(13), { maxLength: 4 }), (graph, wanted) => {
        const targets = wanted.filter((node) => node > 0 && node < graph.nodeCount);
        const found = shortestPaths(graphOf(columnsOfDrawn(graph)), nodeSet(targets));
        const naive = naivePaths(graph, new Set(targets));
        assert.equal(found.numpaths, BigInt(naive.length));
        const all = [...found];
        assert.equal(new Set(all.map(({ edges }) => edges.join())).size, naive.length);
        for (const path of all) {
          assert.equal(path.edges.length, naive[0].split('/').length - 1);
          assert.ok(targets.includes(path.nodes.at(-1)!) && path.nodes[0] === 0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are the same whether listed or looked up', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), fc.array(fc.nat(13), { minLength: 1, maxLength: 4 }), (graph, wanted) => {
        const targets = nodeSet(wanted.map((target) => target % graph.nodeCount));
        const found = shortestPaths(graphOf(columnsOfDrawn(graph)), targets);
        const all = [...found];
        all.forEach((path, i) => {
          assert.deepEqual(found.at(i), path);
          assert.deepEqual(found.at(i - all.length), path);
        });
        assert.equal(found.at(all.length), undefined);
      }),
    );
  });

  it('go through lists as heapy goes', () => {
    assert.deepEqual(between(lists([1], []), 0, 1).texts(), ['%s[0]']);
    assert.deepEqual(between(lists([1, 2], [], []), 0, 2).texts(), ['%s[1]']);
    assert.deepEqual(between(lists([1, 1], []), 0, 1).texts(), ['%s[0]', '%s[1]']);
    assert.deepEqual(between(lists([1, 3, 2], [3], [3], []), 0, 3).texts(), ['%s[1]']);
    assert.deepEqual(between(lists([1, 2], [3], [3], []), 0, 3).texts(), ['%s[0][0]', '%s[1][0]']);
    for (const [width, length, expected] of [
      [1, 1, '%s[0]'],
      [1, 2, '%s[0][0]'],
      [2, 1, '%s[0] %s[1]'],
      [3, 2, '%s[0][0] %s[0][1] %s[0][2] %s[1][0] %s[1][1] %s[1][2] %s[2][0] %s[2][1] %s[2][2]'],
    ] as const) {
      const columns = layers(width, length);
      assert.equal(between(columns, 0, last(columns)).texts().join(' '), expected);
    }
  });

  it('are counted without being listed', () => {
    for (const [width, length] of [
      [2, 1],
      [7, 3],
      [3, 7],
      [10, 20],
    ]) {
      const columns = layers(width, length);
      assert.equal(between(columns, 0, last(columns)).paths.numpaths, BigInt(width) ** BigInt(length));
    }
  });

  it('are listed from the first of an astronomical number at once, also behind dead ends', () => {
    const [width, length] = [11, 13];
    const columns = layers(width, length);
    const first = between(columns, 0, last(columns)).texts(20);
    assert.deepEqual(
      first,
      first.map((_, i) => `%s${'[0]'.repeat(length - 2)}${digits(i, width)}`),
    );
    assert.equal(first.length, 20);

    // the first item of the source leads to as large a graph without the target
    const dead = layers(width, length);
    const joined = lists(
      ...itemsOf(columns).map((items, node) => (node === 0 ? [columns.nodeCount, ...items.slice(1)] : items)),
      ...itemsOf(dead).map((items) => items.map((item) => item + columns.nodeCount)),
    );
    const behind = between(joined, 0, last(columns));
    const afterDead = (i: number): string => `%s[1]${'[0]'.repeat(length - 3)}${digits(i, width)}`;
    assert.deepEqual(
      behind.texts(20),
      first.map((_, i) => afterDead(i)),
    );

    const half = 5;
    for (const start of [-half, behind.paths.numpaths - BigInt(half)]) {
      const end = [...behind.paths.paths(start)].map((path) => indexes(joined, path));
      const before = `%s${`[${width - 1}]`.repeat(length - 1)}`;
      assert.deepEqual(
        end,
        [6, 7, 8, 9, 10].map((i) => `${before}[${i}]`),
      );
    }
    const some = [...behind.paths.paths(5, 25)];
    const indices = [...Array(20).keys()].map((i) => i + 5);
    assert.deepEqual(
      some.map(({ index }) => Number(index)),
      indices,
    );
    assert.deepEqual(
      some.map((path) => indexes(joined, path)),
      indices.map(afterDead),
    );
  });

  it('are looked up by index among 3^40', () => {
    const [width, length] = [3, 40];
    const columns = layers(width, length);
    const { paths } = between(columns, 0, last(columns));
    const count = 3n ** 40n;
    assert.equal(paths.numpaths, count);
    for (const [index, text] of [
      [0n, '[0]'.repeat(length)],
      [-count, '[0]'.repeat(length)],
      [2n, `${'[0]'.repeat(length - 1)}[2]`],
      [3n, `${'[0]'.repeat(length - 2)}[1][0]`],
      [4n, `${'[0]'.repeat(length - 2)}[1][1]`],
      [count - 1n, '[2]'.repeat(length)],
      [-1n, '[2]'.repeat(length)],
    ] as const) {
      assert.equal(indexes(columns, paths.at(index)!), `%s${text}`);
    }
    assert.equal(paths.at(count), undefined);
    assert.equal(paths.at(-count - 1n), undefined);
  });

  it('are printed ten at a time', () => {
    const print = (columns: Columns, pageLines?: number) =>
      pathPages(
        between(columns, 0, last(columns)).paths,
        (path) => indexes(columns, path).replace('%s', 'Src'),
        pageLines,
      );
    assert.equal(String(print(layers(11, 4), 1)), ' 0: Src[0][0][0][0]\n<... 14640 more paths ...>');
    const two = print(layers(11, 4), 2);
    assert.equal(
      `${two}\n${two.more}`,
      [
        ' 0: Src[0][0][0][0]',
        ' 1: Src[0][0][0][1]',
        '<... 14639 more paths ...>',
        ' 2: Src[0][0][0][2]',
        ' 3: Src[0][0][0][3]',
        '<... 14637 more paths ...>',
      ].join('\n'),
    );

    const twenty = print(lists(Array(20).fill(1), []));
    const lines = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, i) => `${String(from + i).padStart(2)}: Src[${from + i}]`);
    assert.equal(String(twenty), [...lines(0, 10), '<... 10 more paths ...>'].join('\n'));
    assert.equal(String(twenty.more), lines(10, 20).join('\n'));
    assert.equal(String(twenty.more.more), '<No more paths>');
    assert.equal(String(twenty.more.top), String(twenty));
    assert.equal(twenty.all, lines(0, 20).join('\n'));
    assert.equal(String(print(lists(Array(11).fill(1), []))), lines(0, 11).join('\n'));
  });

  it('avoid the edges at given levels', () => {
    // src = [., b0, c0]; b0 = [., b1, c1]; c0 = [., b0]; ... to b2
    const columns = lists([7, 1, 2], [7, 3, 4], [7, 1], [7, 5, 6], [7, 3], [7], [7, 5], []);
    const { paths } = between(columns, 0, 5);
    const text = (found: ShortestPaths): string => [...found].map((path) => indexes(columns, path)).join();
    for (const [avoid, expected] of [
      [[], '%s[1][1][1]'],
      [[0], '%s[2][1][1][1]'],
      [[1], '%s[1][2][1][1]'],
      [[2], '%s[1][1][2][1]'],
      [[-1], '%s[1][1][2][1]'],
      [[0, 1], '%s[2][1][2][1][1]'],
      [[1, 2], '%s[1][2][1][2][1]'],
      [[0, 2], '%s[2][1][1][2][1]'],
      [[0, 1, 2], '%s[2][1][2][1][2][1]'],
      [[2, 1, 0], '%s[2][1][2][1][2][1]'],
    ] as const) {
      assert.equal(text(paths.avoided(...avoid)), expected);
      const options = { sources: nodeSet([0]), avoidEdges: paths.edgesAt(...avoid) };
      assert.equal(text(shortestPaths(graphOf(columns), nodeSet([5]), options)), expected);
    }
    assert.equal(text(paths.avoided(0).avoided(2)), '%s[2][1][2][1][1]');
    assert.throws(() => paths.avoided(3), {
      name: 'RangeError',
      message: 'Cannot look at level 3: the paths have 3 levels',
    });
  });

  it('lead to the nearest targets, from the nearest sources', () => {
    const columns = lists([1], [2], []);
    const near = shortestPaths(graphOf(columns), nodeSet([1, 2]), { sources: nodeSet([0]) });
    assert.deepEqual(
      [...near].map(({ nodes }) => nodes),
      [[0, 1]],
    );
    const from = shortestPaths(graphOf(columns), nodeSet([2]), { sources: nodeSet([0, 1]) });
    assert.deepEqual(
      [...from].map(({ nodes }) => nodes),
      [[1, 2]],
    );
    assert.deepEqual(from.sets, [nodeSet([1]), nodeSet([2])]);
  });

  it('are none where nothing leads, and none to a source', () => {
    const columns = lists([1], [1], []);
    assert.equal(between(columns, 0, 2).paths.numpaths, 0n);
    assert.equal(between(columns, 1, 1).paths.numpaths, 0n);
    assert.deepEqual(between(columns, 0, 2).paths.sets, []);
    assert.equal(String(pathPages(between(columns, 0, 2).paths, () => '')), '');
  });

  it('pass no node that is to be avoided', () => {
    const columns = lists([1, 2], [3], [4], [], [3]);
    const paths = shortestPaths(graphOf(columns), nodeSet([3]), { avoidNodes: nodeSet([1]) });
    assert.deepEqual(
      [...paths].map(({ nodes }) => nodes),
      [[0, 2, 4, 3]],
    );
  });

  it('enter where they are told to, by edges of the snapshot or not', () => {
    const columns = lists([1], [2], [3], []);
    const entries = [{ edge: columns.edgeCount, node: 2 }];
    const paths = shortestPaths(graphOf(columns), nodeSet([3]), { entries });
    assert.deepEqual(
      [...paths].map(({ nodes, edges }) => ({ nodes, edges })),
      [{ nodes: [0, 2, 3], edges: [3, 2] }],
    );
    assert.equal(paths.avoided(0).numpaths, 0n);
  });

  it('reach a weak map value by its key alone only from where the map is not reached', () => {
    // 0 holds the table 1 and, by way of 2, the key 3
    const columns = columnsOf(
      5,
      [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
        { from: 2, to: 3 },
      ],
      [{ key: 3, table: 1, value: 4 }],
    );
    const nodes = (paths: ShortestPaths): readonly (readonly number[])[] => [...paths].map((path) => path.nodes);
    assert.deepEqual(nodes(shortestPaths(graphOf(columns), nodeSet([4]))), [[0, 2, 3, 4]]);
    assert.deepEqual(nodes(shortestPaths(graphOf(columns), nodeSet([4]), { sources: nodeSet([2]) })), [[2, 3, 4]]);
  });
});

function itemsOf({ nodeCount, firstEdge, edgeTarget }: Columns): number[][] {
  return Array.from({ length: nodeCount }, (_, node) =>
    [...edgeTarget.subarray(firstEdge[node], firstEdge[node + 1])].map((packed) => packed >>> 3),
  );
}
