import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imdom } from '../../../agent/graph/dominos.ts';
import { graphOf, rootedAt } from '../../../agent/graph/graph.ts';
import { alive } from '../../../agent/graph/reach.ts';
import { referentsOfSet, referrersOf, referrersOfSet } from '../../../agent/graph/referrers.ts';
import { isSubsetOf, type NodeSet, nodeSet } from '../../../agent/graph/set.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import type { KindSet } from '../../../agent/partition/kind-set.ts';
import { type PatternOptions, type PatternRow, ReferencePattern } from '../../../agent/partition/pattern.ts';
import { patternPages } from '../../../agent/partition/pattern-lines.ts';
import { patternPathPages } from '../../../agent/partition/pattern-paths.ts';
import { folded } from '../../../agent/sets/folded-steps.ts';
import { assertGolden } from '../../support/golden.ts';
import { layers, lists } from '../../support/lists.ts';

/**
 * heapy's setting for its tests: lists, seen from a root that is a tuple which holds the source. Here the tuple is node 0, and
 * the source node 1.
 */
function underTuple(columns: Columns): Columns {
  const { nodeCount, firstEdge, edgeTarget } = columns;
  const items = Array.from({ length: nodeCount }, (_, node) =>
    [...edgeTarget.subarray(firstEdge[node], firstEdge[node + 1])].map((packed) => (packed >>> 3) + 1),
  );
  return lists([1], ...items);
}

function chain(lists_: number): Columns {
  return lists(...Array.from({ length: lists_ }, (_, n) => (n === lists_ - 1 ? [] : [n + 1])));
}

function kinds(set: NodeSet): KindSet[] {
  const [tuple, others] = [set.filter((node) => node === 0), set.filter((node) => node !== 0)];
  return [
    { kind: 'list', set: others },
    { kind: 'tuple', set: tuple },
  ].filter(({ set }) => set.length > 0);
}

function patternOf(columns: Columns, targets: number[], options: Partial<PatternOptions> = {}): ReferencePattern {
  const graph = graphOf(columns);
  const referrers = referrersOf(graph, alive(graph));
  const set = nodeSet(targets);
  return new ReferencePattern(
    { kind: 'list', set },
    { partition: kinds, referrers: (of) => referrersOfSet(referrers, of), ...options },
  );
}

/** `5 list: <address>*5, <address>*5...`: as many items as fit, heapy's way. */
function summary(columns: Columns) {
  return ({ kind, set }: PatternRow, length: number): string => {
    const items = [...set].map((node) => `<address>*${columns.firstEdge[node + 1] - columns.firstEdge[node]}`);
    let text = `${set.length} ${kind}: `;
    for (const [i, item] of items.entries()) {
      const more = i < items.length - 1;
      const next = text + (i === 0 ? '' : ', ') + item;
      if (next.length + (more ? 3 : 0) > length) return `${text}...`;
      text = next;
    }
    return text;
  };
}

const lastOf = ({ nodeCount }: Columns): number => nodeCount - 1;
const names = (pattern: ReferencePattern): string[] => [...pattern].map(({ name }) => name);

describe('a reference pattern', () => {
  it('is printed as heapy prints it', () => {
    const written: string[] = [];
    const write = (page: { toString(): string }): void => void written.push(`${page}\n`);
    const show = (lists_: Columns, depth?: number) => {
      const columns = underTuple(lists_);
      const pattern = patternOf(columns, [lastOf(columns)], depth === undefined ? {} : { depth });
      return patternPages(pattern, { by: '[dict of] class', summary: summary(columns) });
    };
    const printed = (lists_: Columns, depth?: number) => {
      const page = show(lists_, depth);
      write(page);
      return page;
    };
    printed(chain(2));
    printed(chain(7));
    printed(layers(5, 7), 10);
    write(printed(layers(5, 17), 17).more);
    const long = printed(chain(31), 35);
    for (const page of [long.more, long.more.more, long.more.more, long.more.more.more, long.more.more.more])
      write(page);
    write(long.more.more.top);
    write(long.more.more.prev);
    const ten = printed(chain(31), 10);
    write(ten.more);
    write(ten.more.more);
    write(printed(chain(31), 21).more);
    write(show(chain(31), 20).more);
    assertGolden(written.join(''), 'heapy-reference-pattern.txt');
  });

  it('gives its rows by line and by name', () => {
    const columns = underTuple(chain(6));
    const fresh = () => patternOf(columns, [6], { depth: 10 });
    const [a, b, c] = [fresh(), fresh(), fresh()];
    assert.deepEqual(
      [...a].map(({ set }) => [...set]),
      [[6], [5], [4], [3], [2], [1], [0]],
    );
    assert.equal(b.at(-2)!.set[0], 1);
    assert.equal(b.at(0)!.set[0], 6);
    assert.equal(b.length, 7);
    assert.equal(c.named('aa').set[0], 4);
    assert.equal(c.named('a2').set[0], 4);
    assert.equal(c.named('a').set[0], 5);
    assert.equal(c.named('_').set[0], 6);
    assert.equal(c.named('a6').set[0], 0);
    assert.equal(c.at(7), undefined);
    for (const name of ['b', 'a7', '', 'a b', '?']) {
      assert.throws(() => c.named(name), {
        message: `Cannot show row "${name}": the reference pattern has none of that name`,
      });
    }
  });

  it('says where a set has been shown before', () => {
    // dst = [dst], src = [dst]
    const pattern = patternOf(lists([1], [2], [2]), [2]);
    assert.deepEqual(pattern.named('a').set, nodeSet([1, 2]));
    assert.deepEqual(pattern.named('a2').set, pattern.named('a').set);
    assert.equal(pattern.named('a2').mark, pattern.named('a'));
  });

  it('leaves out on request what the rows above have', () => {
    const pattern = patternOf(lists([1], [1]), [1], { withoutCycles: true });
    assert.deepEqual(
      [...pattern].map(({ kind, mark }) => `${kind} ${String(mark)}`),
      ['list -', 'tuple R'],
    );
  });

  it('stops where it is told to, but not at once', () => {
    const stopsAt = (set: NodeSet): boolean => isSubsetOf(set, nodeSet([2, 4]));
    const pattern = patternOf(underTuple(chain(4)), [4], { stopsAt });
    assert.deepEqual(
      [...pattern].map(({ mark }) => mark),
      ['-', '-', 'S'],
    );
  });

  it('may follow immediate dominators instead', () => {
    // src = [dst, [dst]]
    const columns = lists([1], [2, 3], [], [2]);
    const graph = graphOf(columns);
    const referrers = referrersOf(graph, alive(graph));
    const pattern = patternOf(columns, [2], { referrers: (set) => imdom(graph, referrers, set) });
    assert.deepEqual(pattern.named('a').set, nodeSet([1]));
  });

  it('names children past z', () => {
    const many = 60;
    const columns = lists(
      [...Array(many).keys()].map((n) => n + 2),
      [],
      ...Array.from({ length: many }, () => [1]),
    );
    const partition = (set: NodeSet): KindSet[] =>
      [...set].map((node) => ({ kind: `kind ${node}`, set: nodeSet([node]) }));
    const pattern = patternOf(columns, [1], { partition, depth: 1 });
    assert.equal(names(pattern).slice(26, 29).join(), 'z,A,B');
    assert.equal(names(pattern).slice(52, 54).join(), 'Z,<52>');
    for (const row of pattern) assert.equal(pattern.named(row.name), row);
  });

  it('goes as deep as it is told, without recursion', () => {
    const pattern = patternOf(underTuple(chain(5_000)), [5_000], { depth: 1_000_000 });
    assert.equal(pattern.at(5_000)!.name, 'a5000');
    assert.equal(pattern.length, 5_001);
  });

  it('shows a list as one row, with as much work as it has nodes', () => {
    const length = 50_000;
    const columns = underTuple(chain(length));
    const referrers = referrersOf(graphOf(columns), alive(graphOf(columns)));
    let asked = 0;
    const pattern = patternOf(columns, [length], {
      foldsLists: true,
      referrers: (set) => {
        asked += set.length;
        return referrersOfSet(referrers, set);
      },
    });
    const marks = [...pattern].map(({ name, mark, set }) => `${name} ${String(mark)} ${set.length}`);
    assert.deepEqual(marks, ['_ - 1', `a${length - 2} x ${length - 2}`, `a${length - 1} - 1`, `a${length} R 1`]);
    assert.ok(asked <= length + 5, `${asked} nodes were asked for of ${length}`);
    for (const row of [...pattern].slice(2)) assert.equal(pattern.named(row.name), row);
    for (const at of [1, 2, 777, length - 2]) assert.deepEqual([...pattern.named(`a${at}`).set], [length - at]);
    for (const name of [`a${length + 1}`, 'a999999999999', 'ab', 'a700b']) assert.throws(() => pattern.named(name));
  });

  it('shows a list in rows where they are few', () => {
    const marks = [...patternOf(underTuple(chain(8)), [8], { foldsLists: true })].map(({ mark }) => mark);
    assert.deepEqual(marks, ['-', '-', '-', '-', '-', '-', '-', '+']);
  });

  it('does not follow what is nearly all of the row above', () => {
    const columns = underTuple(chain(30));
    const all = Array.from({ length: 30 }, (_, at) => at + 1);
    const rows = [...patternOf(columns, all, { foldsLists: true })];
    assert.deepEqual(
      rows.map(({ name, mark, kind, set }) => `${name} ${String(mark)} ${set.length} ${kind}`),
      ['_ - 30 list', 'a < 29 list', 'b R 1 tuple'],
    );
  });

  it('sees only what the root reaches', () => {
    const columns = lists([1, 2], [3], [3], []);
    const graph = rootedAt(graphOf(columns), 1);
    const referrers = referrersOf(graph, alive(graph));
    const pattern = patternOf(columns, [3], { referrers: (set) => referrersOfSet(referrers, set) });
    assert.deepEqual(
      [...pattern].map(({ set }) => [...set]),
      [[3], [1]],
    );
  });
});

describe('paths of a reference pattern', () => {
  const columns = lists([1], [2, 3], [4], [4], []);
  const pattern = patternOf(columns, [4]);
  const graph = graphOf(columns);
  const print = (only?: ReadonlyMap<string, NodeSet>): string =>
    String(
      patternPathPages(pattern.named('a3'), {
        order: (set) => [...set],
        referents: (node) => referentsOfSet(graph, nodeSet([node])),
        relations: (from, to) =>
          [...columns.edgeTarget.subarray(columns.firstEdge[from], columns.firstEdge[from + 1])].flatMap((packed, i) =>
            packed >>> 3 === to ? [`[${i}]`] : [],
          ),
        fold: (steps) => steps.join(''),
        brief: () => '<1 list: <address>*0>',
        ...(only ? { only } : {}),
      }),
    );
  const lines = [
    "Paths from source 'a3' to target '_'.",
    ' 0: a3 [0] @ [0]',
    ' 1: aa [0]  @ [0]',
    ' 2: a  [0]   @ [0]',
    ' 3: _  [0]    = <1 list: <address>*0>',
    ' 4: aa [0]  @ [1]',
    ' 5: a  [1]   @ [0] -> #3',
  ];

  it('are listed reference by reference', () => {
    assert.equal(print(), lines.join('\n'));
  });

  it('go through a folded list in one line', () => {
    const length = 20_000;
    const columns = underTuple(chain(length));
    const folding = patternOf(columns, [length], { foldsLists: true });
    const graph = graphOf(columns);
    const from = (name: string) =>
      String(
        patternPathPages(folding.named(name), {
          order: (set) => [...set],
          referents: (node) => referentsOfSet(graph, nodeSet([node])),
          relations: () => ['.next'],
          fold: folded,
          brief: () => '<1 list>',
        }),
      );
    assert.equal(
      from('a19999'),
      [
        "Paths from source 'a19999' to target '_'.",
        ' 0: a19999     [0] @ .next',
        ' 1: a19998     [0]  @ (.next × 19,998)',
        ' 2: _          [0]   = <1 list>',
      ].join('\n'),
    );
    assert.match(from('a500'), /a500 +\[0\] @ \(\.next × 500\)\n/);
  });

  it('may be limited to some nodes of a row', () => {
    assert.equal(print(new Map([['a', nodeSet([2])]])), lines.slice(0, 5).join('\n'));
  });
});
