/** Snapshots as V8 of today does not write them, but V8 of old, V8 of tomorrow and others do: each is read as it is meant. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Columns } from '../../../agent/parse/columns.ts';
import { HistogramParser } from '../../../agent/parse/histogram.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { partitionParser } from '../../../agent/rows/partition-parser.ts';
import { columnsNodes } from '../../support/columns-nodes.ts';
import { feed, feedInPieces } from '../../support/feed.ts';
import { plainNodes } from '../../support/plain-snapshot.ts';
import { graph, snapshotText } from '../../support/snapshot-text.ts';

const TEXT = snapshotText('0>1 1>2 1>3:element:7 2>3:hidden:4 3:symbol:s:24 1@3:4:5 2@3:6:7', { node: 20 });

interface Raw {
  snapshot: { meta: Record<string, unknown[]>; node_count: number; edge_count: number };
  nodes: number[];
  edges: number[];
  locations: unknown[];
  strings: string[];
}

/** TEXT after `change`, read whole, byte by byte and without the kernel's help; the three agree. */
function changed(change: (raw: Raw) => unknown): Columns {
  const raw = JSON.parse(TEXT) as Raw;
  const text = JSON.stringify(change(raw) ?? raw);
  const columns = feed(new ColumnsParser(), text);
  assert.deepEqual(columnsNodes(feedInPieces(new ColumnsParser(), text, [1])), columnsNodes(columns));
  return columns;
}

const typesOf = ({ nodeTypes, nodeType }: Columns) => Array.from(nodeType, (type) => nodeTypes[type]);

describe('a snapshot with', () => {
  it('node types beyond the listed ones, as Node 4 writes its symbols', () => {
    const columns = changed(({ snapshot }) => {
      snapshot.meta.node_types[0] = (snapshot.meta.node_types[0] as string[]).slice(0, 12);
    });
    assert.deepEqual(typesOf(columns), ['synthetic', 'object', 'object', 'symbol']);
  });

  it('a node type that nobody knows', () => {
    const columns = changed(({ snapshot, nodes }) => {
      nodes[21] = (snapshot.meta.node_types[0] as string[]).length + 2;
    });
    assert.deepEqual(typesOf(columns), ['synthetic', 'object', 'object', 'type 17']);
  });

  it('300 listed node types', () => {
    const columns = changed(({ snapshot }) => {
      const types = snapshot.meta.node_types[0] as string[];
      types.push(...Array.from({ length: 300 }, (_, i) => `t${i}`));
    });
    assert.deepEqual(typesOf(columns), ['synthetic', 'object', 'object', 'symbol']);
  });

  it('an edge type that is not listed: it keeps alive, and is shown as hidden', () => {
    const columns = changed(({ edges }) => {
      edges[9] = 7;
      edges[10] = 99;
    });
    assert.deepEqual(columnsNodes(columns)[2].edges, [{ type: 'hidden', name: 99, to: 3 }]);
  });

  it('twenty edge types', () => {
    const columns = changed(({ snapshot, edges }) => {
      (snapshot.meta.edge_types[0] as string[]).push(...Array.from({ length: 13 }, (_, i) => `e${i}`));
      edges[0] = 12;
      edges[9] = 20;
    });
    const nodes = columnsNodes(columns);
    assert.deepEqual(nodes[0].edges, [{ type: 'other', name: 'p', to: 1 }]);
    assert.deepEqual(nodes[1].edges, columnsNodes(feed(new ColumnsParser(), TEXT))[1].edges);
    assert.deepEqual(nodes[2].edges, [{ type: 'hidden', name: 4, to: 3 }]);
  });

  it('ids that are addresses, as Julia writes them', () => {
    const ids = [1, 2 ** 32 + 6, 2 ** 47 - 5, 2 ** 52 + 1];
    const columns = changed(({ nodes }) => {
      for (const [node, id] of ids.entries()) nodes[node * 7 + 2] = id;
    });
    assert.deepEqual([...columns.nodeId], ids);
  });

  it('an index that no array has', () => {
    const columns = changed(({ edges }) => {
      edges[7] = 2 ** 40;
    });
    assert.equal(columnsNodes(columns)[1].edges[1].name, 2 ** 32 - 1);
  });

  it('a detachedness of more than a byte', () => {
    const columns = changed(({ nodes }) => {
      nodes[6] = 300;
    });
    assert.deepEqual([...columns.detachedness!], [255, 0, 0, 0]);
  });

  it('a number of edges in its head that is not theirs', () => {
    for (const count of [0, 1, 3, 5, 1000]) {
      const columns = changed(({ snapshot }) => {
        snapshot.edge_count = count;
      });
      assert.equal(columns.edgeCount, 4);
      assert.equal(columns.edgeTarget.length, 4);
    }
  });

  it('a byte order mark', () => {
    const marked = `\ufeff${TEXT}`;
    for (const lengths of [[marked.length], [1]]) {
      assert.deepEqual(columnsNodes(feedInPieces(new ColumnsParser(), marked, lengths)), plainNodes(TEXT));
      assert.equal(feedInPieces(new HistogramParser(), marked, lengths).rows.length, 3);
    }
    assert.throws(() => feed(new ColumnsParser(), `{\ufeff${TEXT.slice(1)}`), /got byte 0xef at byte 1$/);
  });
});

describe('locations', () => {
  const placesOf = (columns: Columns) => columnsNodes(columns).map(({ location }) => location?.join(':') ?? '');
  const BOTH = ['', '3:4:5', '3:6:7', ''];

  it('are read in the five columns of V8 15', () => {
    const fields = ['object_index', 'script_id', 'script_object_index', 'line', 'column'];
    const places = Array.from({ length: 300 }, (_, i) => `${i + 1}@${i}:${i + 1}:${i + 2}`).join(' ');
    const text = snapshotText(places, { locationFields: fields });
    assert.deepEqual(columnsNodes(feed(new ColumnsParser(), text)), plainNodes(text));
    // scripts that have no node
    const none = text.replace(/("locations":\[\d+,\d+,)0/, '$1-1');
    assert.deepEqual(placesOf(feed(new ColumnsParser(), none)), placesOf(graph(places)));
  });

  const odd: readonly [what: string, locations: unknown[], left: number][] = [
    ['a node in a node', [8, 3, 10, 2], 1],
    ['a node that there is not', [7000, 3, 10, 2], 1],
    ['a script below 0', [21, -1, 10, 2], 0],
    ['a line beyond 32 bits', [21, 3, 2 ** 40, 2], 1],
    ['half a location', [21, 3, 10], 1],
    ['a fraction', [21, 3.5, 10, 2], 1],
    ['an exponent', [21, 3e30, 10, 2], 1],
    ['a string, brackets', [21, ']', [{ a: ']' }], null], 1],
    ['more than nodes', Array.from({ length: 40 }, (_, i) => [7, 3, 4, 5][i % 4]), 0],
  ];
  for (const [what, more, left] of odd) {
    it(`do not cost the heap where they have ${what}`, () => {
      const columns = changed(({ locations }) => {
        locations.push(...more);
      });
      assert.deepEqual(placesOf(columns), BOTH);
      assert.equal(columns.oddLocations ?? 0, left);
    });
  }

  it('that are odd are counted where rows are told of', () => {
    const text = JSON.parse(TEXT);
    text.locations.push(8, 3, 10, 2, 7000, 3, 10, 2);
    const [rows] = feed(partitionParser({ by: ['kind'] }), JSON.stringify(text))();
    assert.match(rows?.label ?? '', /^2 locations of this snapshot name no object or no place in a script: left out/);
  });

  it('do not cost the heap where their fields say no places', () => {
    const columns = changed(({ snapshot }) => {
      snapshot.meta.location_fields = ['object_index', 'offset'];
    });
    assert.deepEqual(placesOf(columns), ['', '', '', '']);
  });
});
