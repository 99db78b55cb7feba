/** heapy's best single invariant: for every classifier and every kind, `kind & s` is that class of `s`; and its algebra. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CLASSIFIERS } from '../../agent/classify/classifiers.ts';
import { type HeapSet, heapSet } from '../../agent/sets/heap-set.ts';
import { ANYTHING, type Comparison, type Kind } from '../../agent/sets/kind.ts';
import { relation } from '../../agent/sets/relation.ts';
import { heapOf } from '../support/heap-view.ts';
import { specs } from '../support/random-specs.ts';

const NAMES = [...CLASSIFIERS.map(({ by }) => by), 'kind&size', 'type&referrers&via'];

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
    assert.throws(() => relation('kind').of('A').alt('<='), {
      name: 'TypeError',
      message: 'Cannot compare kinds by "kind" with "<=": they have no order',
    });
    assert.deepEqual(ids(relation('kind').of('A').alt('!=')), [5, 7]);
  });

  it('read as what makes them', () => {
    const kind = relation('Clodo').of('A').or(relation('size').of(16).alt('>=')).not();
    assert.equal(String(kind), 'hp.by("kind").of("A").or(hp.by("size").of("       16").alt(">=")).not()');
    assert.deepEqual(ids(kind), []);
    assert.deepEqual(ids(kind.not()), [3, 5, 7]);
  });
});
