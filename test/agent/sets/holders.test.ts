/** What keeps a kind alive, as evidence says it: of this process's own heap, in which a list and a map have grown. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getHeapSnapshot } from 'node:v8';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { type HeapSet, wholeHeap } from '../../../agent/sets/heap-set.ts';
import { holdersOf } from '../../../agent/sets/holders.ts';
import { crowdOf } from '../../../agent/sets/hub.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import { heapOf, nodesOf } from '../../support/heap-view.ts';

class Visit {
  readonly at = Math.random();
}

const plantedLines: string[] = [];
const plantedVisits = new Map<string, Visit>();

describe('holders', () => {
  let heap: HeapSet;

  before(async () => {
    for (let i = 0; i < 20_000; i++) plantedLines.push(`line ${i} ${Math.random()}`);
    for (let i = 0; i < 4_000; i++) plantedVisits.set(`visit ${i}`, new Visit());
    const parser = new ColumnsParser();
    for await (const chunk of getHeapSnapshot()) parser.write(chunk);
    heap = wholeHeap(new HeapView(parser.end()));
  });

  it('of strings are those of the list that has grown, not of the many that every program has', () => {
    assert.match(holdersOf(heap, { kinds: ['string'] })?.paths[0] ?? '', /plantedLines/);
  });

  it('of objects whose class no probe has named are those of the class of which there are enough', () => {
    const holders = holdersOf(heap, { kinds: ['string', 'code'], grown: { code: 0 }, unnamed: 4_000 });
    assert.ok(plantedLines.length + plantedVisits.size > 0);
    assert.equal(
      holders?.retained?.some(({ kind }) => kind === 'Visit'),
      true,
    );
    const visits = holdersOf(heap, { kinds: ['number'], grown: { number: 0.1 }, unnamed: 4_000 });
    assert.equal(visits?.kind, 'Visit');
    assert.match(visits?.paths[0] ?? '', /plantedVisits/);
  });
});

describe('a crowd', () => {
  it('is what hangs on one node, each by itself', () => {
    const list = Array.from({ length: 20 }, (_, i) => `2>${10 + i}:element:${i}`);
    const others = Array.from({ length: 7 }, (_, i) => `0>${3 + i} ${3 + i}>${30 + i}`);
    const all = heapOf(['0>1 1>2', ...others, ...list].join(' '));
    const set = nodesOf(all, ...Array.from({ length: 27 }, (_, i) => 10 + i));
    assert.deepEqual([set.count, crowdOf(set).count], [27, 20]);
    const scattered = nodesOf(all, ...Array.from({ length: 7 }, (_, i) => 30 + i));
    assert.equal(crowdOf(scattered).count, 7);
  });
});
