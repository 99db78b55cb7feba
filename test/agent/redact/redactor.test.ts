/** Snapshots of real programs that hold secrets, before and after: nothing of the secrets is left, and all else is the same. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { redactFile } from '../../../agent/capture/redact-file.ts';
import { partitionFile } from '../../../agent/file/file.ts';
import { filePaths } from '../../../agent/file/file-path.ts';
import { freshRedaction, keyOf } from '../../../agent/redact/redaction.ts';
import { Redactor } from '../../../agent/redact/redactor.ts';
import { folder } from '../../support/folder.ts';
import { type NodeMajor, nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';

interface Snapshot {
  readonly strings: readonly string[];
  readonly nodes: readonly number[];
}

const read = (path: string): Snapshot => JSON.parse(readFileSync(path, 'utf8'));
const IN_SOURCE = 'password-in-a-comment-4711';

/** A snapshot with secrets at `path`, and these. */
async function plant(major: NodeMajor, path: string): Promise<string[]> {
  const { stdout, status } = spawnSync(
    await nodeBinary(major),
    [join(projectRoot, 'test/fixtures/secrets.mjs'), path],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0);
  return [IN_SOURCE, ...Object.values(JSON.parse(stdout) as Record<string, string>)];
}

/** V8 cuts names at 1,024 units. */
const cut = (text: string): string => text.slice(0, 64);

for (const major of TRIED_MAJORS) {
  describe(`a snapshot of Node ${major}, redacted`, () => {
    test('holds no secret, and is otherwise the same', async () => {
      await using place = await folder();
      const [before, after] = [place.join('before.heapsnapshot'), place.join('after.heapsnapshot')];
      const secrets = await plant(major, before);
      const { strings, replaced } = await redactFile(before, after, { redaction: freshRedaction() });
      const [a, b] = [read(before), read(after)];
      const [textA, textB] = [a.strings.join('\n'), b.strings.join('\n')];
      for (const secret of secrets) {
        assert.ok(textA.includes(cut(secret)), `${secret} was not planted`);
        assert.ok(!textB.includes(cut(secret)), `${secret} is left`);
        assert.ok(!readFileSync(after, 'utf8').includes(JSON.stringify(cut(secret)).slice(1, -1)));
      }
      assert.deepEqual(
        b.strings.map(({ length }) => length),
        a.strings.map(({ length }) => length),
      );
      assert.equal(strings, a.strings.length);
      assert.equal(replaced, a.strings.filter((text, at) => text !== b.strings[at]).length);
      assert.deepEqual(b.nodes, a.nodes);
      for (const name of ['Session', 'tokenOfSession', 'sessionsByToken', 'refresh', 'user']) {
        assert.ok(b.strings.includes(name), `${name} should have stayed`);
      }
    });

    test('has the kinds, sizes, retained sizes and paths that it had', async () => {
      await using place = await folder();
      const [before, after] = [place.join('before.heapsnapshot'), place.join('after.heapsnapshot')];
      await plant(major, before);
      await redactFile(before, after, { redaction: freshRedaction() });
      const by = ['kind', 'class', 'module', 'size', 'retained', 'referrers'];
      const [was, is] = await Promise.all([before, after].map((path) => partitionFile(path, { by })));
      for (const at of by.keys()) assert.deepEqual(is![at]!.rows, was![at]!.rows, by[at]);
      const [pathWas, pathIs] = await Promise.all(
        [before, after].map((path) => filePaths({ path, to: 'Session', most: 1, strings: false }, () => {})),
      );
      assert.deepEqual(pathIs, pathWas);
    });
  });
}

describe('a redaction', () => {
  test('is the same however the bytes are cut, and from gzip', async () => {
    await using place = await folder();
    const before = place.join('before.heapsnapshot');
    await plant(20, before);
    const bytes = readFileSync(before);
    const redaction = { key: keyOf('one key for all') };
    const whole = redacted([bytes], redaction.key);
    for (const size of [1_021, 65_536]) assert.ok(whole.equals(redacted(pieces(bytes, size), redaction.key)));
    writeFileSync(place.join('before.gz'), gzipSync(bytes));
    await redactFile(place.join('before.gz'), place.join('after.heapsnapshot'), { redaction });
    assert.ok(whole.equals(readFileSync(place.join('after.heapsnapshot'))));
  });

  test('replaces equal texts alike under one key, and otherwise under another', () => {
    const texts = ['the first secret', 'the second secret', 'the first secret'];
    const [a, b, c] = stringsOf(redacted([snapshot(texts)], keyOf('a')));
    assert.equal(a, c);
    assert.notEqual(a, b);
    assert.equal(stringsOf(redacted([snapshot(texts)], keyOf('a')))[0], a);
    assert.notEqual(stringsOf(redacted([snapshot(texts)], keyOf('b')))[0], a);
  });

  test('keeps the length of any text in units, however it is escaped', () => {
    const texts = ['é', 'ab\ncd"ef', '😀 and more', '\u0001\u0002\u0003 control', 'x'.repeat(200_000), ''];
    const after = stringsOf(redacted([snapshot(texts)], keyOf('a')));
    assert.deepEqual(
      after.map(({ length }) => length),
      texts.map(({ length }) => length),
    );
    assert.ok(!after.slice(1, 5).some((text) => texts.includes(text)));
  });

  test('keeps and hides names by glob', () => {
    const key = keyOf('a');
    const after = stringsOf(redacted([snapshot(['wanted text', 'other text'])], key, { keep: ['wanted*'] }));
    assert.equal(after[0], 'wanted text');
    assert.notEqual(after[1], 'other text');
    const named = stringsOf(redacted([snapshot(['SecretClass', 'OtherClass'], 'object')], key, { hide: ['Secret*'] }));
    assert.notEqual(named[0], 'SecretClass');
    assert.equal(named[1], 'OtherClass');
  });

  test('refuses what it cannot redact, in one line', () => {
    const text = String(snapshot(['a text']));
    const strings = /"strings":\[[^\]]*\]/.exec(text)![0];
    const first = text.replace(`,\n${strings}`, '').replace('"nodes":', `${strings},"nodes":`);
    assert.throws(() => redacted([Buffer.from(first)], keyOf('a')), /"strings" comes before what says how it is used/);
    const strange = text.replace('"strings":', '"notes":["a secret"],"strings":');
    assert.throws(() => redacted([Buffer.from(strange)], keyOf('a')), /a section "notes", which may hold anything/);
    const hidden = text.replace('"strings":', '"locations":[0,"a secret"],"strings":');
    assert.throws(() => redacted([Buffer.from(hidden)], keyOf('a')), /expected numbers in "locations", got/);
    const farOff = text.replace('"nodes":[2,0,', '"nodes":[3,4000000000,');
    assert.throws(() => redacted([Buffer.from(farOff)], keyOf('a')), /names string 4000000000/);
    assert.throws(() => redacted([Buffer.from(text.slice(0, -5))], keyOf('a')), /it ends in "strings"/);
  });
});

/** A snapshot with a node for each text, of one type. */
function snapshot(texts: readonly string[], type = 'string'): Buffer {
  const types = ['hidden', 'array', 'string', 'object'];
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
    node_types: [types, 'string', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [['context', 'element', 'property', 'internal'], 'string_or_number', 'node'],
  };
  const nodes = texts.flatMap((_, at) => [types.indexOf(type), at, 2 * at + 1, 16, 0]);
  const head = JSON.stringify({ meta, node_count: texts.length, edge_count: 0 });
  return Buffer.from(`{"snapshot":${head},\n"nodes":[${nodes}],\n"edges":[],\n"strings":${JSON.stringify(texts)}}`);
}

function redacted(parts: readonly Uint8Array[], key: Uint8Array, rules = {}): Buffer {
  const out: Buffer[] = [];
  const redactor = new Redactor({ ...rules, key, write: (bytes) => void out.push(Buffer.from(bytes)) });
  for (const part of parts) redactor.write(part);
  redactor.end();
  return Buffer.concat(out);
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

function stringsOf(bytes: Buffer): readonly string[] {
  return (JSON.parse(String(bytes)) as Snapshot).strings;
}
