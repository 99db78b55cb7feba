/**
 * `heapwatch heap` of processes that no inspector reaches, and of what a walk refuses:
 *
 *     node dist/scripts/walk-cases.js [--majors 20,24]
 *
 * Each case is a real process and a command of its own. What can be walked gives its table and exit code 0; what cannot gives one
 * line and its exit code. Prints each, exits 1 where one is otherwise. As root: other users and namespaces need it.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isStopped } from '../agent/memory/process-state.ts';
import { coreOf } from '../test/support/core-file.ts';
import { type Folder, folder } from '../test/support/folder.ts';
import { type NodeMajor, nodeBinary } from '../test/support/node-versions.ts';
import { startTarget, type Target, type TargetOptions } from '../test/support/target.ts';
import { until } from '../test/support/until.ts';

const { values } = parseArgs({ options: { majors: { type: 'string', default: '20,24' } } });
const HEAPWATCH = fileURLToPath(new URL('../collector/cli/main.js', import.meta.url));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface As {
  /** Programs before ours: `unshare`, `setpriv`. */
  readonly through?: readonly string[];
  readonly uid?: number;
}

function heap(args: readonly string[], { through = [], uid }: As = {}): Promise<Answer> {
  const [file, ...rest] = [...through, process.execPath, HEAPWATCH, 'heap', ...args];
  const options = { env: { ...process.env, NODE_OPTIONS: '' }, ...(uid !== undefined && { uid, gid: uid }) };
  return new Promise((resolve) => {
    execFile(file!, rest, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
  });
}

async function sessions(options: TargetOptions = {}): Promise<Target> {
  const target = await startTarget('idle-sessions', { inspect: false, ...options });
  await target.line(/ready/);
  return target;
}

let wrong = 0;
const report = (name: string, isRight: boolean, said: string): void => {
  if (!isRight) wrong++;
  process.stdout.write(`${isRight ? 'as expected' : 'OTHERWISE  '} ${name}: ${said}\n`);
};

function table(name: string, { code, stdout, stderr }: Answer): void {
  const row = /^.*\b12345\b.*Point$|^.*Point$/m.exec(stdout)?.[0].trim();
  report(name, code === 0 && row !== undefined, row ?? `exit ${code}: ${stderr.trim()}`);
}

function refusal(name: string, expected: number, words: RegExp, { code, stderr }: Answer): void {
  const lines = stderr.trimEnd().split('\n');
  report(name, code === expected && lines.length === 1 && words.test(lines[0]!), `exit ${code}: ${stderr.trim()}`);
}

/** A copy of a program in which texts of one length stand for others. */
function patched(program: string, path: string, changes: readonly (readonly [from: string, to: string])[]): string {
  const bytes = readFileSync(program);
  for (const [from, to] of changes) {
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
  }
  writeFileSync(path, bytes, { mode: 0o755 });
  return path;
}

async function walkable(major: NodeMajor, dir: Folder): Promise<void> {
  const node = await nodeBinary(major);
  const permission = major >= 24 ? '--permission' : '--experimental-permission';
  const cases: Readonly<Record<string, TargetOptions>> = {
    'without an inspector': {},
    'in an endless loop': { args: ['loop'] },
    ...(major >= 20 && {
      'under the permission model': { execArgv: [permission, '--allow-worker', '--allow-fs-read=*'] },
    }),
    ...(major >= 22 && { 'with --disable-sigusr1': { execArgv: ['--disable-sigusr1'] } }),
    'stripped of its symbols': { nodeBinary: patched(node, dir.join(`stripped${major}`), [['v8dbg_', 'nodbg_']]) },
  };
  for (const [name, options] of Object.entries(cases)) {
    await using target = await sessions({ nodeBinary: node, ...options });
    table(`Node ${major}, ${name}`, await heap([`pid:${target.pid}`]));
  }
  await using target = await sessions({ nodeBinary: node });
  const gdb = spawn('gdb', ['-q', '-nx', '-p', `${target.pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(gdb, 'exit');
  await until(() => isStopped(target.pid));
  table(`Node ${major}, stopped in a debugger`, await heap([`pid:${target.pid}`]));
  gdb.kill('SIGKILL');
  await ended;
  table(`Node ${major}, core file`, await heap([await coreOf(target.pid, dir.path), '--exe', node]));
}

async function refused(dir: Folder): Promise<void> {
  const node = await nodeBinary(20);
  const version = '11.3.244.8-node.';
  const other = '11.3.244.9-node.';
  const symbols = [
    ['v8dbg_', 'nodbg_'],
    ['_ZN2v88internal7Version', '_ZN2v88internal7Noisrev'],
  ] as const;
  const unknown = patched(node, dir.join('unknown'), [...symbols, [version, other]]);
  const compressed = patched(node, dir.join('compressed'), [...symbols, ['-node.', '-nodi.']]);
  await using target = await sessions({ nodeBinary: node });
  const core = await coreOf(target.pid, dir.path);
  // a program that was changed so does not start: its own start-up snapshot is of another V8
  for (const [name, exe, words] of [
    ['a V8 that is not known', unknown, /no v8dbg_\* constants, and of V8 .* only those of .* are known/],
    ['a program that names no V8 of ours', compressed, /names no version of V8/],
  ] as const) {
    refusal(name, 4, words, await heap([core, '--exe', exe]));
  }
  const own = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  refusal(
    'a process of another user',
    3,
    /it belongs to another user/,
    await heap([`pid:${target.pid}`, '--probe', 'walk'], { through: own }),
  );
  const apart = ['unshare', '--pid', '--fork', '--mount-proc'];
  refusal(
    'a pid of another namespace',
    3,
    /no such process|another container/,
    await heap([`pid:${target.pid}`, '--probe', 'walk'], { through: apart }),
  );
  const { code, stdout, stderr } = await endedInRead(target);
  const last = stderr.trimEnd().split('\n').at(-1)!;
  report('a pid that ends in mid-read', code === 3 && stdout === '' && /ended/.test(last), `exit ${code}: ${last}`);
}

/** The answer of a walk whose target was killed while it stood still; a stop is short, and a busy machine may not show it. */
async function endedInRead(target: Target): Promise<Answer> {
  for (;;) {
    let isOver = false;
    const walking = heap([`pid:${target.pid}`]).finally(() => {
      isOver = true;
    });
    await until(() => isOver || isStopped(target.pid));
    if (isOver) continue;
    target.kill('SIGKILL');
    return await walking;
  }
}

await using dir = await folder();
for (const major of values.majors.split(',').map(Number).filter(Boolean)) await walkable(major as NodeMajor, dir);
await refused(dir);
process.stdout.write(wrong === 0 ? 'all as expected\n' : `${wrong} otherwise\n`);
process.exitCode = wrong === 0 ? 0 : 1;
