/** heapy's best single invariant: for every classifier and every kind, `kind & s` is that class of `s`; and its algebra. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { byAge } from '../../../agent/classify/age.ts';
import { CLASSIFIERS } from '../../../agent/classify/classifiers.ts';
import { module } from '../../../agent/classify/module.ts';
import type { Classifier } from '../../../agent/classify/naming/classifier.ts';
import { retained } from '../../../agent/classify/retained.ts';
import { type HeapSet, heapSet, setOfIds } from '../../../agent/sets/heap-set.ts';
import { ANYTHING, type Comparison, type Kind, NOTHING } from '../../../agent/sets/kind.ts';
import { firstOf, relation } from '../../../agent/sets/relation.ts';
import { heapOf, nodesOf } from '../../support/heap-view.ts';
import { specs } from '../../support/random-specs.ts';

const NAMES = [...CLASSIFIERS.map(({ by }) => by), 'idset', 'kind&size', 'type&referrers&via'];

/** A heap and two sets of its objects. */
const heaps = fc.tuple(specs, fc.infiniteStream(fc.nat(3))).map(([spec, draws]) => {
  const heap = heapOf(spec);
  const drawn = Array.from(heap.nodes, () => draws.next().value as number);
  const part = (bit: number): HeapSet =>
    heapSet(
      heap.view,
      heap.nodes.filter((_, at) => (drawn[at]! & bit) !== 0),
    );
  return { heap, s: part(1), t: part(2) };
});

function assertSame(actual: HeapSet, expected: HeapSet): void {
  assert.deepEqual(actual.nodes, expected.nodes);
}

/** Some kinds of a heap, and what symbols make of them. */
function kindsIn(heap: HeapSet, by: string): Kind[] {
  const kinds = heap.by(by).parts.map((part) => part.by(by).kind);
  const both = kinds.length > 1 ? [kinds[0]!.or(kinds[1]!), kinds[0]!.not().and(kinds[1]!)] : [];
  return [...kinds, ...both, ...kinds.slice(0, 2).map((kind) => kind.not()), ANYTHING];
}

for (const by of NAMES) {
  describe(`by ${by}`, () => {
    it('the kind of each class selects just that class', () => {
      fc.assert(
        fc.property(heaps, ({ heap, s }) => {
          const rows = s.by(by);
          for (const [row, part] of rows.parts.entries()) {
            const kind = part.kind;
            assertSame(s.and(kind), part);
            assertSame(rows.at(row), part);
            assert.ok(part.isSubsetOf(kind));
          }
          assertSame(s.and(rows.kind), s);
          assertSame(heap.and(rows.kind).and(s), s);
        }),
        { numRuns: 40 },
      );
    });

    it('kinds obey the laws of sets', () => {
      fc.assert(
        fc.property(heaps, fc.infiniteStream(fc.nat()), ({ heap, s, t }, draws) => {
          const kinds = kindsIn(heap, by);
          const drawn = (): Kind => kinds[(draws.next().value as number) % kinds.length]!;
          const same = (a: Kind, b: Kind): void => assertSame(heap.and(a), heap.and(b));
          const [a, b, c] = [drawn(), drawn().or(s), drawn().or(t)];
          same(a.and(b), b.and(a));
          same(a.or(b), b.or(a));
          same(a.and(b).and(c), a.and(b.and(c)));
          same(a.or(b).or(c), a.or(b.or(c)));
          same(a.and(b.or(c)), a.and(b).or(a.and(c)));
          same(a.or(b.and(c)), a.or(b).and(a.or(c)));
          same(a.and(b).not(), a.not().or(b.not()));
          same(a.or(b).not(), a.not().and(b.not()));
          same(a.sub(b), a.and(b.not()));
          same(a.xor(b), a.or(b).sub(a.and(b)));
          same(a.or(a.and(b)), a);
          same(a.not().not(), a);
          same(a.sub(a), NOTHING);
          same(a.or(a.not()), ANYTHING);
        }),
        { numRuns: 20 },
      );
    });

    it('a kind reads as what makes it again', () => {
      fc.assert(
        fc.property(heaps, ({ heap, s }) => {
          const hp = {
            by: relation,
            findex: firstOf,
            iso: (...ids: number[]) => setOfIds(heap.view, ...ids),
            Anything: ANYTHING,
            Nothing: NOTHING,
          };
          for (const kind of [...kindsIn(heap, by), s.byid.kind, firstOf(...kindsIn(heap, by)).of(s)]) {
            const again: HeapSet | Kind = runInNewContext(String(kind), { hp });
            assertSame(heap.and(again), heap.and(kind));
          }
        }),
        { numRuns: 20 },
      );
    });

    it('selecting commutes with what sets do', () => {
      fc.assert(
        fc.property(heaps, ({ heap, s, t }) => {
          for (const kind of kindsIn(heap, by)) {
            assertSame(kind.and(s.or(t)), s.and(kind).or(t.and(kind)));
            assertSame(kind.and(s.and(t)), s.and(kind).and(t.and(kind)));
            assertSame(kind.and(s.sub(t)), s.and(kind).sub(t.and(kind)));
            assertSame(kind.and(s.xor(t)), s.and(kind).xor(t.and(kind)));
            assertSame(s.sub(kind), s.and(kind.not()));
          }
        }),
        { numRuns: 20 },
      );
    });
  });
}

it('relations stand in the order that their kinds have in any heap', () => {
  const relations = NAMES.map((by) => relation(by));
  const claims = relations.flatMap((a) => relations.filter((b) => a.isSubrelationOf(b)).map((b) => [a, b] as const));
  const proper = claims.filter(([a, b]) => a.by !== b.by && !/^id/.test(a.by) && b.by !== 'unity');
  assert.deepEqual(
    proper.map(([a, b]) => `${a.by} <= ${b.by}`),
    ['name <= type', ...['kind', 'size'].map((by) => `kind&size <= ${by}`)].concat(
      ...['type', 'referrers', 'via'].map((by) => `type&referrers&via <= ${by}`),
    ),
  );
  fc.assert(
    fc.property(heaps, ({ heap }) => {
      for (const [a, b] of claims)
        for (const part of heap.by(a).parts) assert.equal(part.by(b).length, 1, `${a}, ${b}`);
    }),
    { numRuns: 20 },
  );
});

describe('kinds', () => {
  const heap = heapOf('0>1 0>2 0>3 1:object:A:8 2:object:B:16 3:object:B:32 1>3:property:x 2>3:property:y');
  const ids = (kind: Kind): number[] => heap.and(kind).ids;

  it('by size stand in order', () => {
    const alt = (comparison: Comparison): number[] => ids(relation('size').of(16).alt(comparison));
    assert.deepEqual(alt('<'), [3]);
    assert.deepEqual(alt('<='), [3, 5]);
    assert.deepEqual(alt('=='), [5]);
    assert.deepEqual(alt('!='), [3, 7]);
    assert.deepEqual(alt('>='), [5, 7]);
    assert.deepEqual(alt('>'), [7]);
  });

  it('by referrers and edges stand in order as sets do', () => {
    assert.deepEqual(ids(relation('via').of('.p, .x').alt('<=')), [3, 5]);
    assert.deepEqual(ids(relation('via').of('.x').alt('>=')), [7]);
    assert.deepEqual(ids(relation('rcs').of('A, B, (root)').alt('<')), [3, 5]);
  });

  it('by name have no order', () => {
    assert.throws(() => relation('name').of('A').alt('<='), {
      name: 'TypeError',
      message: 'Cannot compare kinds by "name" with "<=": they have no order',
    });
    assert.deepEqual(ids(relation('kind').of('A').alt('!=')), [5, 7]);
  });

  it('by class stand in the order in which classes extend each other', () => {
    const classes =
      '1:object:Dog 2:object:Animal 3:closure:Dog 4:closure:Animal 0>5 5:object:Dog 0>6 6:object:Animal 0>9 9:object:Object ' +
      '1>3:property:constructor 2>4:property:constructor 1>2:property:__proto__ 5>1:property:__proto__ ' +
      '6>2:property:__proto__ 2>7:property:__proto__ 7:object:Object 7>8:property:constructor 8:closure:Object 9>7:property:__proto__';
    const animals = heapOf(classes);
    const alt = (by: string, name: string, comparison: Comparison): number[] =>
      animals.and(relation(by).of(name).alt(comparison)).and(setOfIds(animals.view, 11, 13, 19)).ids;
    for (const by of ['kind', 'class']) {
      assert.deepEqual(alt(by, 'Animal', '<='), [11, 13]);
      assert.deepEqual(alt(by, 'Animal', '<'), [11]);
      assert.deepEqual(alt(by, 'Object', '<='), [11, 13, 19]);
      assert.deepEqual(alt(by, 'Dog', '>'), [13, 19]);
      assert.deepEqual(alt(by, 'Dog', '>='), [11, 13, 19]);
    }
  });

  it('by module stand in folders, by age in time, by retained size in order', () => {
    const order = (classifier: Classifier, a: string, b: string): boolean => classifier.order!.atMost(a, b);
    assert.ok(order(module, 'node:internal/streams', 'node:internal'));
    assert.ok(!order(module, 'node:internals', 'node:internal'));
    const age = byAge([{ label: 'a', maxId: 1 }]);
    assert.ok(order(age, 'before a', 'since a') && !order(age, 'since a', 'before a'));
    assert.ok(!order(age, 'embedder (no age)', 'since a'));
    assert.ok(order(retained, '16 B - 32 B', '1 KB - 2 KB') && !order(retained, '1 KB - 2 KB', '512 B - 1 KB'));
  });

  it('are made by calling a relation, as in heapy', () => {
    assert.deepEqual(ids(relation('Size')(16)), [5]);
    assert.deepEqual(ids(relation('Clodo')('A', 'B')), [3, 5, 7]);
    assert.deepEqual(ids(relation('Via')('.y', '.x', '.p')), [7]);
    assert.deepEqual(ids(relation('Via')('.x', '.p')), []);
    assert.deepEqual(ids(relation('Rcs')(relation('kind').of('B'), relation('kind').of('(root)'))), []);
    assert.deepEqual(ids(relation('Id')(5)), [5]);
    assert.deepEqual(ids(relation('Unity')()), [3, 5, 7]);
    assert.equal(String(relation('Via')()), 'hp.by("via").of("<Nothing>")');
    assert.throws(
      () => relation('kind').of(ANYTHING),
      /^TypeError: Cannot take a kind of hp\.Anything: it is one already$/,
    );
  });

  it('are of sets too', () => {
    const [a, b] = [nodesOf(heap, 1), nodesOf(heap, 2)];
    const isB = relation('kind').of('B');
    assert.deepEqual(ids(a.or(isB)), [3, 5, 7]);
    assert.deepEqual(ids(a.not()), [5, 7]);
    assert.deepEqual(ids(isB.sub(b.union(NOTHING))), [7]);
    assert.deepEqual(ids(isB.xor(a.or(NOTHING))), [3, 5, 7]);
    assert.deepEqual(ids(isB.xor(b.or(NOTHING))), [7]);
  });

  it('are told in a few words', () => {
    const briefs: [Kind, string][] = [
      [relation('kind').of('A'), 'A'],
      [relation('size').of(16), '<size = 16>'],
      [relation('size').of(16).alt('>='), '<size >= 16>'],
      [relation('via').of('.x'), '<via .x>'],
      [relation('rcs').of('A').alt('<='), '<<= referred by: A>'],
      [relation('kind').of('A').or(relation('size').of(16)).not(), '~(A | <size = 16>)'],
      [relation('kind').of('A').and(relation('type').of('object')), '(A & object)'],
      [nodesOf(heap, 1).kind.and(ANYTHING), 'A'],
      [nodesOf(heap, 1).byid.kind, '<1 A: @3>'],
      [ANYTHING, '<Anything>'],
      [NOTHING, '<Nothing>'],
    ];
    for (const [kind, text] of briefs) assert.equal(kind.brief, text);
  });

  it('tell the first of several that an object is of', () => {
    const fx = firstOf(relation('size').of(32), relation('kind').of('B'));
    assert.equal(String(fx), 'hp.findex(hp.by("size").of("       32"), hp.by("kind").of("B"))');
    assert.equal(
      String(heap.by(fx)),
      `Partition of a set of 3 objects. Total size = 56 bytes.
 Index  Count   %     Size   % Cumulative  % First Matching Kind / Index
     0      1  33       32  57        32  57 <size = 32> / 0
     1      1  33       16  29        48  86 B / 1
     2      1  33        8  14        56 100 <None>`,
    );
    assert.equal(
      String(heap.by(nodesOf(heap, 1, 3).biper)),
      `Partition of a set of 3 objects. Total size = 56 bytes.
 Index  Count   %     Size   % Cumulative  % First Matching Kind / Index
     0      2  67       40  71        40  71 <2 (A | B): <1 A: @3> | <1 B: @7>> / 0
     1      1  33       16  29        56 100 <None>`,
    );
    assert.deepEqual(heap.by(fx)[0]?.kind.select(heap.view, heap.nodes), nodesOf(heap, 3).nodes);
    assert.equal(heap.by(fx.and(relation('size')))[2]?.stat.rows[0]?.kind, '<None> & 8');
  });

  it('are no numbers', () => {
    const number = (of: () => unknown): void =>
      assert.throws(of, /^TypeError: Cannot calculate with sets or kinds: for & \| - \^ ~ write a\.and\(b\), /);
    const [a, k] = [heap as unknown as number, relation('kind').of('A') as unknown as number];
    number(() => a & a);
    number(() => a.valueOf() - k);
    number(() => a < k);
    number(() => ~k);
    number(() => (heap.more as unknown as number) | a);
    assert.equal(`${heap.more}`, '');
  });

  it('read as what makes them', () => {
    const kind = relation('Clodo').of('A').or(relation('size').of(16).alt('>=')).not();
    assert.equal(String(kind), 'hp.by("kind").of("A").or(hp.by("size").of("       16").alt(">=")).not()');
    assert.deepEqual(ids(kind), []);
    assert.deepEqual(ids(kind.not()), [3, 5, 7]);
  });
});
