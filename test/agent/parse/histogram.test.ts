import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SnapshotSyntaxError } from '../../../agent/base/syntax-error.ts';
import { HistogramParser, histogramOfFile } from '../../../agent/parse/histogram.ts';
import type { Row } from '../../../protocol/partition.ts';
import { bytesOf, feed, feedInPieces } from '../../support/feed.ts';
import { ownSnapshot } from '../../support/own-snapshot.ts';
import { plainNodes } from '../../support/plain-snapshot.ts';
import { formats, specs } from '../../support/random-graph.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

/** Types whose names are contents. */
const ALONE = /^(string|concatenated string|sliced string|regexp|symbol|bigint|number)$/;

/** The rows, computed the plain way. */
function plainRows(text: string): Row[] {
  const rows = new Map<string, Row>();
  for (const { type, name, selfSize } of plainNodes(text)) {
    if (type === 'synthetic') continue;
    const kind = name === '' || ALONE.test(type) ? type : `${type} ${name}`;
    const { count, sizeBytes } = rows.get(kind) ?? { count: 0, sizeBytes: 0 };
    rows.set(kind, { kind, count: count + 1, sizeBytes: sizeBytes + selfSize });
  }
  return [...rows.values()].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.kind < b.kind ? -1 : 1));
}

/** A file of these bytes, with the ranges that were read of it. */
function fileOf(text: string | Uint8Array): {
  read: (buffer: Uint8Array, position: number) => number;
  size: number;
  ranges: number[][];
} {
  const bytes = bytesOf(text);
  const ranges: number[][] = [];
  const read = (buffer: Uint8Array, position: number): number => {
    const part = bytes.subarray(position, position + buffer.length);
    buffer.set(part);
    ranges.push([position, position + part.length]);
    return part.length;
  };
  return { read, size: bytes.length, ranges };
}

describe('HistogramParser', () => {
  it('counts what JSON.parse counts in a snapshot of the running Node, from a stream and from a file', async () => {
    const bytes = await ownSnapshot();
    const rows = plainRows(new TextDecoder().decode(bytes));
    assert.deepEqual(feed(new HistogramParser(), bytes).rows, rows);
    assert.deepEqual(feedInPieces(new HistogramParser(), bytes, [1 << 16, 1, 77]).rows, rows);
    const { read, size } = fileOf(bytes);
    assert.deepEqual(histogramOfFile(read, size).rows, rows);
  });

  it('counts the same in any split, format and order of fields', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
    fc.assert(
      fc.property(specs, formats, sizes, (spec, format, lengths) => {
        // sums beyond 2^53 are not exact in any order
        const text = snapshotText(spec.replace(/\d{14,}/g, '7'), format);
        const rows = plainRows(text);
        assert.deepEqual(feedInPieces(new HistogramParser(), text, lengths).rows, rows);
        const { read, size } = fileOf(text);
        assert.deepEqual(histogramOfFile(read, size).rows, rows);
      }),
    );
  });

  it('collapses types whose names are their contents, and leaves synthetic nodes out', () => {
    const text = snapshotText(
      "1:string:secret:24 2:string:other:24 3:number:'heap number':16 4:array:'':8 5:'sliced string':s:32",
    );
    assert.deepEqual(feed(new HistogramParser(), text).rows, [
      { kind: 'string', count: 2, sizeBytes: 48 },
      { kind: 'sliced string', count: 1, sizeBytes: 32 },
      { kind: 'number', count: 1, sizeBytes: 16 },
      { kind: 'array', count: 1, sizeBytes: 8 },
    ]);
  });

  it('merges names that are the same text under two indexes', () => {
    const text = snapshotText('1:object:One:24 2:object:Two:24').replace('"Two"', '"\\u004fne"');
    assert.deepEqual(feed(new HistogramParser(), text).rows, [{ kind: 'object One', count: 2, sizeBytes: 48 }]);
  });

  it('counts more kinds than its table began with', () => {
    const spec = Array.from({ length: 5000 }, (_, i) => `${i + 1}:object:C${i}:${i + 1}`).join(' ');
    const { rows } = feed(new HistogramParser(), snapshotText(spec));
    assert.equal(rows.length, 5000);
    assert.deepEqual(rows[0], { kind: 'object C4999', count: 1, sizeBytes: 5000 });
  });

  it('refuses a name that is no string', () => {
    const text = snapshotText('0>1').replace('"nodes":[9,1,', '"nodes":[9,77,');
    assert.throws(() => feed(new HistogramParser(), text), /a name in "nodes" to be one of \d+ strings, got index 77/);
  });
});

describe('histogramOfFile', () => {
  const edges = `${'1,2,3,'.repeat(400_000)}1,2,3`;
  const withEdges = (text: string): string => text.replace(/"edges":\[[^\]]*\]/, `"edges":[${edges}]`);

  it('never reads the edges', () => {
    const text = withEdges(snapshotText('0>1 1:object:One:24'));
    const { read, size, ranges } = fileOf(text);
    assert.equal(histogramOfFile(read, size).rows[0]?.kind, 'object One');
    assert.ok(ranges.reduce((sum, [from, to]) => sum + to! - from!, 0) < size / 2);
  });

  it('reads the whole file where its strings cannot be found from the end', () => {
    const text = withEdges(snapshotText('0>1 1:object:One:24')).replace('"strings":[', '"strings" : [');
    const { read, size } = fileOf(text);
    assert.equal(histogramOfFile(read, size).rows[0]?.kind, 'object One');
  });

  it('is not led astray by a section that holds the same key', () => {
    const text = withEdges(snapshotText('0>1 1:object:One:24')).replace(/}$/, ',"later":{"a":1,"strings":[]}}');
    const { read, size } = fileOf(text);
    assert.equal(histogramOfFile(read, size).rows[0]?.kind, 'object One');
  });

  it('finds strings that stand across two windows of the search', () => {
    const text = withEdges(snapshotText('0>1 1:object:One:24'));
    for (let length = 262_100; length < 262_200; length++) {
      const { read, size } = fileOf(text.replace(/"\]}$/, `","${'x'.repeat(length)}"]}`));
      assert.equal(histogramOfFile(read, size).rows[0]?.kind, 'object One');
    }
  });

  it('does not take the names of a second snapshot in the file for those of the first', async () => {
    const own = new TextDecoder().decode(await ownSnapshot());
    const few = withEdges(snapshotText('0>1 1:object:One:24'));
    const other = snapshotText('0>1 1:object:Other:24 2:object:More:24 3:object:AndMore:24');
    for (const first of [own, few]) {
      for (const second of [own, few, other, `\n${other}`]) {
        const { read, size } = fileOf(first + second);
        assert.throws(() => histogramOfFile(read, size), /expected nothing more, got "\{" at byte \d+$/);
      }
    }
  });

  it('refuses a file without edges, as others do', () => {
    const { read, size } = fileOf(snapshotText('0>1').replace(/"edges":\[[^\]]*\],/, ''));
    assert.throws(() => histogramOfFile(read, size), /it has no "edges"/);
  });

  it('says where a truncated file ends', () => {
    const text = withEdges(snapshotText('0>1 1:object:One:24'));
    const cut = text.slice(0, text.length - 1000);
    const { read, size } = fileOf(cut);
    assert.throws(
      () => histogramOfFile(read, size),
      (error: unknown) =>
        error instanceof SnapshotSyntaxError &&
        error.byteOffset === cut.length &&
        /ends in "edges"/.test(error.message),
    );
  });
});
