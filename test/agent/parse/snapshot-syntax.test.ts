import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SnapshotSyntaxError } from '../../../agent/base/syntax-error.ts';
import { HistogramParser } from '../../../agent/parse/histogram.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { feed, feedInPieces } from '../../support/feed.ts';
import { formats, specs } from '../../support/random-graph.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

const SMALL = snapshotText('0>1 0>2:internal:elements 1:object:Session:48 2:array:x:64 1@3:4:5', { node: 20 });

/** What the columns parser says of `text`, after checking that it stands inside of it and does not depend on the split. */
function complaint(text: string): string {
  const error = failure(() => feed(new ColumnsParser(), text));
  const again = failure(() => feedInPieces(new ColumnsParser(), text, [1]));
  assert.equal(again.message, error.message);
  assert.equal(again.byteOffset, error.byteOffset);
  assert.ok(error.byteOffset >= 0 && error.byteOffset <= new TextEncoder().encode(text).length);
  return error.message;
}

function failure(parse: () => unknown): SnapshotSyntaxError {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof SnapshotSyntaxError, String(error));
    return error;
  }
  return assert.fail('expected a SnapshotSyntaxError');
}

function edited(from: string | RegExp, to: string): string {
  const text = SMALL.replace(from, to);
  assert.notEqual(text, SMALL);
  return text;
}

describe('SnapshotSyntaxError', () => {
  const cases: readonly [what: string, text: string, says: RegExp][] = [
    ['nothing', '', /it ends where an object should be at byte 0$/],
    ['no JSON', 'HTTP/1.1 400 Bad Request', /expected an object, got "H" at byte 0$/],
    ['an array', '[]', /expected an object, got "\["/],
    ['an empty object', '{}', /it has no "snapshot"/],
    ['no strings', edited(/,\s*"strings":\[[^\]]*\]/, ''), /it has no "strings"/],
    ['rubbish after the end', `${SMALL} x`, /expected nothing more, got "x"/],
    ['two snapshots', SMALL + SMALL, /expected nothing more, got "\{"/],
    ['a section twice', edited('"samples"', '"nodes"'), /"nodes" appears twice/],
    ['nodes before the header', '{"nodes":[', /"nodes" comes before "snapshot"/],
    ['a header that is no object', '{"snapshot":7,', /expected "node_fields" to be names of fields, got nothing/],
    ['a header that is no JSON', '{"snapshot":{"meta":{],', /expected a key or "}" in "snapshot", got "\]"/],
    ['a word in nodes', edited('"nodes":[9', '"nodes":[x'), /expected a number or "\]" in "nodes", got "x"/],
    ['a number below 0', edited('"nodes":[9,', '"nodes":[9,-'), /expected a number in "nodes", got "-"/],
    ['a fraction', edited('"nodes":[9,', '"nodes":[9.5,'), /expected "," or "\]" in "nodes", got "\."/],
    ['an exponent', edited('"nodes":[9,', '"nodes":[9e1,'), /expected "," or "\]" in "nodes", got "e"/],
    ['a leading zero', edited('"nodes":[9,', '"nodes":[09,'), /in "nodes", got "9"/],
    ['two commas', edited('"nodes":[9,', '"nodes":[9,,'), /expected a number in "nodes", got ","/],
    ['a comma too many', edited('\n],\n"edges"', '\n,],\n"edges"'), /expected a number in "nodes", got "\]"/],
    ['half a record', edited('\n],\n"edges"', ',1],\n"edges"'), /"nodes" ends in a record: 1 of 7 numbers/],
    ['an unknown type', edited('"nodes":[9,', '"nodes":[99,'), /"type" in "nodes" to be at most 18, got 99/],
    ['an id beyond 53 bits', edited('"nodes":[9,1,1,', `"nodes":[9,1,${2 ** 53},`), /"id" in "nodes" to be at most/],
    ['a huge number', edited('"nodes":[9,', `"nodes":[9,${'9'.repeat(500)}`), /"name" in "nodes" to be at most/],
    ['a name beyond the strings', edited('"nodes":[9,1,', '"nodes":[9,99,'), /a name in "nodes" .* got index 99/],
    ['an edge name beyond them', edited(/("edges":\[2),\d+/, '$1,99'), /a name in "edges" .* got index 99/],
    ['an edge into a node', edited(/("edges":\[2,\d+),7/, '$1,8'), /"to_node" in "edges" .* multiple of 7, got 8/],
    ['an edge to nowhere', edited(/("edges":\[2,\d+),7/, '$1,70'), /"to_node" in "edges" to be at most 20, got 70/],
    ['two commas in locations', edited('"locations":[7', '"locations":[7,'), /a number in "locations", got ","/],
    ['a minus of nothing', edited('"locations":[7', '"locations":[-,7'), /a digit in "locations", got ","/],
    ['a word in locations', edited('"locations":[7', '"locations":[nul'), /true, false or null in "locations"/],
    [
      'a control character',
      edited('"strings":["', '"strings":["\n'),
      /no control character in "strings", got byte 0x0a/,
    ],
    ['a bad escape', edited('"strings":["', '"strings":["\\x'), /expected an escape in "strings", got "x"/],
    [
      'a bad unicode escape',
      edited('"strings":["', '"strings":["\\u12g4'),
      /expected a hex digit in "strings", got "g"/,
    ],
    ['strings not separated', edited('<dummy>",', '<dummy>"'), /expected "," or "\]" in "strings"/],
    ['a number in strings', edited('"strings":[', '"strings":[1,'), /expected a string or "\]" in "strings", got "1"/],
    ['a wrong word', edited('"trace_tree":[]', '"trace_tree":[nul]'), /true, false or null in "trace_tree", got "nul"/],
    ['brackets that do not match', edited('"trace_tree":[]', '"trace_tree":[[}'), /in "trace_tree", got "}"/],
    ['no such fields', edited('"self_size"', '"size"'), /expected "node_fields" to have "self_size"/],
    [
      'types that are none',
      edited(/"node_types":\[\[/, '"node_types":[[1,'),
      /expected "node_types" to name at most 4096/,
    ],
    ['the name of a section cut', '{"snap\nshot":', /the name of a section is no string/],
  ];
  for (const [what, text, says] of cases) {
    it(`is told of ${what}`, () => assert.match(complaint(text), says));
  }

  for (const count of ['4e9', '-1', '1.5', '"3"', 'null', '[3]', '536870912', '1e400']) {
    it(`is told of ${count} nodes`, () => {
      const says = /expected "node_count" to be an integer from 0 to 536870911, got/;
      assert.match(complaint(edited('"node_count":3', `"node_count":${count}`)), says);
    });
  }

  it('is told of counts that the sections do not keep', () => {
    assert.match(
      complaint(edited('"node_count":3', '"node_count":2')),
      /"nodes" has more records than "node_count" says, 2,/,
    );
    assert.match(complaint(edited('"node_count":3', '"node_count":4')), /"nodes" ends after 3 of 4 records/);
    const short = JSON.parse(SMALL);
    short.edges.length -= 3;
    assert.match(
      complaint(JSON.stringify(short)),
      /of "nodes" comes to 2, but "edges" has 1 records, which end at byte/,
    );
    short.edges.push(...short.edges, ...short.edges);
    assert.match(
      complaint(JSON.stringify(short)),
      /of "nodes" comes to 2, but "edges" has 3 records, which end at byte/,
    );
  });

  it('names the section and the length where the bytes end too early, wherever they do', () => {
    for (let length = 0; length < SMALL.length; length++) {
      const cut = SMALL.slice(0, length);
      const error = failure(() => feed(new ColumnsParser(), cut));
      assert.equal(error.byteOffset, length);
      assert.match(error.message, /^Cannot read snapshot: it ends (in "|where )/);
      failure(() => feed(new HistogramParser(), cut));
    }
  });

  it('gives the offset of what is wrong', () => {
    const text = edited('"edges":[2', '"edges":[x');
    const error = failure(() => feedInPieces(new ColumnsParser(), text, [7]));
    assert.equal(error.byteOffset, text.indexOf('"edges":[x') + '"edges":['.length);
    assert.match(error.message, new RegExp(`at byte ${error.byteOffset}$`));
  });

  it('is all that broken bytes bring about, and none pass that JSON.parse refuses', () => {
    const damages = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...'[]{}",:\\019 \n'), fc.string())), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(specs, formats, damages, (spec, format, damage) => {
        const text = damage.reduce(
          (damaged, [place, put]) => {
            const at = place % damaged.length;
            return damaged.slice(0, at) + put + damaged.slice(at + 1);
          },
          snapshotText(spec, format),
        );
        const valid = succeeds(() => JSON.parse(text));
        const outcomes = [[text.length], [1]].map((lengths) =>
          outcome(() => feedInPieces(new ColumnsParser(), text, lengths)),
        );
        assert.equal(outcomes[0], outcomes[1]);
        assert.ok(valid || outcomes[0] !== '');
        outcome(() => feed(new HistogramParser(), text));
      }),
      { numRuns: 1000 },
    );
  });

  it('comes before memory is given to counts that the bytes do not bear out', () => {
    const nodes = edited('"node_count":3', '"node_count":500000000');
    const edges = edited('"edge_count":2', '"edge_count":4000000000').replace('9,1,1,0,2,', '9,1,1,0,4000000000,');
    const texts = [nodes.slice(0, nodes.indexOf('"nodes":[') + 20), edges.slice(0, edges.indexOf('"edges":[') + 12)];
    for (const text of texts) {
      for (const options of [{}, { expectedBytes: text.length }]) {
        const before = process.memoryUsage().arrayBuffers;
        const parser = new ColumnsParser(options);
        parser.write(new TextEncoder().encode(text));
        assert.ok(process.memoryUsage().arrayBuffers - before < 8 << 20);
        assert.match(failure(() => parser.end()).message, /it ends in "(nodes|edges)"/);
      }
    }
  });
});

describe('a header', () => {
  it('that declares more than there is memory for is refused before any is taken', () => {
    const text = edited('"node_count":3', '"node_count":100000000');
    const parser = new ColumnsParser({ roomBytes: 1e9 });
    assert.match(
      failure(() => parser.write(new TextEncoder().encode(text))).message,
      /^Cannot read snapshot: its 100000000 nodes and 2 edges take 1\.4 GB of memory, of which 954 MB may be used here, at byte \d+$/,
    );
    const small = new ColumnsParser({ roomBytes: 1_000 });
    small.write(new TextEncoder().encode(SMALL));
    assert.equal(small.end().nodeCount, 3);
  });
});

/** The message of the SnapshotSyntaxError that `parse` throws, or nothing; any other error is a failure. */
function outcome(parse: () => unknown): string {
  try {
    parse();
    return '';
  } catch (error) {
    assert.ok(error instanceof SnapshotSyntaxError, String(error));
    return error.message;
  }
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
