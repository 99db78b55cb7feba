import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasBit } from '../../../agent/graph/bits.ts';
import { ephemeronsOf, firstHalf } from '../../../agent/graph/ephemerons.ts';
import { graph } from '../../support/snapshot-text.ts';

/** The label of a pair of nodes, whose ids are 2n + 1. */
function label(key: number, value: number, table: number, name = 'K'): string {
  return `part of key (${name} @${2 * key + 1}) -> value (V @${2 * value + 1}) pair in WeakMap (table @${2 * table + 1})`;
}

function halves(spec: string): { edge: number; partner: number; fromTable: number }[] {
  const { edge, partner, fromTable } = ephemeronsOf(graph(spec));
  assert.equal(edge.at(-1), 0xffffffff);
  return [...partner.keys()].map((i) => ({ edge: edge[i], partner: partner[i], fromTable: fromTable[i] }));
}

const entry = `0>1 0>2 1>3:internal:'6 / ${label(1, 3, 2)}' 2>1:weak:7 2>3:weak:8 2>3:internal:'3 / ${label(1, 3, 2)}'`;

describe('ephemerons', () => {
  it('are found as two halves of one entry', () => {
    assert.deepEqual(halves(entry), [
      { edge: 2, partner: 2, fromTable: 0 },
      { edge: 5, partner: 1, fromTable: 1 },
    ]);
    const { sources } = ephemeronsOf(graph(entry));
    assert.deepEqual(
      [0, 1, 2, 3].map((node) => hasBit(sources, node)),
      [false, true, true, false],
    );
  });

  it('are looked up by edge', () => {
    const found = ephemeronsOf(graph(entry));
    assert.deepEqual(
      [0, 2, 3, 5, 6].map((edge) => firstHalf(found, edge)),
      [0, 0, 1, 1, 2],
    );
  });

  it('are found whatever the key is called', () => {
    const name = 'a @5) -> value (b';
    const odd = entry.replaceAll(label(1, 3, 2), label(1, 3, 2, name));
    assert.equal(halves(odd).length, 2);
  });

  it('are the same where nobody has noted the weak edges', () => {
    const { weakEdges, ...columns } = graph(entry);
    assert.deepEqual([...weakEdges!], [3, 4]);
    assert.deepEqual(ephemeronsOf(columns), ephemeronsOf(graph(entry)));
  });

  it('tell apart the maps that have one key', () => {
    const second = `0>4 1>5:internal:'7 / ${label(1, 5, 4)}' 4>1:weak:7 4>5:weak:8 4>5:internal:'3 / ${label(1, 5, 4)}'`;
    assert.deepEqual(
      halves(`${entry} ${second}`).map(({ partner }) => partner),
      [2, 4, 1, 1],
    );
  });

  it('are those of the hole too, which has no weak edge: V8 writes it so on Node 18', () => {
    const hole = `1:hidden:'system / Oddball' 2:array`;
    const pair = (table: number, at: number) => `'${at} / ${label(1, 1, table, 'system / Oddball')}'`;
    const spec = `0>1 0>2 1>1:internal:${pair(2, 5)} 1>3 2>1:internal:${pair(2, 1)} 2>3 ${hole}`;
    assert.deepEqual(halves(spec), [
      { edge: 2, partner: 2, fromTable: 0 },
      { edge: 4, partner: 1, fromTable: 1 },
    ]);
    // a table that does not say so, and another object that is its own key
    assert.deepEqual(halves(spec.replace(`2>1:internal:${pair(2, 1)}`, '2>1')), []);
    assert.deepEqual(halves(spec.replace('1:hidden', '1:object').replace("'system / Oddball' 2", 'N 2')), []);
  });

  it('are not those that look like one', () => {
    // a property of that name; one half without the other; a label that was cut
    assert.deepEqual(halves(entry.replaceAll(':internal:', ':property:')), []);
    assert.deepEqual(halves(entry.replace(':internal:', ':property:')), []);
    assert.deepEqual(halves(entry.replaceAll(' (table @5)', '')), []);
    assert.deepEqual(halves(entry.replace('2>1:weak:7', '')), []);
    assert.deepEqual(halves('0>1 1>2:weak:target'), []);
  });
});
