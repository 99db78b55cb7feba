import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { selfSizeOf } from '../../../agent/parse/columns.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { columnsNodes } from '../../support/columns-nodes.ts';
import { feed, feedInPieces } from '../../support/feed.ts';
import { ownSnapshot } from '../../support/own-snapshot.ts';
import { plainNodes } from '../../support/plain-snapshot.ts';
import { formats, specs } from '../../support/random-graph.ts';
import { graph, snapshotText } from '../../support/snapshot-text.ts';

describe('ColumnsParser', () => {
  it('reads what JSON.parse reads in a snapshot of the running Node', async () => {
    const bytes = await ownSnapshot();
    const plain = plainNodes(new TextDecoder().decode(bytes));
    for (const lengths of [[1 << 18], [1 << 16, 1, 77], [1]]) {
      const nodes = columnsNodes(feedInPieces(new ColumnsParser(), bytes, lengths));
      assert.equal(nodes.length, plain.length);
      // node by node: a difference is then one node, not a whole heap
      for (const [n, node] of nodes.entries()) assert.deepEqual(node, plain[n]);
    }
  });

  it('reads the same in any split, format and order of fields', () => {
    fc.assert(
      fc.property(
        specs,
        formats,
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (spec, format, lengths) => {
          const text = snapshotText(spec, format);
          const plain = plainNodes(text);
          assert.deepEqual(columnsNodes(feed(new ColumnsParser(), text)), plain);
          assert.deepEqual(columnsNodes(feedInPieces(new ColumnsParser(), text, lengths)), plain);
          assert.deepEqual(columnsNodes(feedInPieces(new ColumnsParser(), text, [1])), plain);
        },
      ),
    );
  });

  it('keeps no string that is shorter than is asked for, in any split', () => {
    fc.assert(
      fc.property(
        specs,
        fc.constantFrom(1, 4, 6, 299),
        fc.constantFrom([1], [7, 3], [4096]),
        (spec, least, lengths) => {
          const text = snapshotText(spec);
          const { strings: all } = feed(new ColumnsParser(), text);
          const { strings } = feedInPieces(new ColumnsParser({ shortestString: least }), text, lengths);
          assert.equal(strings.count, all.count);
          for (let at = 0; at < all.count; at++) {
            assert.equal(strings.get(at), all.byteLength(at) < least ? '' : all.get(at));
          }
        },
      ),
    );
  });

  it('accepts white space wherever JSON does', () => {
    const text = snapshotText('0>1:internal:elements 1>2 2:closure:f:64 2@4:1:2');
    const spaced = JSON.stringify(JSON.parse(text), null, '\t').replaceAll('\n', ' \r\n');
    assert.deepEqual(columnsNodes(feed(new ColumnsParser(), spaced)), plainNodes(text));
  });

  it('passes over sections and header fields that it does not know, at any depth', () => {
    const plain = JSON.parse(snapshotText('0>1 0>2', { node: 20 }));
    plain.trace_tree = [1, 2, 3, [4, [5, { 'odd "]': ['\\"]', null, -1.5e3, true] }, []]]];
    plain.snapshot.meta.new_fields = { a: [{}] };
    const text = JSON.stringify({ snapshot: plain.snapshot, version: 7, note: 'a "string" }', ...plain });
    for (const lengths of [[text.length], [3], [1]]) {
      assert.deepEqual(columnsNodes(feedInPieces(new ColumnsParser(), text, lengths)), plainNodes(text));
    }
  });

  it('takes the sections after the header in any order', () => {
    const { snapshot, nodes, ...rest } = JSON.parse(snapshotText('0>1 0>2:internal:map 2@1:2:3'));
    const text = JSON.stringify({ snapshot, ...rest, nodes });
    assert.deepEqual(columnsNodes(feed(new ColumnsParser(), text)), plainNodes(text));
  });

  it('reads a snapshot without locations, and one without nodes', () => {
    const { locations: _, ...text } = JSON.parse(snapshotText('0>1'));
    assert.equal(feed(new ColumnsParser(), JSON.stringify(text)).locationNode.length, 0);
    assert.equal(graph('').nodeCount, 0);
    assert.deepEqual([...graph('').firstEdge], [0]);
  });

  it('gives sizes beyond 16 and 32 bits exactly', () => {
    for (const size of [65_534, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 5_000_000_000, Number.MAX_SAFE_INTEGER]) {
      assert.equal(selfSizeOf(graph(`1:object:Big:${size}`), 1), size);
    }
  });

  it('gives ids up to 32 bits, as Node 20 makes them of addresses', () => {
    const text = snapshotText('0>1').replace('"nodes":[9,1,1,', '"nodes":[9,1,4294967295,');
    assert.equal(feed(new ColumnsParser(), text).nodeId[0], 4294967295);
  });

  it('orders locations by node and stores each site once', () => {
    const columns = graph('9@7:1:2 3@7:1:2 5@8:1:2 1@7:1:3');
    assert.deepEqual([...columns.locationNode], [1, 3, 5, 9]);
    assert.equal(columns.siteScript.length, 3);
    assert.equal(columns.locationSite[1], columns.locationSite[3]);
  });

  it('says what V8 knows of memory outside the heap, and 0 where it does not tell', () => {
    assert.equal(graph('0>1', { node: 26, extraNativeBytes: 24 }).extraNativeBytes, 24);
    assert.equal(graph('0>1', { node: 20 }).extraNativeBytes, 0);
  });

  it('has no column of detachedness unless a node is detached', () => {
    assert.equal(graph('0>1').detachedness, null);
    assert.deepEqual([...graph('0>1 1! 2:object').detachedness!.subarray(0, 3)], [0, 2, 0]);
  });

  it('gives columns of the same contents with and without the size of the file', () => {
    const text = wideText(200_000);
    const whole = feed(new ColumnsParser({ expectedBytes: text.length }), text);
    const grown = feedInPieces(new ColumnsParser(), text, [1 << 16]);
    const misled = feed(new ColumnsParser({ expectedBytes: 100 }), text);
    for (const columns of [whole, grown, misled]) {
      assert.equal(columns.nodeType.length, 200_000);
      assert.equal(columns.firstEdge.length, 200_001);
      assert.equal(columns.edgeTarget.length, 199_999);
    }
    assert.deepEqual(grown, whole);
    assert.deepEqual(misled, whole);
  });
});

/** A chain of `count` nodes, of which each tenth is detached and has a location. */
function wideText(count: number): string {
  const plain = JSON.parse(snapshotText(`0>1 1! 1@1:2:3`));
  const record = (template: number[], values: readonly number[]): number[] => template.map((_, i) => values[i] ?? 0);
  const ordinals = Array.from({ length: count }, (_, n) => n);
  plain.nodes = ordinals.flatMap((n) =>
    record(Array(6).fill(0), [3, 1, 2 * n + 1, n * 3, n < count - 1 ? 1 : 0, n % 10 === 0 ? 2 : 0]),
  );
  plain.edges = ordinals.slice(1).flatMap((n) => [1, n, n * 6]);
  plain.locations = ordinals.filter((n) => n % 10 === 0).flatMap((n) => [(count - 10 - n) * 6, n % 7, n % 1000, 5]);
  plain.snapshot.node_count = count;
  plain.snapshot.edge_count = count - 1;
  return JSON.stringify(plain);
}
