/** What only one holder keeps alive: on drawn heaps against dominos, and each sort of holder on a real one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cutOf, keptBy } from '../../../agent/cut/cut.ts';
import { membersOf } from '../../../agent/graph/bits.ts';
import { dominos } from '../../../agent/graph/dominos.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { nodeSet } from '../../../agent/graph/set.ts';
import { wholeHeap } from '../../../agent/sets/heap-set.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import { specs } from '../../support/random-graph.ts';
import { graph } from '../../support/snapshot-text.ts';

const held = (spec: string, holder: string): number[] => {
  const heap = new Heap(graph(spec));
  return [...membersOf(keptBy(heap, cutOf(heap, holder)))];
};

describe('what one holder keeps alive', () => {
  it('is of an object what goes with it', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, seed) => {
        const heap = new Heap(graph(spec));
        const node = 1 + (seed % Math.max(1, heap.columns.nodeCount - 1));
        if (node >= heap.columns.nodeCount || !heap.isAlive(node)) return;
        const kept = membersOf(keptBy(heap, cutOf(heap, `@${heap.columns.nodeId[node]}`)));
        assert.deepEqual([...kept], [...dominos(heap.graph, nodeSet([node]))]);
      }),
      { numRuns: 300 },
    );
  });

  it('is of listeners what hangs from emitters and nothing else', () => {
    const spec = `0>1:shortcut:g 1:object:global 1>2:property:bus 2:object:EventEmitter 2>3:property:_events 3:object:Object
      3>4:property:message 4:closure:onMessage 4>5:internal:context 5:object:'system / Context' 5>6:context:body 6:object:Body
      4>7:internal:shared 7:code:f 1>7:property:also`;
    assert.deepEqual(held(spec, 'listeners'), [3, 4, 5, 6]);
    assert.deepEqual(held(spec, 'contexts'), [5, 6]);
    assert.deepEqual(held(spec, 'context:onMessage'), [5, 6]);
  });

  it('is of a walked heap also what only garbage holds besides, and no garbage', () => {
    const spec = `0>1:shortcut:g 1:object:global 0>2:element:1 2:synthetic:'(Other roots)' 1>3:property:cache 3:object:Cache
      3>4:property:a 4:object:Session 2>5:element:1 5:object:Array 5>4:element:0`;
    assert.deepEqual(held(spec, 'Cache'), [3, 4]);
  });

  it('is of the console what an inspector has a handle to, by whatever number', () => {
    const spec = `0>1:element:1 1:synthetic:'(Global handles)' 1>2:internal:'1 / DevTools console' 2:object:Watched
      1>3:internal:'2 / node::Environment' 3:object:Own 2>4:property:a 3>5:property:a 2>5:property:b`;
    assert.deepEqual(held(spec, 'console'), [2, 4]);
  });

  it('is of detached elements those and what they have', () => {
    const spec = `0>1:shortcut:w 1:object:Window 1>2:property:row 2:native:'Detached <li>' 2>3:element:1 3:native:Text 1>4:property:b 4:native:'<div>'`;
    assert.deepEqual(held(spec, 'detached'), [2, 3]);
  });

  it('is refused where the heap has no such holder, with those that can be named', () => {
    assert.throws(() => held('0>1', 'package:express'), {
      name: 'RangeError',
      message:
        'Cannot leave out package:express: the heap has none; expected console, listeners, timers, contexts, ' +
        'context:FUNCTION, detached, package:NAME, an id (@4711) or a kind (Session)',
    });
  });
});

describe('a set without a holder', () => {
  const heap = () =>
    wholeHeap(
      new HeapView(
        graph(`0>1:shortcut:g 1:object:global 1>2:property:a 2:object:Cache 2>3:property:s 3:object:Session
      1>4:property:b 4:object:Queue 4>5:property:s 5:object:Job 5>3:property:session`),
      ),
    );

  it('and what it keeps are all of it', () => {
    const [kept, left] = [heap().keptBy('Queue'), heap().without('Queue')];
    assert.equal(kept.brief, '<2 (Job | Queue): <1 Job: @11> | <1 Queue: @9>>');
    assert.equal(kept.count + left.count, heap().count);
  });

  it('has other paths', () => {
    const to = heap().and(heap().parts.find((part) => part.brief.includes('Session'))!.kind);
    assert.deepEqual(to.sp.aslist(), ['global.a.s']);
    assert.deepEqual(to.getShpaths({ without: ['Cache'] }).aslist(), ['global.b.s.session']);
    assert.equal(String(to.getShpaths({ without: ['Cache', 'Queue'] })), '<No paths>');
  });
});
