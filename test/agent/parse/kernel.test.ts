/** The kernel by itself, against a regular expression, and the parsers that use it, against JSON.parse and the machine. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SnapshotSyntaxError } from '../../../agent/base/syntax-error.ts';
import { RegularFile } from '../../../agent/file/file-reader.ts';
import { HistogramParser, histogramOfFile } from '../../../agent/parse/histogram.ts';
import { type NumbersKernel, numbersKernel } from '../../../agent/parse/kernel/numbers.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import type { SnapshotSink } from '../../../agent/parse/sink.ts';
import { columnsNodes } from '../../support/columns-nodes.ts';
import { bytesOf, feed, feedInPieces } from '../../support/feed.ts';
import { folder } from '../../support/folder.ts';
import { plainNodes } from '../../support/plain-snapshot.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

const NODE_FIELDS = 7;
const NODE_COUNT = 20_000_000;
const NODE_TYPES = 15;
const EDGE_TYPES = 7;
const NO_LIMIT = 2 ** 32 - 1;

const EDGE = /([0-6]),(0|[1-9]\d{0,7}),(0|[1-9]\d{0,8})\n?,/y;
const NODE = /(\d|1[0-4]),(0|[1-9]\d{0,7}),(0|[1-9]\d{0,8}),(0|[1-9]\d{0,7}),(0|[1-9]\d{0,7}),0,0\n?,/y;

interface Taken {
  readonly records: readonly number[][];
  /** Bytes taken. */
  readonly bytes: number;
}

function edgesByKernel(text: string): Taken {
  const kernel = numbersKernel()!;
  const from = held(kernel, text);
  const stop = kernel.edges(from, kernel.end, kernel.most, NODE_FIELDS, NODE_COUNT, EDGE_TYPES, 0, 6, -1);
  const { target, name } = kernel.edgeBatch;
  const records = Array.from({ length: kernel.taken }, (_, i) => [
    target[i]! & 7,
    name[i]!,
    (target[i]! >>> 3) * NODE_FIELDS,
  ]);
  return { records, bytes: stop - from };
}

function nodesByKernel(text: string): Taken {
  const kernel = numbersKernel()!;
  const from = held(kernel, text);
  const stop = kernel.nodes(
    from,
    kernel.end,
    kernel.most,
    NODE_FIELDS,
    NODE_TYPES,
    NO_LIMIT,
    NO_LIMIT,
    0,
    NO_LIMIT,
    -1,
  );
  const { type, name, id, sizeBytes, edges } = kernel.nodeBatch;
  const records = Array.from({ length: kernel.taken }, (_, i) => {
    const edgesBefore = i === 0 ? 0 : edges[i - 1]!;
    return [type[i]!, name[i]!, id[i]!, sizeBytes[i]!, edges[i]! - edgesBefore];
  });
  return { records, bytes: stop - from };
}

function held(kernel: NumbersKernel, text: string): number {
  kernel.forget();
  return kernel.hold(Buffer.from(text, 'latin1'), 0);
}

/** What `pattern` matches from the start of `text` on, one after the other, as far as `fits` likes it. */
function byPattern(pattern: RegExp, text: string, fits: (record: number[]) => boolean): Taken {
  const records: number[][] = [];
  let bytes = 0;
  for (;;) {
    pattern.lastIndex = bytes;
    const found = pattern.exec(text);
    const record = found?.slice(1).map(Number);
    if (record === undefined || !fits(record)) return { records, bytes };
    records.push(record);
    bytes = pattern.lastIndex;
  }
}

const edgesByPattern = (text: string): Taken =>
  byPattern(EDGE, text, ([, , to]) => to! % NODE_FIELDS === 0 && to! < NODE_COUNT * NODE_FIELDS);
const nodesByPattern = (text: string): Taken => byPattern(NODE, text, () => true);

/** Every text that differs from `text` in one byte from `from` to `to`. */
function* withOneByteChanged(text: string, from: number, to: number): Generator<string> {
  for (let at = from; at < to; at++) {
    for (let byte = 0; byte < 256; byte++) {
      yield text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
    }
  }
}

const numbers = (digits: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max: digits }).chain((length) => fc.integer({ min: 0, max: 10 ** length - 1 }).map(String));
const odd = fc.constantFrom(
  '',
  '-7',
  '07',
  '00',
  ' 7',
  '7 ',
  '7\n',
  '\n7',
  '1e3',
  '1.5',
  '12345678901',
  'é',
  ']',
  '9:',
);
const ends = fc.constantFrom(',', '\n,', ',', '\n,', '\r\n,', ' ,', ',\n', ']', '');

/** Records of which one in a hundred is odd. */
function recordsText(fields: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const usual = fc.tuple(fc.tuple(...fields), fc.constantFrom(',', '\n,')).map(([all, end]) => all.join() + end);
  const strange = fc
    .tuple(fc.tuple(...fields.map((field) => fc.oneof(field, field, field, odd))), ends)
    .map(([all, end]) => all.join() + end);
  return fc
    .array(fc.oneof({ weight: 99, arbitrary: usual }, { weight: 1, arbitrary: strange }), { maxLength: 300 })
    .map((records) => records.join(''));
}

const edgeRecords = recordsText([
  fc.nat(EDGE_TYPES - 1).map(String),
  numbers(8),
  fc.nat(NODE_COUNT - 1).map((node) => String(node * NODE_FIELDS)),
]);
const nodeRecords = recordsText([
  fc.nat(NODE_TYPES - 1).map(String),
  numbers(8),
  numbers(9),
  numbers(8),
  numbers(6),
  fc.constant('0'),
  fc.constant('0'),
]);

describe('the kernel', () => {
  it('takes edges as a regular expression does, as far as they are in V8’s form', () => {
    fc.assert(fc.property(edgeRecords, (text) => assert.deepEqual(edgesByKernel(text), edgesByPattern(text))));
  });

  it('takes nodes as a regular expression does, as far as they are in V8’s form', () => {
    fc.assert(fc.property(nodeRecords, (text) => assert.deepEqual(nodesByKernel(text), nodesByPattern(text))));
  });

  it('takes no byte for a digit that is none, wherever it stands in an edge', () => {
    for (const edge of ['3,1048935,11355393', '6,12345678,139999993', '0,0,0', '1,20,7']) {
      for (const end of [',', '\n,']) {
        const record = edge + end;
        const begin = 3 * record.length;
        for (const text of withOneByteChanged(record.repeat(8), begin, begin + record.length)) {
          assert.deepEqual(edgesByKernel(text), edgesByPattern(text), JSON.stringify(text));
        }
      }
    }
  });

  it('takes no byte for a digit that is none, wherever it stands in a node', () => {
    for (const node of ['3,1048935,123456789,16,2,0,0', '14,0,5,12345678,0,0,0', '9,1,1,0,40,0,0']) {
      for (const end of [',', '\n,']) {
        const record = node + end;
        const begin = 3 * record.length;
        for (const text of withOneByteChanged(record.repeat(8), begin, begin + record.length)) {
          assert.deepEqual(nodesByKernel(text), nodesByPattern(text), JSON.stringify(text));
        }
      }
    }
  });
});

/** A whole document of many records, of which some are not in V8's form; all of them valid. */
interface Draft {
  readonly major: 20 | 24;
  readonly fields: readonly string[];
  readonly nodes: readonly { type: number; name: number; id: number; size: number; rest: number; space: string }[];
  readonly edges: readonly { from: number; to: number; type: number; name: number; space: string }[];
}

const mostly = <T>(usual: fc.Arbitrary<T>, unusual: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: unusual });
const spaces = mostly(fc.constant(''), fc.constantFrom(' ', '\n', '\r\n', '\t'));
const FIELDS = 'type,name,id,self_size,edge_count,detachedness,trace_node_id'.split(',');

const drafts: fc.Arbitrary<Draft> = fc.record({
  major: fc.constantFrom(20, 24),
  fields: fc.constantFrom(FIELDS, FIELDS.slice(0, 6), FIELDS.slice(0, 5)),
  nodes: fc.array(
    fc.record({
      type: fc.nat(14),
      name: fc.nat(3),
      id: mostly(fc.nat(10 ** 9), fc.nat(2 ** 32 - 1)),
      size: mostly(fc.nat(1000), fc.oneof(fc.nat(10 ** 6), fc.maxSafeNat())),
      rest: mostly(fc.constant(0), fc.nat(200)),
      space: spaces,
    }),
    { minLength: 2, maxLength: 200 },
  ),
  edges: fc.array(
    fc.record({
      from: fc.nat(),
      to: fc.nat(),
      type: fc.nat(6),
      name: mostly(fc.nat(10 ** 8 - 1), fc.nat(2 ** 32 - 1)),
      space: spaces,
    }),
    { maxLength: 400 },
  ),
});

function textOf({ major, fields, nodes, edges }: Draft): string {
  const { snapshot, strings } = JSON.parse(snapshotText('0>1 1>0:property:q', { node: 24 }));
  snapshot.meta.node_fields = fields;
  snapshot.node_count = nodes.length;
  snapshot.edge_count = edges.length;
  const outgoing: Draft['edges'][number][][] = nodes.map(() => []);
  for (const edge of edges) outgoing[edge.from % nodes.length]!.push(edge);
  const separator = major === 20 ? '\n,' : ',';
  const section = (records: readonly { values: readonly number[]; space: string }[]): string =>
    `[${records.map(({ values, space }) => `${space}${values.join(`${space},`)}${space}`).join(separator)}\n]`;
  const nodeSection = section(
    nodes.map(({ type, name, id, size, rest, space }, n) => ({
      values: [type, name, id, size, outgoing[n]!.length, rest, 0].slice(0, fields.length),
      space,
    })),
  );
  const edgeSection = section(
    outgoing.flat().map(({ to, type, name, space }) => ({
      // element and hidden edges have numbers for names
      values: [type, type === 1 || type === 4 ? name : name % strings.length, (to % nodes.length) * fields.length],
      space,
    })),
  );
  return `{"snapshot":${JSON.stringify(snapshot)},"nodes":${nodeSection},"edges":${edgeSection},"locations":[],"strings":${JSON.stringify(strings)}}`;
}

/** What `parse` gives, or what it says is wrong, and where. */
function outcome<T>(parse: () => T): unknown {
  try {
    return parse();
  } catch (error) {
    assert.ok(error instanceof SnapshotSyntaxError, String(error));
    return { message: error.message, byteOffset: error.byteOffset };
  }
}

describe('a parser with the kernel', () => {
  it('reads what JSON.parse reads, whatever its records look like and wherever they are cut', () => {
    fc.assert(
      fc.property(drafts, fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (draft, lengths) => {
        const text = textOf(draft);
        const plain = plainNodes(text);
        const columns = feed(new ColumnsParser(), text);
        assert.deepEqual(columnsNodes(columns), plain);
        assert.deepEqual(feedInPieces(new ColumnsParser(), text, lengths), columns);
        assert.deepEqual(feedInPieces(new ColumnsParser(), text, [1]), columns);
      }),
    );
  });

  it('says the same as the machine of what is wrong, and where, when any byte has been changed', () => {
    const bytes = fc.oneof(
      fc.constantFrom(...'0123456789,\n] -.e"').map((sign) => sign.charCodeAt(0)),
      fc.nat(255),
    );
    const parsers: readonly (() => SnapshotSink<unknown>)[] = [() => new ColumnsParser(), () => new HistogramParser()];
    fc.assert(
      fc.property(drafts, fc.nat(), bytes, (draft, place, byte) => {
        const changed = bytesOf(textOf(draft)).slice();
        const begin = Buffer.from(changed).indexOf('"nodes"');
        changed[begin + (place % (changed.length - begin))] = byte;
        for (const parser of parsers) {
          // one byte at a time never has the kernel take a record
          const machine = outcome(() => feedInPieces(parser(), changed, [1]));
          assert.deepEqual(
            outcome(() => feed(parser(), changed)),
            machine,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads a file in place as it reads bytes that it has to copy, in pieces longer and shorter than its memory', async () => {
    await using dir = await folder();
    const path = join(dir.path, 'long.heapsnapshot');
    for (const major of [20, 24] as const) {
      const text = textOf(longDraft(major));
      assert.ok(text.length > 600_000);
      await writeFile(path, text);
      const whole = feed(new ColumnsParser(), text);
      assert.deepEqual(columnsNodes(whole), plainNodes(text));
      assert.deepEqual(feedInPieces(new ColumnsParser(), text, [300_000, 1, 70_000]), whole);
      using file = new RegularFile(path);
      const parser = new ColumnsParser();
      file.readInto(parser, () => {});
      assert.deepEqual(parser.end(), whole);
      assert.deepEqual(histogramOfFile(file.readAt, text.length), feedInPieces(new HistogramParser(), text, [1]));
    }
  });
});

function longDraft(major: 20 | 24): Draft {
  const count = 12_000;
  return {
    major,
    fields: FIELDS,
    nodes: Array.from({ length: count }, (_, n) => ({
      type: n % 15,
      name: n % 4,
      id: 2 * n + 1,
      size: n % 997 === 0 ? 70_000 : n % 500,
      rest: n % 1999 === 0 ? 2 : 0,
      space: n % 1013 === 0 ? ' ' : '',
    })),
    edges: Array.from({ length: 3 * count }, (_, e) => ({
      from: e % count,
      to: e * 7919,
      type: e % 7,
      name: e * 31,
      space: e % 1511 === 0 ? ' ' : '',
    })),
  };
}
