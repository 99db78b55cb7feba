/** A thousand objects that hold each other at random: a walk and V8's own snapshot of the same moment say the same of each. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { attach } from '../../../../agent/attach/agent.ts';
import { distances } from '../../../../agent/graph/distance.ts';
import { Heap } from '../../../../agent/graph/heap.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../../../../agent/parse/columns.ts';
import { unpacked } from '../../../../agent/parse/packed.ts';
import { columns } from '../../../../agent/probe/columns.ts';
import { Walker } from '../../../../agent/probe/walk.ts';
import { nodeBinary, TRIED_MAJORS } from '../../../support/node-versions.ts';
import { startTarget } from '../../../support/target.ts';

const OBJECTS = 1_200;

/** What an object is found to be: what it retains, how far it is, and all of its shortest paths. */
interface Figures {
  readonly retainedBytes: number;
  readonly distance: number;
  readonly paths: string;
}

/** By label. */
function figuresOf(heap: Heap): Map<string, Figures> {
  const distance = distances(heap.graph);
  const paths = new ShortestPaths(heap, distance);
  return new Map(
    labelled(heap.columns).map(([label, node]) => [
      label,
      { retainedBytes: heap.retained[node], distance: distance[node], paths: paths.of(node) },
    ]),
  );
}

/** The objects with a property `label` that is such a string. */
function labelled({ nodeCount, firstEdge, edgeTarget, edgeName, edgeTypes, nodeName, strings }: Columns) {
  const [property, name] = [edgeTypes.indexOf('property'), strings.find('label')];
  const found: [label: string, node: number][] = [];
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (edgeName[edge] !== name || (edgeTarget[edge] & EDGE_TYPE_MASK) !== property) continue;
      const text = strings.get(nodeName[edgeTarget[edge] >>> EDGE_TYPE_BITS]);
      if (/^web \d+$/.test(text)) found.push([text, node]);
    }
  }
  return found;
}

/** All shortest paths of a node as one text: of each edge into it from a node that is nearer, and of the paths of that node. */
class ShortestPaths {
  readonly #heap: Heap;
  readonly #distance: Int32Array;
  readonly #known = new Map<number, string>();

  constructor(heap: Heap, distance: Int32Array) {
    this.#heap = heap;
    this.#distance = distance;
  }

  of(node: number): string {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const { columns } = this.#heap;
    // V8 names its global object in several ways, and since V8 14 its realm holds it in two
    if (columns.strings.get(columns.nodeName[node]).startsWith('global')) return 'global';
    const ways = new Set<string>();
    for (const [from, edge] of this.#edgesInto(node)) {
      if (this.#distance[from] === this.#distance[node] - 1) ways.add(`${this.#edgeText(edge)} of ${this.of(from)}`);
    }
    const type = columns.nodeTypes[columns.nodeType[node]];
    const own = type === 'object' || type === 'closure' ? columns.strings.get(columns.nodeName[node]) : type;
    const text = `${own} ${createHash('sha1')
      .update([...ways].sort().join('\n'))
      .digest('hex')}`;
    this.#known.set(node, text);
    return text;
  }

  *#edgesInto(node: number): Generator<[from: number, edge: number]> {
    const { columns, referrers } = this.#heap;
    const { firstEdge, edgeTarget, edgeTypes } = columns;
    const weak = edgeTypes.indexOf('weak');
    const { firstReferrer, referrer } = referrers;
    const sources = referrer.subarray(firstReferrer[node], firstReferrer[node + 1]);
    for (const from of new Set(Array.from(sources, (entry) => entry >>> EDGE_TYPE_BITS))) {
      for (let edge = firstEdge[from]; edge < firstEdge[from + 1]; edge++) {
        const packed = edgeTarget[edge];
        if (packed >>> EDGE_TYPE_BITS === node && (packed & EDGE_TYPE_MASK) !== weak) yield [from, edge];
      }
    }
  }

  #edgeText(edge: number): string {
    const { edgeTypes, edgeTarget, edgeName, strings } = this.#heap.columns;
    const type = edgeTypes[edgeTarget[edge] & EDGE_TYPE_MASK];
    if (type === 'hidden') return type;
    return `${type} ${type === 'element' ? edgeName[edge] : strings.get(edgeName[edge])}`;
  }
}

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: retained sizes, distances and shortest paths of ${OBJECTS} objects are a snapshot's`, async () => {
    await using target = await startTarget('web-of-objects', {
      nodeBinary: await nodeBinary(major),
      args: [String(OBJECTS), String(major)],
    });
    await target.line(/ready/);
    const snapshot = await (async () => {
      await using agent = await attach(target.wsUrl);
      const taken = await columns(agent, { target: 'web', isolate: 'main' });
      return figuresOf(new Heap(unpacked(taken.columns)));
    })();
    // it idles: nothing has happened in it since
    await using walker = await Walker.open({ pid: target.pid });
    const graph = await walker.graph('main', { columns: true }, { target: 'web' });
    const walk = figuresOf(new Heap(unpacked(graph.columns!)));
    // a link may take the place of another: what hung there is gone
    assert.ok(walk.size >= 1_000, `${walk.size} objects`);
    // the first holds all others, and hidden classes with the names in them, which a snapshot sees a little otherwise
    const [own, expected] = [walk, snapshot].map((figures) => figures.get('web 0')!.retainedBytes);
    assert.ok(Math.abs(own / expected - 1) < 0.05, `${own} bytes are retained by the first object, not ${expected}`);
    for (const figures of [walk, snapshot]) figures.delete('web 0');
    const differing = [...walk].filter(([label, figures]) => !isDeepStrictEqual(figures, snapshot.get(label)));
    assert.deepEqual(new Map(differing), new Map(differing.map(([label]) => [label, snapshot.get(label)])));
    assert.equal(walk.size, snapshot.size);
  });
}
