/** Answers from an index, against the same from the snapshot; and what happens to an index that is of no use. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { redactFile } from '../../../agent/capture/redact-file.ts';
import { fileColumns } from '../../../agent/file/file-columns.ts';
import { fileRows } from '../../../agent/file/file-rows.ts';
import { type IndexSetting, useIndex, withoutIndexOf } from '../../../agent/index/in-use.ts';
import { OpenPart, writePart } from '../../../agent/index/part.ts';
import { packed } from '../../../agent/parse/packed.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { freshRedaction } from '../../../agent/redact/redaction.ts';
import { programUrl } from '../../../agent/threads/program.ts';
import { inThread } from '../../../agent/threads/thread.ts';
import { bytesOf, feed } from '../../support/feed.ts';
import { FILE_QUESTIONS } from '../../support/file-questions.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { ownSnapshot } from '../../support/own-snapshot.ts';
import { projectRoot } from '../../support/project.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

/** Small, so that its index can be damaged everywhere. */
const SMALL = bytesOf(
  snapshotText(
    "0>1 1>2 1>3 1>4:element:7 2>5 3>5 5>6:internal:elements 6>7:element:0 4>8:weak:w 8>9:context:scope 1:object:'global / ' " +
      '2:object:Session:48 3:object:Session:70000 4:closure:handle 5:object:Array 6:array 7:string:text ' +
      '2@7:12:4 4@7:1:1 5@8:2:2',
  ),
);

let bytes: Uint8Array;
before(async () => {
  bytes = await ownSnapshot();
});
afterEach(() => useIndex(undefined));

/** A snapshot file and a folder for its index, which is in use. */
async function snapshotIn(dir: Folder, { maxBytes = 2 ** 30, contents = bytes } = {}): Promise<string> {
  const path = dir.join('app.heapsnapshot');
  await writeFile(path, contents);
  useIndex(settingIn(dir, maxBytes));
  return path;
}

function settingIn(dir: Folder, maxBytes = 2 ** 30): IndexSetting {
  return { folder: dir.join('index'), maxBytes, fromBytes: 0 };
}

/** Paths of all parts of all indexes. */
async function partsIn(dir: Folder): Promise<string[]> {
  const names = await readdir(dir.join('index'), { recursive: true });
  return names
    .filter((name) => name.includes('/'))
    .map((name) => join(dir.join('index'), name))
    .sort();
}

async function partIn(dir: Folder, name: string): Promise<string> {
  const found = (await partsIn(dir)).find((path) => path.endsWith(`/${name}`));
  assert.ok(found, name);
  return found;
}

/** The answers of the snapshot itself. */
async function answersWithout(path: string): Promise<Record<string, string>> {
  useIndex(undefined);
  const answers: Record<string, string> = {};
  for (const [name, ask] of Object.entries(FILE_QUESTIONS)) answers[name] = await ask(path);
  return answers;
}

describe('an index', () => {
  it('gives the answers that the snapshot gives, whichever question made it', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    const expected = await answersWithout(path);
    for (const first of ['kind', 'retained', 'path', 'findings']) {
      await rm(dir.join('index'), { recursive: true, force: true });
      useIndex(settingIn(dir));
      assert.equal(await FILE_QUESTIONS[first]!(path), expected[first], `${first} first`);
      for (const [name, ask] of Object.entries(FILE_QUESTIONS)) {
        assert.equal(await ask(path), expected[name], `${name} after ${first}`);
      }
    }
  });

  it('has all columns, as the parser gives them', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    const expected = packed(feed(new ColumnsParser(), bytes));
    for (let time = 0; time < 2; time++) {
      const { strings, ...columns } = packed((await fileColumns(path, () => {})).columns);
      const { strings: expectedStrings, ...expectedColumns } = expected;
      const { oddLocations: _, ...has } = columns;
      assert.deepEqual(has, expectedColumns);
      assert.deepEqual(strings, expectedStrings);
    }
  });

  it('is what the second question reads: an answer that was put into it comes back', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    await fileRows({ path, by: ['type'] }, () => {});
    const part = (await partsIn(dir)).find((each) => /\/by-/.test(each))!;
    await rewritten(part, (arrays) => {
      const text = Buffer.from(arrays.text!.buffer as ArrayBuffer);
      text.set(Buffer.from('ZZZ', 'utf16le'));
    });
    const { rows } = (await fileRows({ path, by: ['type'] }, () => {})).rows[0]!;
    assert.ok(rows.some(({ kind }) => kind.startsWith('ZZZ')));
  });

  it('is of gzip files too, and of no pipe', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir, { contents: gzipSync(bytes, { level: 1 }) });
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    for (let time = 0; time < 2; time++) {
      for (const [name, ask] of Object.entries(FILE_QUESTIONS)) assert.equal(await ask(path), expected[name], name);
    }
    assert.ok((await partsIn(dir)).length > 3);
  });

  it('is not made of files in a folder for what is to leave no trace', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir, { contents: SMALL });
    {
      using _ = withoutIndexOf(dir.path);
      await FILE_QUESTIONS.kind!(path);
      assert.deepEqual(await readdir(dir.path), ['app.heapsnapshot']);
    }
    await FILE_QUESTIONS.kind!(path);
    assert.equal((await readdir(dir.join('index'))).length, 1);
  });

  it("is its owner's alone, and nothing is put into a folder that others may read", async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    await FILE_QUESTIONS.several!(path);
    for (const part of await partsIn(dir)) assert.equal((await stat(part)).mode & 0o777, 0o600, part);
    assert.equal((await stat(dir.join('index'))).mode & 0o777, 0o700);
    await rm(dir.join('index'), { recursive: true });
    await mkdir(dir.join('index'));
    await chmod(dir.join('index'), 0o755);
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    assert.equal(await FILE_QUESTIONS.kind!(path), expected.kind);
    assert.deepEqual(await partsIn(dir), []);
  });

  it('of a file with redacted strings has no other strings than the file', async () => {
    await using dir = await folder();
    const [whole, path] = [dir.join('whole.heapsnapshot'), dir.join('app.heapsnapshot')];
    const planted = spawnSync(process.execPath, [join(projectRoot, 'test/fixtures/secrets.mjs'), whole], {
      encoding: 'utf8',
    });
    const secrets = Object.values(JSON.parse(planted.stdout) as Record<string, string>)
      .map((each) => each.slice(0, 64))
      .filter((each) => /^[\w -]+$/.test(each));
    assert.ok(secrets.length > 2);
    await redactFile(whole, path, { redaction: freshRedaction() });
    const isIn = async (secret: string): Promise<boolean> => {
      const parts = await Promise.all((await partsIn(dir)).map((part) => readFile(part)));
      return parts.some((part) => part.includes(secret) || part.includes(Buffer.from(secret, 'utf16le')));
    };
    for (const [file, has] of [
      [whole, true],
      [path, false],
    ] as const) {
      useIndex(settingIn(dir));
      for (const ask of Object.values(FILE_QUESTIONS)) await ask(file).catch(() => {});
      for (const secret of secrets) assert.equal(await isIn(secret), has, secret);
      await rm(dir.join('index'), { recursive: true });
    }
  });
});

describe('an index of no use', () => {
  it('is of a file that has changed, by its contents, its size or its time', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    await FILE_QUESTIONS.kind!(path);
    const { atime, mtime } = await stat(path);
    const changed = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('Session', 'Lession'), 'latin1');
    await writeFile(path, changed);
    await utimes(path, atime, mtime);
    useIndex(undefined);
    const expected = await FILE_QUESTIONS.kind!(path);
    useIndex(settingIn(dir));
    assert.equal(await FILE_QUESTIONS.kind!(path), expected);
    assert.match(expected, /Lession/);
    assert.equal((await readdir(dir.join('index'))).length, 1, 'one index a file');
  });

  it('is cut anywhere: then the snapshot is read, and the index made anew', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir, { contents: SMALL });
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    await FILE_QUESTIONS.several!(path);
    for (const part of await partsIn(dir)) {
      for (const share of [0, 0.001, 0.3, 0.99]) {
        await FILE_QUESTIONS.several!(path);
        const whole = await readFile(part);
        await writeFile(part, whole.subarray(0, Math.floor(whole.length * share)));
        assert.equal(await FILE_QUESTIONS.several!(path), expected.several, part);
      }
    }
  });

  it('has bytes that are others than were written', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir, { contents: SMALL });
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    await FILE_QUESTIONS.several!(path);
    for (const part of await partsIn(dir)) {
      const whole = await readFile(part);
      for (let at = 3; at < whole.length; at += Math.ceil(whole.length / 5)) {
        await FILE_QUESTIONS.several!(path);
        const other = Buffer.from(whole);
        other[at] = other[at]! ^ 0x55;
        await writeFile(part, other);
        assert.equal(await FILE_QUESTIONS.several!(path), expected.several, `${part} at ${at}`);
      }
    }
  });

  it('is hostile: its checksums are right, and its entries point outside', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir, { contents: SMALL });
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    for (const part of ['columns', 'locations', 'dominators', 'by-']) {
      await FILE_QUESTIONS.several!(path);
      const find = async () => (await partsIn(dir)).find((each) => each.includes(`/${part}`))!;
      for (const name of await rewritten(await find(), () => {})) {
        await FILE_QUESTIONS.several!(path);
        await rewritten(await find(), (arrays) => {
          const array = arrays[name]!;
          if (array.length > 0) array[array.length >> 1] = 0xffffffff;
        });
        // an answer comes, which is another one only where a number was changed that points nowhere
        for (const question of ['several', 'module', 'path', 'cut']) await FILE_QUESTIONS[question]!(path);
      }
    }
    await rm(dir.join('index'), { recursive: true, force: true });
    assert.equal(await FILE_QUESTIONS.several!(path), expected.several);
  });

  it('says that it has more than it has: no memory is taken for that', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir, { contents: SMALL });
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    await FILE_QUESTIONS.kind!(path);
    const part = await partIn(dir, 'columns');
    const binding = bindingIn(await readFile(part));
    const facts = { nodeCount: 2 ** 50, edgeCount: 2 ** 50, stringCount: 2 ** 50, extraNativeBytes: 0 };
    writePart(part, { binding, facts: { ...facts, nodeTypes: ['object'], edgeTypes: ['weak'] } }, {});
    for (const [name, ask] of Object.entries(FILE_QUESTIONS)) assert.equal(await ask(path), expected[name], name);
  });
});

describe('the folder of indexes', () => {
  it('takes no more than it may: what was used longest ago goes', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    await FILE_QUESTIONS.kind!(path);
    const one = await sizeOf(dir);
    useIndex(settingIn(dir, 2.5 * one));
    const paths = ['b', 'c', 'd'].map((name) => dir.join(`${name}.heapsnapshot`));
    for (const each of paths) {
      await writeFile(each, bytes);
      await FILE_QUESTIONS.kind!(each);
      assert.ok((await sizeOf(dir)) <= 2.5 * one);
    }
    assert.equal((await readdir(dir.join('index'))).length, 2);
    useIndex(settingIn(dir, one / 2));
    await FILE_QUESTIONS.kind!(path);
  });

  it('is used by several at once', async () => {
    await using dir = await folder();
    const path = await snapshotIn(dir);
    const expected = await answersWithout(path);
    useIndex(settingIn(dir));
    const program = programUrl('../../../agent/file/file-thread', import.meta.url);
    const asked = Array.from({ length: 4 }, () =>
      inThread<never, { rows: unknown }>(program, { path, by: ['kind'] }).then(({ rows }) => JSON.stringify(rows)),
    );
    for (const answer of await Promise.all(asked)) assert.equal(answer, expected.kind);
    assert.deepEqual(
      (await partsIn(dir)).filter((part) => part.endsWith('.draft')),
      [],
    );
    assert.equal(await FILE_QUESTIONS.kind!(path), expected.kind);
  });

  it('on a full disk has no index, and the question its answer', async (t) => {
    await using disk = await smallDisk(64 * 1024);
    if (disk === null) return t.skip('no right to mount');
    await using dir = await folder();
    const path = await snapshotIn(dir);
    const expected = await answersWithout(path);
    useIndex({ folder: join(disk.path, 'index'), maxBytes: 2 ** 30, fromBytes: 0 });
    assert.equal(await FILE_QUESTIONS.several!(path), expected.several);
    const left = await readdir(join(disk.path, 'index'), { recursive: true });
    assert.deepEqual(
      left.filter((name) => name.includes('columns')),
      [],
    );
  });
});

async function sizeOf(dir: Folder): Promise<number> {
  const sizes = await Promise.all((await partsIn(dir)).map(async (part) => (await stat(part)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function bindingIn(part: Buffer): string {
  return /"binding":"(\w+)"/.exec(part.toString('latin1'))![1]!;
}

type Writable = Record<string, Uint8Array | Uint16Array | Uint32Array | Float64Array>;

/** Writes a part anew, its checksums right, having changed its arrays; gives their names. */
async function rewritten(path: string, change: (arrays: Writable) => void): Promise<string[]> {
  const binding = bindingIn(await readFile(path));
  const arrays: Writable = {};
  let facts: unknown;
  {
    using part = OpenPart.of(path, binding)!;
    facts = part.facts;
    for (const name of part.names) arrays[name] = part.read(name, part.typeOf(name));
  }
  change(arrays);
  writePart(path, { binding, facts }, arrays);
  return Object.keys(arrays);
}
