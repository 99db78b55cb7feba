/** Columns written as a snapshot and read again are the same columns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { snapshotText } from '../../../agent/graph/snapshot-text.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { graph } from '../../support/snapshot-text.ts';

function again(columns: Columns): Columns {
  const parser = new ColumnsParser();
  const encoder = new TextEncoder();
  for (const piece of snapshotText(columns)) parser.write(encoder.encode(piece));
  return parser.end();
}

function plain(columns: Columns): object {
  // a parser leaves room for types that a snapshot does not list
  const { strings, nodeTypes, edgeTypes: _, ...rest } = columns;
  const types = Array.from(columns.nodeType, (type) => nodeTypes[type]);
  const texts = Array.from({ length: strings.count }, (_, i) => strings.get(i));
  const arrays = Object.entries(rest).map(([key, value]) => [
    key,
    ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
  ]);
  return { ...Object.fromEntries(arrays), texts, types };
}

test('what is written is read as it was', () => {
  const spec =
    '0>1:shortcut:global 1>2:property:user 2>3:element:7 1>3:weak:w 2:string:\'a "b" \\n c\':40 3@7:12:4 3:object:Session:70000';
  const columns = graph(spec);
  assert.deepEqual(plain(again(columns)), plain(columns));
});

test('whatever the edges are', () => {
  const edge = fc.tuple(fc.nat(30), fc.nat(30)).map(([from, to]) => `${from}>${to}`);
  fc.assert(
    fc.property(fc.array(edge, { minLength: 1, maxLength: 60 }), (edges) => {
      const columns = graph(edges.join(' '));
      assert.deepEqual(plain(again(columns)), plain(columns));
    }),
    { numRuns: 50 },
  );
});
