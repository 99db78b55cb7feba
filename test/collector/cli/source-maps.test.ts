/** `--source-maps` of the commands, on a program that is bundled and minified. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { build } from 'esbuild';
import { type Cli, startCli } from '../../support/cli.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { startTarget } from '../../support/target.ts';

const SESSIONS = `export class Session { constructor(user) { this.user = user; this.data = new Array(500).fill(user); } }
export const openSessions = [];
export function openSession(user) {
  openSessions[user % 400] = new Session(user);
}
`;
const MAIN = `import { openSession } from './sessions.js';
class Visitor { constructor() { this.visits = new Array(500).fill(0.5); } }
const visitors = [];
function visit(at) { visitors[at % 100] = new Visitor(); }
let turns = 400;
for (let at = 0; at < 321; at++) openSession(at);
console.log('ready');
setInterval(() => { openSession(++turns); visit(turns); }, 5);
`;

async function bundle(dir: Folder): Promise<string> {
  await writeFile(dir.join('sessions.js'), SESSIONS);
  await writeFile(dir.join('main.js'), MAIN);
  const outfile = dir.join('app.mjs');
  const options = { bundle: true, minify: true, sourcemap: true, format: 'esm', platform: 'node' } as const;
  await build({ entryPoints: [dir.join('main.js')], outfile, logLevel: 'silent', ...options });
  return outfile;
}

async function done(cli: Cli): Promise<string> {
  const { code, stdout, stderr } = await cli.result;
  assert.equal(code, 0, stderr);
  return stdout;
}

test('heap, path and sample show names of the sources, and the debugger stays off', async () => {
  await using dir = await folder();
  await using target = await startTarget(await bundle(dir), { execArgv: ['--no-opt'] });
  await target.line(/ready/);
  await using proxy = await startInspectorProxy(target.port);
  const maps = ['--source-maps', '.'];
  const kinds = JSON.parse(
    await done(startCli(['heap', proxy.address, '--probe', 'snapshot', '--yes', '--json', ...maps])),
  ) as { rows: { kind: string; count: number }[] };
  const session = kinds.rows.find(({ kind }) => kind === 'Session');
  assert.ok(session !== undefined && session.count >= 321, JSON.stringify(kinds.rows.slice(0, 20)));
  assert.ok(kinds.rows.some(({ kind }) => kind === 'elements of Array'));
  const sample = ['sample', proxy.address, '--for', '1s', '--interval', '8KB', '--json', ...maps];
  const sites = JSON.parse(await done(startCli(sample))) as { rows: { kind: string }[] };
  const own = sites.rows.map(({ kind }) => kind).filter((kind) => kind.includes(dir.path));
  assert.ok(own.length > 0, JSON.stringify(sites.rows));
  assert.ok(
    own.every((kind) => /\/(sessions|main)\.js:\d+\)$/.test(kind)),
    own.join('\n'),
  );
  assert.deepEqual(
    proxy.calls.map(({ method }) => method).filter((method) => method === 'Debugger.enable'),
    [],
  );
});

test('a walk names classes and paths, and a map of another build is told of once', async () => {
  await using dir = await folder();
  const script = await bundle(dir);
  await using target = await startTarget(script, { inspect: false });
  await target.line(/ready/);
  const maps = ['--source-maps', '.'];
  const rows = await done(startCli(['heap', `pid:${target.pid}`, '--all', ...maps]));
  assert.match(rows, / Session\n/);
  const path = await startCli(['path', `${target.pid}`, 'Session', ...maps]).result;
  assert.match(path.stdout, /module .*sessions\.js: openSessions/, path.stderr);
  await writeFile(
    dir.join('sessions.js'),
    `export class Added { more = [1, 2, 3].map((each) => each + 1); }\n${SESSIONS}`,
  );
  await writeFile(
    dir.join('main.js'),
    `import { Added } from './sessions.js';\nglobalThis.added = new Added();\n${MAIN}`,
  );
  await build({
    entryPoints: [dir.join('main.js')],
    outfile: dir.join('app.mjs'),
    bundle: true,
    minify: true,
    sourcemap: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  const { code, stdout, stderr } = await startCli(['heap', `pid:${target.pid}`, '--all', ...maps]).result;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, / Session\n/);
  assert.equal(
    stderr.match(/did not use the source map of \S+app\.mjs: \S+ is of another build: /g)?.length,
    1,
    stderr,
  );
});
