/** A file read by two threads, against the same read by one. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { columnsByTwo } from '../../../agent/file/columns-by-two.ts';
import { RegularFile } from '../../../agent/file/file-reader.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import type { EdgeArrays } from '../../../agent/parse/edge-columns.ts';
import { commasIn, countEdgesFrom, edgeStart } from '../../../agent/parse/edge-start.ts';
import { headerOf } from '../../../agent/parse/file-header.ts';
import type { ReadAt } from '../../../agent/parse/find-section.ts';
import { numbersKernel } from '../../../agent/parse/kernel/numbers.ts';
import { type LaterOptions, LaterSectionsParser } from '../../../agent/parse/later-sections.ts';
import type { Header } from '../../../agent/parse/meta.ts';
import { packed } from '../../../agent/parse/packed.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { bytesOf, feed } from '../../support/feed.ts';
import { folder } from '../../support/folder.ts';
import { ownSnapshot } from '../../support/own-snapshot.ts';
import { formats, specs } from '../../support/random-graph.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

describe('LaterSectionsParser', () => {
  it('makes a whole with what was read before it, wherever an edge begins', () => {
    fc.assert(
      fc.property(specs, formats, fc.boolean(), (spec, format, locations) => {
        const bytes = bytesOf(snapshotText(spec, format));
        const whole = packed(feed(new ColumnsParser({ locations }), bytes));
        for (const offset of edgeOffsets(bytes).slice(1)) {
          assert.deepEqual(packed(inTwo(bytes, offset, locations)!), whole);
        }
      }),
    );
  });

  it('makes none with what does not end where it begins', () => {
    const bytes = bytesOf(snapshotText('0>1 0>2 1>2 2>3 3>1'));
    const [, second, third] = edgeOffsets(bytes);
    const arrays = arraysFor(bytes);
    const later = laterOf(bytes, third!, { arrays, locations: true });
    for (const offset of [second!, third! - 1, placeOf(bytes, '"edges"') - 1]) {
      const parser = new ColumnsParser({ edges: arrays });
      parser.write(bytes.subarray(0, offset));
      assert.equal(parser.endWith(later), null, `at ${offset}`);
    }
    assert.deepEqual(packed(inTwo(bytes, third!, true)!), packed(feed(new ColumnsParser(), bytes)));
  });
});

describe('edgeStart', () => {
  it('finds where an edge begins from anywhere in the edges of a real heap, and nothing elsewhere', async () => {
    const bytes = await ownSnapshot();
    const header = headerIn(bytes);
    const offsets = edgeOffsets(bytes);
    const starts = new Set(offsets);
    const [first, last] = [offsets[0]!, offsets.at(-1)!];
    const windowBytes = 1 << 16;
    let found = 0;
    for (let from = 0; from < bytes.length; from += 9_973) {
      const start = edgeStart(bytes.subarray(from, from + windowBytes), header);
      const isWithin = from >= first && from + windowBytes <= last;
      assert.equal(start >= 0, isWithin, `from ${from}`);
      if (start < 0) continue;
      assert.ok(starts.has(from + start), `from ${from}`);
      found++;
    }
    assert.ok(found > 50);
  });
});

describe('countCommas', () => {
  it('counts what a loop counts, in any bytes before any end', () => {
    const { input } = numbersKernel()!;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0x2c, 0x30, 0x0a, 0x5d), { maxLength: 300 }),
        fc.nat(300),
        (bytes, length) => {
          input.fill(0x2c, 0, 400);
          input.set(bytes);
          assert.equal(numbersKernel()!.countCommas(length), commasIn(input.subarray(0, length)));
        },
      ),
    );
  });
});

describe('columnsByTwo', () => {
  it('reads what one thread reads', async () => {
    await using dir = await folder();
    const path = dir.join('own.heapsnapshot');
    const bytes = await ownSnapshot();
    await writeFile(path, bytes);
    for (const locations of [true, false]) {
      const { columns, firstTold } = await byTwo(path, bytes.length, locations);
      // half of the file is read here: each byte counts twice
      assert.ok(firstTold > 1.5 * BUFFER_BYTES, `${firstTold}`);
      assert.deepEqual(packed(columns), packed(feed(new ColumnsParser({ locations }), bytes)));
    }
  });

  it('says of a file that is not whole what one thread says of it', async () => {
    await using dir = await folder();
    const path = dir.join('bad.heapsnapshot');
    const bytes = await ownSnapshot();
    const starts = edgeOffsets(bytes);
    const late = starts[Math.floor(starts.length * 0.9)]!;
    const bad = [
      bytes.subarray(0, late),
      bytes.subarray(0, bytes.length - 2),
      changed(bytes, late, 0x78),
      changed(bytes, starts[9]!, 0x78),
      changed(bytes, placeOf(bytes, '"strings"') + 1, 0x78),
    ];
    for (const [index, broken] of bad.entries()) {
      await writeFile(path, broken);
      const expected = errorOf(() => feed(new ColumnsParser({ locations: true }), broken));
      await assert.rejects(byTwo(path, broken.length, true), expected, `${index}`);
    }
  });

  it('reads the edges that are there, not those that the head speaks of', async () => {
    await using dir = await folder();
    const path = dir.join('lies.heapsnapshot');
    const bytes = await ownSnapshot();
    const text = new TextDecoder().decode(bytes);
    const expected = packed(feed(new ColumnsParser({ locations: true }), bytes));
    const { edgeCount } = expected;
    for (const count of [0, edgeCount >> 1, edgeCount - 1, edgeCount + 1, 4 * edgeCount]) {
      const lying = bytesOf(text.replace(/"edge_count":\d+/, `"edge_count":${count}`));
      await writeFile(path, lying);
      using file = new RegularFile(path);
      const options = { sizeBytes: lying.length, locations: true, worthBytes: 0 };
      assert.deepEqual(packed(await columnsByTwo(file, options, () => undefined)), expected, `${count}`);
    }
  });

  it('reads on alone where no edge stands in the middle', async () => {
    await using dir = await folder();
    const path = dir.join('text.heapsnapshot');
    const bytes = bytesOf(snapshotText(`0>1 1:object:${'x'.repeat(300_000)}`));
    await writeFile(path, bytes);
    const { columns, firstTold } = await byTwo(path, bytes.length, true);
    assert.equal(firstTold, BUFFER_BYTES);
    assert.deepEqual(packed(columns), packed(feed(new ColumnsParser(), bytes)));
  });
});

const BUFFER_BYTES = 256 * 1024;

async function byTwo(path: string, sizeBytes: number, locations: boolean) {
  using file = new RegularFile(path);
  const told: number[] = [];
  const columns = await columnsByTwo(file, { sizeBytes, locations, worthBytes: 0 }, (bytes) => told.push(bytes));
  assert.ok(told.every((bytes, i) => bytes <= sizeBytes && bytes > (told[i - 1] ?? 0)));
  return { columns, firstTold: told[0]! };
}

function inTwo(bytes: Uint8Array, offset: number, locations: boolean): Columns | null {
  const arrays = arraysFor(bytes);
  const parser = new ColumnsParser({ locations, edges: arrays });
  parser.write(bytes.subarray(0, offset));
  return parser.endWith(laterOf(bytes, offset, { arrays, locations }));
}

function laterOf(bytes: Uint8Array, offset: number, options: Pick<LaterOptions, 'arrays' | 'locations'>) {
  const header = headerIn(bytes);
  const count = countEdgesFrom(offset, readerOf(bytes), header);
  const later = new LaterSectionsParser(header, { ...options, offset, first: header.edgeCount - count });
  later.write(bytes.subarray(offset));
  return later.end();
}

function arraysFor(bytes: Uint8Array): EdgeArrays {
  const { edgeCount } = headerIn(bytes);
  return { edgeTarget: new Uint32Array(edgeCount), edgeName: new Uint32Array(edgeCount) };
}

function headerIn(bytes: Uint8Array): Header {
  return headerOf(readerOf(bytes), new Uint8Array(1 << 16))!;
}

function readerOf(bytes: Uint8Array): ReadAt {
  return (buffer, position) => {
    const part = bytes.subarray(position, position + buffer.length);
    buffer.set(part);
    return part.length;
  };
}

/** Where each edge begins. */
function edgeOffsets(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes).toString('latin1');
  const key = /"edges"\s*:\s*\[/.exec(text)!;
  const begin = key.index + key[0].length;
  const end = text.indexOf(']', begin);
  const fields = headerIn(bytes).edge.fields.length;
  const offsets: number[] = [];
  for (let at = begin, number = 0; at < end; at++) {
    if (at > begin && text[at - 1] !== ',') continue;
    if (number++ % fields === 0) offsets.push(at);
  }
  return offsets;
}

function placeOf(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes).lastIndexOf(text);
}

function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = byte;
  return copy;
}

function errorOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new assert.AssertionError({ message: 'nothing is wrong with it' });
}
