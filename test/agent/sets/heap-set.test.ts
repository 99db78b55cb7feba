import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeapSet } from '../../../agent/sets/heap-set.ts';
import { heldElsewhere, setOfIds } from '../../../agent/sets/heap-set.ts';
import { ANYTHING } from '../../../agent/sets/kind.ts';
import { load } from '../../../agent/sets/load.ts';
import { relation } from '../../../agent/sets/relation.ts';
import { heapOf, nodesOf } from '../../support/heap-view.ts';

/** A hundred numbers, 16 bytes each, in the order of a shuffle. */
function numbers(): HeapSet {
  const values = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
  return heapOf(values.map((value, i) => `0>${i + 1} ${i + 1}:number:${value}.0:16`).join(' '));
}

const SHOP =
  '0>1 1:object:Shop:40 1>2:property:carts 2:object:Array:16 2>3:element:0 2>4:element:1 3:object:Cart:24 4:object:Cart:24 ' +
  '2>5:internal:elements 5:array:e:32 5>3:internal:0 5>4:internal:1 3>6:property:note 6:string:hello:16';

describe('the identity table', () => {
  it('is heapy’s, to the letter', () => {
    const byid = numbers().byid;
    assert.equal(
      `${byid}\n${byid.more}\n`,
      `Set of 100 <number> objects. Total size = 1600 bytes.
 Index     Size   %   Cumulative  %   Value
     0       16   1.0        16   1.0 0.0
     1       16   1.0        32   2.0 1.0
     2       16   1.0        48   3.0 2.0
     3       16   1.0        64   4.0 3.0
     4       16   1.0        80   5.0 4.0
     5       16   1.0        96   6.0 5.0
     6       16   1.0       112   7.0 6.0
     7       16   1.0       128   8.0 7.0
     8       16   1.0       144   9.0 8.0
     9       16   1.0       160  10.0 9.0
<90 more rows. Type e.g. '_.more' to view.>
 Index     Size   %   Cumulative  %   Value
    10       16   1.0       176  11.0 10.0
    11       16   1.0       192  12.0 11.0
    12       16   1.0       208  13.0 12.0
    13       16   1.0       224  14.0 13.0
    14       16   1.0       240  15.0 14.0
    15       16   1.0       256  16.0 15.0
    16       16   1.0       272  17.0 16.0
    17       16   1.0       288  18.0 17.0
    18       16   1.0       304  19.0 18.0
    19       16   1.0       320  20.0 19.0
<80 more rows. Type e.g. '_.more' to view.>
`,
    );
    assert.equal(String(byid.all).split('\n').length, 102);
  });

  it('of slices keeps the order of the whole', () => {
    const strings = 'abc'.split('').flatMap((c) => Array.from({ length: 40 }, (_, i) => c.repeat(i + 1)));
    const all = heapOf(
      strings.map((text, i) => `0>${i + 1} ${i + 1}:string:${text}:${16 + text.length}`).join(' '),
    ).byid;
    const texts = (set: HeapSet): string[] => set.stat.rows.map((row) => row.kind);
    for (let i = 0; i < 120; i += 30) assert.deepEqual(texts(all.slice(i)), texts(all).slice(i));
  });

  it('gives one set however it is asked for a row', () => {
    const all = numbers().byid;
    for (const same of [all[-10], all.at(-10), all.slice(-10, -9), all.parts.at(-10)]) {
      assert.deepEqual(same?.ids, all[90]?.ids);
      assert.equal(String(same), String(all[90]));
    }
  });

  it('has the header and texts that fit the kind', () => {
    const shop = heapOf(SHOP);
    const head = (set: HeapSet): string[] => String(set.byid).split('\n').slice(0, 3);
    assert.deepEqual(head(nodesOf(shop, 6)), [
      'Set of 1 <string> object. Total size = 16 bytes.',
      ' Index     Size   %   Cumulative  %   Representation (limited)',
      "     0       16 100.0        16 100.0 'hello'",
    ]);
    assert.deepEqual(head(nodesOf(shop, 5)), [
      'Set of 1 <elements of Array> object. Total size = 32 bytes.',
      ' Index     Size   %   Cumulative  %   Owner Address',
      '     0       32 100.0        32 100.0 @5',
    ]);
    assert.deepEqual(head(nodesOf(shop, 3, 6)), [
      'Set of 2 <mixed> objects. Total size = 40 bytes.',
      ' Index     Size   %   Cumulative  %   Brief',
      '     0       24  60.0        24  60.0 Cart: @7',
    ]);
  });

  it('cuts the middle out of long strings', () => {
    const [line] = String(heapOf(`0>1 1:string:${'a'.repeat(30)}`).byid)
      .split('\n')
      .slice(-1);
    assert.equal(line?.slice(38), "'aaaaaaaaaaaa...aaaaaaaaaaaaa'");
    assert.match(String(heapOf('0>1 1:string:secret', { strings: false }).byid), / \{\*\}$/);
  });
});

describe('a set', () => {
  it('prints as a table, and its rows are sets', () => {
    const shop = heapOf(SHOP);
    assert.equal(
      String(shop),
      `Partition of a set of 6 objects. Total size = 152 bytes.
 Index  Count   %     Size   % Cumulative  % Kind (class / store of class)
     0      2  33       48  32        48  32 Cart
     1      1  17       40  26        88  58 Shop
     2      1  17       32  21       120  79 elements of Array
     3      1  17       16  11       136  89 Array
     4      1  17       16  11       152 100 string`,
    );
    assert.equal(String(shop[1]).split('\n')[2], '     0      1 100       40 100        40 100 Shop');
    assert.deepEqual([shop.length, shop.count, shop.size], [5, 6, 152]);
    assert.deepEqual(shop[-1]?.ids, [13]);
    assert.deepEqual(shop.slice(0, 2).ids, [3, 7, 9]);
    assert.equal(String(shop.byclodo), String(shop.byKind));
    assert.equal(
      String(shop.by('Clodo&Size')).split('\n')[2],
      '     0      2  33       48  32        48  32 Cart & 24',
    );
  });

  it('of single objects has a row for each', () => {
    const byidset = nodesOf(heapOf(SHOP), 3, 4).byidset;
    assert.equal(
      String(byidset),
      `Partition of a set of 2 objects. Total size = 48 bytes.
 Index  Count   %     Size   % Cumulative  % by identity set
     0      1  50       24  50        24  50 <1 Cart: @7>
     1      1  50       24  50        48 100 <1 Cart: @9>`,
    );
  });

  it('has heapy’s algebra', () => {
    const shop = heapOf(SHOP);
    const [a, b] = [nodesOf(shop, 1, 2, 3), nodesOf(shop, 3, 4)];
    assert.deepEqual(a.or(b).ids, [3, 5, 7, 9]);
    assert.deepEqual(a.and(b).ids, [7]);
    assert.deepEqual(a.sub(b).ids, [3, 5]);
    assert.deepEqual(a.xor(b).ids, [3, 5, 9]);
    assert.ok(a.and(b).isSubsetOf(a) && a.isSupersetOf(a.and(b)) && !a.isSubsetOf(b));
    assert.ok(a.sub(b).disjoint(b) && !a.isDisjointFrom(b));
    assert.ok(a.and(b).equals(setOfIds(shop.view, 7)) && a.has(3) && !a.has(9));
    assert.deepEqual(shop.and(ANYTHING).count, 6);
  });

  it('knows what holds it and what it holds', () => {
    const shop = heapOf(SHOP);
    const carts = nodesOf(shop, 3, 4);
    assert.deepEqual(carts.referrers.ids, [5]);
    assert.deepEqual(nodesOf(shop, 3).referents.ids, [13]);
    assert.deepEqual(nodesOf(shop, 5).owners.ids, [5]);
    assert.deepEqual(nodesOf(shop, 3).dominos.ids, [7, 13]);
    assert.equal(nodesOf(shop, 2).domisize, 112);
    assert.deepEqual(carts.imdom.ids, [5]);
    assert.deepEqual(carts.idom.ids, [5]);
    assert.deepEqual(nodesOf(shop, 3).retained, [40]);
    assert.deepEqual(carts.maprox('note').ids, [13]);
    assert.deepEqual(nodesOf(shop, 2).maprox(1).ids, [9]);
  });

  it('knows what neither globals nor modules reach', () => {
    const roots =
      "0>1:shortcut:2 1:object:global 0>2:element:1 2:synthetic:'(GC roots)' 2>3:element:13 3:synthetic:'(Global handles)'";
    const heap = heapOf(`${roots} 3>4:internal:7 1>5:property:x 4>6:property:y 5>7:property:z 4>7:property:z`);
    assert.deepEqual([...heldElsewhere(heap).nodes], [4, 6]);
    assert.equal(heldElsewhere(heap.bysize).er.by, 'size');
  });

  it('tells what it is in a line', () => {
    const shop = heapOf(SHOP);
    assert.equal(nodesOf(shop, 3, 4).brief, '<2 Cart: @7, @9>');
    assert.equal(nodesOf(shop, 3, 4, 6).brief, "<3 (Cart | string): <2 Cart: @7, @9> | <1 string: 'hello'>>");
    const many = numbers();
    assert.equal(many.brief.length, 80);
    // heapy's: the dots stand behind the last item that was met, which then is put in its place
    assert.match(many.brief, /^<100 number: 0\.0, .*\d\.\.\., .*>$/);
  });

  it('describes its only object, or hands it to the session', () => {
    const shop = heapOf(SHOP);
    assert.equal(nodesOf(shop, 3).theone, "Cart @7, 24 bytes, 40 retained\n  .note  string: 'hello'");
    const dictionary = heapOf("0>1 1:object:Cache 1>2:property:'Ann Other' 1>3:internal:properties 3:array", {
      strings: false,
    });
    assert.match(String(nodesOf(dictionary, 1).theone), /\n {2}\[\{\*\}\] {2}N2: @5$/);
    const live = heapOf(SHOP, { theone: (id) => ({ id }) });
    assert.deepEqual(nodesOf(live, 3).theone, { id: 7 });
    assert.throws(() => shop.theone, /^RangeError: Cannot take the one: the set has 6 objects$/);
  });

  it('answers mistakes in a line', () => {
    const shop = heapOf(SHOP);
    assert.throws(() => shop[5], /^RangeError: Cannot take row 5: the partition has 5 rows$/);
    assert.throws(() => shop.at(-6), /^RangeError: Cannot take row -6/);
    assert.throws(() => Reflect.get(shop, 'bycolour'), /^RangeError: Cannot classify by "colour": expected one of/);
    assert.throws(
      () => Reflect.get(shop, 'referers'),
      /^TypeError: Cannot get "referers": there is no such property here$/,
    );
    assert.throws(
      () => shop.or(heapOf(SHOP)),
      /^TypeError: Cannot combine sets of two heaps: compare their figures with diff$/,
    );
    assert.throws(() => setOfIds(shop.view, 99), /^RangeError: Cannot take object @99: the snapshot has no such id$/);
    assert.throws(() => shop.dump('x.hpy'), /^TypeError: Cannot dump to x\.hpy: this session writes no files$/);
    assert.equal(Reflect.get(shop, 'then'), undefined);
  });

  it('that is empty says so', () => {
    const shop = heapOf(SHOP);
    const nothing = shop.sub(shop);
    for (const text of [nothing, nothing.byid, nothing.bysize, nothing.referrers, nothing.dominos]) {
      assert.equal(String(text), 'hp.Nothing');
    }
    assert.equal(nothing.brief, '<Nothing>');
    assert.equal(String(nothing.stat), 'Partition of a set of 0 objects. Total size = 0 bytes.');
    assert.equal(String(nothing.sp), '<No paths>');
    assert.deepEqual([nothing.count, nothing.length, nothing.domisize], [0, 0, 0]);
    assert.ok(nothing.isSubsetOf(shop));
  });
});

describe('pages', () => {
  const rows = (count: number): HeapSet =>
    heapOf(
      Array.from({ length: count }, (_, i) => `0>${i + 1} ${i + 1}:object:K${String(i).padStart(2, '0')}`).join(' '),
    );
  const kinds = (page: unknown): string[] => [...String(page).matchAll(/K\d\d$/gm)].map(String);

  it('go on where the page before ended, as heapy’s do', () => {
    const set = rows(22);
    assert.equal(kinds(set).length, 10);
    assert.match(String(set), /<12 more rows\. Type e\.g\. '_\.more' to view\.>$/);
    assert.deepEqual(kinds(set.more), kinds(set.all).slice(10, 20));
    assert.equal(
      String(set.more).split('\n')[0],
      ' Index  Count   %     Size   % Cumulative  % Kind (class / store of class)',
    );
    assert.deepEqual(kinds(set.more.more), ['K20', 'K21']);
    assert.equal(String(set.more.more.more), '');
  });

  it('show a single row instead of a line that tells of it', () => {
    assert.equal(kinds(rows(11)).length, 11);
    assert.equal(String(rows(11).more), '');
    assert.equal(kinds(rows(21).more).length, 11);
    assert.equal(kinds(rows(12)).length, 10);
  });

  it('lead back, and stay the set that they are of', () => {
    const set = rows(32);
    const third = set.more.more as HeapSet & { prev: HeapSet; top: HeapSet };
    assert.deepEqual(kinds(third.prev), kinds(set.more));
    assert.deepEqual(kinds(third.top), kinds(set));
    assert.equal(third.top, (set.more as typeof third).top);
    assert.equal(third.count, 32);
    assert.equal(String(third.bysize), String(set.bysize));
  });
});

describe('a stat', () => {
  /** Two classes of one name, written in two places. */
  const TWINS = '0>1 0>2 0>3 0>4 1:object:C 2:object:C 3:closure:C 4:closure:C 1@1:0:0 3@1:0:0 2@2:5:0 4@2:5:0';

  it('keeps two classes of one name apart', () => {
    const heap = heapOf(TWINS);
    const [x, y, none] = [nodesOf(heap, 1, 2), nodesOf(heap, 2), nodesOf(heap)];
    assert.deepEqual([x.diff(y).count, x.diff(y)[0]?.count], [1, 1]);
    assert.deepEqual([y.diff(x).count, y.diff(x)[0]?.count], [-1, -1]);
    assert.deepEqual([x.diff(none).count, x.diff(none).length], [2, 2]);
    assert.deepEqual([none.diff(x).count, none.diff(x).length], [-2, 2]);
  });

  it('is printed and cut as a set is', () => {
    const { stat } = heapOf(SHOP);
    assert.equal(String(stat), String(heapOf(SHOP)));
    assert.equal(String(stat[0]), String(heapOf(SHOP)[0]));
    assert.deepEqual([stat.slice(1, 3).count, stat.slice(1, 3).size, stat.numrows], [2, 72, 5]);
    assert.throws(() => stat[5], /^RangeError: Cannot take row 5: the stat has 5 rows$/);
  });

  it('gives rows by name, and the largest with one row for all others', () => {
    const { stat } = heapOf(SHOP);
    assert.deepEqual(stat.rowsOfKinds(['string', 'none']), [{ kind: 'string', count: 1, sizeBytes: 16 }, null]);
    const kinds = (rows: readonly { kind: string }[]): string => rows.map(({ kind }) => kind).join();
    assert.equal(kinds(stat.rowsAndOther(2)), '<Other>,Cart,Shop');
    assert.equal(kinds(stat.rowsAndOther(1, 'Count')), '<Other>,Cart');
    assert.deepEqual(stat.get_rows_n_and_other(3).at(-1), { kind: '<Other>', count: 2, sizeBytes: 32 });
    assert.equal(kinds(stat.rowsAndOther(5)), kinds(stat.get_rows()));
  });

  it('less another is heapy’s difference', () => {
    const shop = heapOf(SHOP);
    const difference = shop.diff(nodesOf(shop, 1, 2, 3));
    assert.equal(
      String(difference),
      `Summary of difference operation (A-B).
        Count     Size
  A         6      152
  B         3       80
  A-B       3       72  =        90 % of B

Differences by kind, largest absolute size diffs first.
 Index  Count     Size  Cumulative  % of B Kind (class / store of class)
     0      1       32        32        40 elements of Array
     1      1       24        56        70 Cart
     2      1       16        72        90 string`,
    );
    assert.match(String(difference[1]), /^ {2}A {9}4 {6}104$/m);
    assert.throws(() => shop.stat.diff(shop.bysize.stat), /^RangeError: Cannot compare partitions: one is by Kind/);
  });

  it('is written to a line and read again', () => {
    const origin = { target: '9229', pid: 4711, nodeVersion: 'v20.20.2', rssBytes: 1e8, label: 'before' };
    const written: string[] = [];
    const shop = heapOf(SHOP, { origin, append: (path, text) => void written.push(`${path}: ${text}`) });
    const sets = [shop, shop.byid, shop.byvia];
    const text = sets.map((set) => set.dump('x.hpy')).join('') + shop.diff(nodesOf(shop, 1)).dump();
    assert.equal(written.length, 3);
    const loaded = load(text);
    assert.deepEqual(loaded.map(String), [...sets.map((set) => set.stat), shop.diff(nodesOf(shop, 1))].map(String));
    assert.deepEqual(JSON.parse(text.split('\n')[0]!).pid, 4711);
    assert.throws(() => load('{"heapwatch":2}'), /^SyntaxError: Cannot read dump: line 1: heapwatch: /);
    assert.throws(() => load(`${shop.dump()}junk`), /^SyntaxError: Cannot read dump: line 2 is no JSON$/);
  });
});

it('relations are named in heapy’s words and ours', () => {
  assert.equal(relation('Rcs').by, 'referrers');
  assert.equal(relation('').by, 'unity');
  assert.equal(relation('Kind').and(relation('size')).by, 'kind&size');
});
