import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { transform } from 'esbuild';
import type { SeenFunction } from '../../../agent/source-maps/belongs.ts';
import { SourceMaps } from '../../../agent/source-maps/source-maps.ts';
import { type Folder, folder } from '../../support/folder.ts';

const SOURCE = `export class Session {
  #token;
  constructor(token) {
    this.#token = token;
  }
  reveal() {
    return this.#token;
  }
}
export class Plain {}
const openSessions = [];
export function openSession(token) {
  openSessions.push(new Session(token));
  return () => openSessions.map((each) => each.reveal());
}
export const lookUp = async (token) => openSessions.find((each) => each.reveal() === token);
`;

interface Made {
  readonly script: string;
  readonly code: string;
  readonly map: string;
}

/** Minified, in one line, with its map beside it. */
async function made(dir: Folder, source = SOURCE, name = 'out/app.mjs'): Promise<Made> {
  const { code, map } = await transform(source, {
    minify: true,
    sourcemap: 'external',
    sourcefile: '../src/app.js',
    format: 'esm',
  });
  const script = dir.join(name);
  await mkdir(dirname(script), { recursive: true });
  await writeFile(script, `${code}//# sourceMappingURL=app.mjs.map\n`);
  await writeFile(`${script}.map`, map);
  return { script, code, map };
}

/** What V8 would see of a function: where `text` is in the one line. */
function at(code: string, text: string, name: string): SeenFunction {
  const column = code.indexOf(text);
  assert.ok(column >= 0, `${text} is not in ${code}`);
  return { line: 0, column, name };
}

/** The minified name of what is exported under a name. */
function minified(code: string, name: string): string {
  return new RegExp(`([\\w$]+) as ${name}\\b`).exec(code)![1]!;
}

test('functions, classes and their members are named by where V8 says that they begin', async () => {
  await using dir = await folder();
  const { script, code } = await made(dir);
  const mapped = new SourceMaps({ folders: [] }).of(script, [])!;
  const names = ['Session', 'openSession', 'lookUp'].map((name) => [name, minified(code, name)] as const);
  const [[, session], [, open], [, look]] = names as [(typeof names)[0], (typeof names)[0], (typeof names)[0]];
  const path = dir.join('src/app.js');
  const built = code.indexOf('constructor(') + 'constructor'.length;
  assert.deepEqual(mapped.originOf({ line: 0, column: built }, session), {
    name: 'Session',
    place: { path, line: 0, column: 13 },
  });
  const opened = at(code, `function ${open}(`, open);
  assert.deepEqual(mapped.originOf({ ...opened, column: opened.column + `function ${open}`.length }, open), {
    name: 'openSession',
    place: { path, line: 11, column: 16 },
  });
  const looked = at(code, `${look}=async`, look);
  assert.equal(mapped.originOf({ ...looked, column: looked.column + look.length + 1 }, look).name, 'lookUp');
  const plain = at(code, `class ${minified(code, 'Plain')}{`, 'e');
  assert.equal(mapped.originOf(plain, minified(code, 'Plain')).name, 'Plain');
  const [secret] = /#\w+/.exec(code)!;
  assert.equal(mapped.privateNameOf({ line: 0, column: built }, secret), '#token');
});

test('variables of contexts are named by the scope that declares all of them', async () => {
  await using dir = await folder();
  const { script, code } = await made(dir);
  const mapped = new SourceMaps({ folders: [] }).of(script, [])!;
  const list = /([\w$]+)\.push\(/.exec(code)![1]!;
  const inner = at(code, `()=>${list}.map`, '');
  const [variables] = mapped.variablesAround(inner, [new Set([list])]);
  assert.deepEqual(variables!.get(list), { name: 'openSessions', path: dir.join('src/app.js') });
});

test('a name that V8 has from elsewhere stays, and so does what has no name', async () => {
  await using dir = await folder();
  const { script, code } = await made(dir);
  const mapped = new SourceMaps({ folders: [] }).of(script, [])!;
  const built = { line: 0, column: code.indexOf('constructor(') + 'constructor'.length };
  assert.equal(mapped.originOf(built, 'SomethingElse').name, undefined);
  assert.deepEqual(mapped.originOf({ line: 0, column: 3 }, 'e'), {});
});

test('a map is found inline, in a folder by its name, and by its debug id', async () => {
  await using dir = await folder();
  const { script, code, map } = await made(dir);
  const found = async (text: string, files: Record<string, string>): Promise<string | undefined> => {
    await using other = await folder();
    await writeFile(script, text);
    await writeFile(`${script}.map`, '');
    for (const [name, content] of Object.entries(files)) await writeFile(other.join(name), content);
    const built = { line: 0, column: code.indexOf('constructor(') + 'constructor'.length };
    const maps = new SourceMaps({ folders: [other.path] });
    return maps.of(script, [])?.originOf(built, minified(code, 'Session')).name;
  };
  const inline = `${code}//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
  assert.equal(await found(inline, {}), 'Session');
  const id = '85314830-023f-4cf1-a267-535f4e37bb17';
  const named = `${code}//# sourceMappingURL=app.mjs.map\n`;
  assert.equal(await found(named, { 'app.mjs.map': map }), 'Session');
  const withId = JSON.stringify({ ...JSON.parse(map), debugId: id });
  assert.equal(await found(`${code}//# debugId=${id.toUpperCase()}\n`, { 'other.map': withId }), 'Session');
  assert.equal(await found(code, { 'other.map': withId }), undefined);
});

test('a map of another build is refused: by debug id, by its places, by what runs', async () => {
  await using dir = await folder();
  const { script, code, map } = await made(dir);
  const refusal = async (seen: readonly SeenFunction[]): Promise<string> => {
    const maps = new SourceMaps({ folders: [] });
    assert.equal(maps.of(script, seen), undefined);
    return maps.refused.map(({ reason }) => reason).join();
  };
  const ran = at(code, 'constructor(', minified(code, 'Session'));
  assert.match(
    await refusal([{ ...ran, column: ran.column + 12 }]),
    /is of another build: what runs has a function at 1:/,
  );
  const other = await made(
    dir,
    `export class Added { more() { return [1, 2, 3].at(0); } }\n${SOURCE}`,
    'other/app.mjs',
  );
  await writeFile(`${script}.map`, other.map);
  assert.match(await refusal([]), /of another build: .* (?:do not fit the script|which the script does not have)/);
  await writeFile(script, `${code}//# sourceMappingURL=app.mjs.map\n//# debugId=${'1'.repeat(32)}\n`);
  await writeFile(`${script}.map`, JSON.stringify({ ...JSON.parse(map), debugId: '2'.repeat(32) }));
  assert.match(await refusal([]), /its debug id is 2{32}, the script's 1{32}/);
  await writeFile(`${script}.map`, 'no map');
  assert.match(await refusal([]), /it is no source map: expected JSON/);
});

test('a map puts no contents in: only identifiers are taken from it', async () => {
  await using dir = await folder();
  const { script, code, map } = await made(dir);
  const names = (JSON.parse(map) as { names: string[] }).names.map((name) => (name === 'Session' ? 'a secret!' : name));
  await writeFile(`${script}.map`, JSON.stringify({ ...JSON.parse(map), names }));
  const built = { line: 0, column: code.indexOf('constructor(') + 'constructor'.length };
  const mapped = new SourceMaps({ folders: [] }).of(script, [])!;
  assert.equal(mapped.originOf(built, minified(code, 'Session')).name, undefined);
});

test('a folder that is none is told in one line', () => {
  assert.throws(
    () => new SourceMaps({ folders: ['/nowhere/at/all'] }),
    /Cannot read source maps in \/nowhere\/at\/all: no such/,
  );
});

test('thousands of sites are named', async () => {
  await using dir = await folder();
  const source = Array.from({ length: 5_000 }, (_, at) => `export function handler${at}(a) { return a + ${at}; }`).join(
    '\n',
  );
  const { script, code } = await made(dir, source);
  const seen = [...code.matchAll(/function ([\w$]+)(?=\()/g)].map(
    ({ index, 0: head, 1: name }): SeenFunction => ({ line: 0, column: index + head.length, name: name! }),
  );
  assert.equal(seen.length, 5_000);
  const mapped = new SourceMaps({ folders: [] }).of(script, seen)!;
  const names = seen.map(({ name, ...position }) => mapped.originOf(position, name).name);
  assert.deepEqual(new Set(names), new Set(seen.map((_, at) => `handler${at}`)));
});
