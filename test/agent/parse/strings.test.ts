import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { StringTable } from '../../../agent/parse/strings.ts';
import { WantedStringsReader } from '../../../agent/parse/wanted-strings.ts';
import { feed, feedInPieces } from '../../support/feed.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

/** The table of a snapshot whose strings are written as `written`, text between quotes. */
function tableOf(written: readonly string[], lengths: readonly number[] = [1 << 16]): StringTable {
  const text = snapshotText('').replace(
    /"strings":\[.*\]/s,
    () => `"strings":[${written.map((s) => `"${s}"`).join()}]`,
  );
  return feedInPieces(new ColumnsParser(), text, lengths).strings;
}

describe('a string longer than what is kept of one', () => {
  class Short extends WantedStringsReader {
    protected override readonly mostBytes = 8;
  }
  const read = (written: string, length: number): string | undefined => {
    const reader = new Short(Uint32Array.of(1));
    const bytes = new TextEncoder().encode(`["a","${written}","c"]`);
    for (let at = 0; at < bytes.length; at += length) reader.read(bytes.subarray(at, at + length), 0, at);
    assert.ok(reader.done);
    assert.equal(reader.total, 3);
    return reader.texts.get(1);
  };

  it('is cut and says so, never within an escape, in any split', () => {
    for (let length = 1; length < 40; length++) {
      assert.equal(read('abcdefgh', length), 'abcdefgh');
      assert.equal(read('abcdefghi', length), 'abcdefgh... (cut: longer than 8 bytes)');
      for (const written of ['abcdefg\\nhij', 'abc\\u00e9defghij', '\\n\\n\\n\\n\\n\\nxyz']) {
        const text = read(written, length)!;
        assert.match(text, /\.\.\. \(cut: longer than 8 bytes\)$/);
        assert.ok(JSON.parse(`"${written}"`).startsWith(text.slice(0, text.indexOf('... (cut'))), text);
      }
    }
  });
});

describe('StringTable', () => {
  it('gives each string as JSON.parse does, in any split', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 1, max: 9 }), (strings, length) => {
        const table = tableOf(
          strings.map((s) => JSON.stringify(s).slice(1, -1)),
          [length],
        );
        assert.equal(table.count, strings.length);
        for (const [i, s] of strings.entries()) assert.equal(table.get(i), s);
      }),
    );
  });

  it('undoes every escape', () => {
    const table = tableOf(['\\b\\f\\n\\r\\t\\/\\"\\\\', '\\u0041\\u00e9\\u6F22', '\\ud83d\\ude00', 'é漢😀']);
    assert.equal(table.get(0), '\b\f\n\r\t/"\\');
    assert.equal(table.get(1), 'Aé漢');
    assert.equal(table.get(2), '😀');
    assert.equal(table.get(3), 'é漢😀');
  });

  it('leaves half a surrogate pair as it is', () => {
    assert.equal(tableOf(['cut \\uD83D']).get(0), 'cut \ud83d');
  });

  it('keeps the bytes as they stand in the file', () => {
    assert.equal(new TextDecoder().decode(tableOf(['a\\n\\u0041']).bytes(0)), 'a\\n\\u0041');
  });

  it('finds and compares plain text, however it is written', () => {
    const table = tableOf(['', 'elements', 'system / Map', 'system \\/ \\u004dap']);
    assert.equal(table.find('system / Map'), 2);
    assert.equal(table.find('system'), -1);
    assert.equal(table.find(''), 0);
    assert.ok(table.equals(3, 'system / Map'));
    assert.ok(!table.equals(1, 'elementz'));
  });

  it('holds more strings than a block, and strings longer than one', () => {
    const strings = Array.from({ length: 40_000 }, (_, i) => (i % 10_000 === 0 ? 'x'.repeat(300_000) : `s${i}`));
    const table = tableOf(strings);
    assert.equal(table.count, strings.length);
    for (const [i, s] of strings.entries()) assert.equal(table.get(i), s);
  });

  it('takes more strings after a last block that is not full', () => {
    const { table, first } = tableOf(['', 'a']).with(['Session', 'größe', '"']);
    assert.deepEqual([table.get(1), table.get(2), table.get(first)], ['a', '', 'Session']);
    assert.deepEqual([table.get(first + 1), table.get(first + 2), table.count], ['größe', '"', first + 3]);
    assert.deepEqual([table.find('Session'), table.find(''), table.find('Sess')], [first, 0, -1]);
  });

  it('survives the way to another thread', () => {
    const table = new StringTable(structuredClone(tableOf(['a', 'b\\n'])).blocks);
    assert.equal(table.get(1), 'b\n');
  });

  it('refuses an index that no string has', () => {
    const table = feed(new ColumnsParser(), snapshotText('')).strings;
    for (const index of [-1, 1, Number.NaN]) assert.throws(() => table.get(index), RangeError);
  });
});
