/**
 * Limits of real control groups of version 2, seen from everywhere; left out where the kernel counts no memory by them. A kernel that
 * does, on a machine that does not: scripts/cgroup2.sh.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { countKills, killsSince } from '../../../agent/process/oom-kills.ts';
import type { ProcessRooms } from '../../../agent/process/process-rooms.ts';
import { runCli } from '../../support/cli.ts';
import { startTarget } from '../../support/target.ts';

const MB = 2 ** 20;
const ROOT = '/sys/fs/cgroup';
const TOP = `heapwatch2-${process.pid}`;

/** Whether memory groups of version 2 can be made here. */
function canMake(): boolean {
  try {
    if (!readFileSync(`${ROOT}/cgroup.subtree_control`, 'utf8').split(/\s+/).includes('memory')) return false;
    mkdirSync(`${ROOT}/${TOP}`);
    return true;
  } catch {
    return false;
  }
}

const skip = canMake() ? false : 'no memory groups of version 2 can be made here';
test.after(() => {
  if (skip === false) rmdirSync(`${ROOT}/${TOP}`);
});

/** Groups below ours, by path; `limits` by group and file. A process of the deepest is what is looked at. */
async function planted(path: string, limits: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const names = path.split('/');
  const folders = names.map((_, at) => join(ROOT, TOP, ...names.slice(0, at + 1)));
  for (const each of [join(ROOT, TOP), ...folders.slice(0, -1)]) {
    if (each !== join(ROOT, TOP)) mkdirSync(each, { recursive: true });
    writeFileSync(join(each, 'cgroup.subtree_control'), '+memory');
  }
  mkdirSync(folders.at(-1)!);
  for (const [group, files] of Object.entries(limits))
    for (const [file, value] of Object.entries(files)) writeFileSync(join(ROOT, TOP, group, file), value);
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  writeFileSync(join(folders.at(-1)!, 'cgroup.procs'), `${child.pid}`);
  const set = (group: string, file: string, value: string) => writeFileSync(join(ROOT, TOP, group, file), value);
  return {
    pid: child.pid as number,
    set,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(0),
      );
      for (const each of folders.toReversed()) await removed(each);
    },
  };
}

async function removed(path: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return rmdirSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      if (tries === 1_000) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const SEE = [process.execPath, join(import.meta.dirname, '../../support/rooms-of.js')];

/** As another process sees it. @param script of a shell that becomes the program in its arguments */
async function seen(pid: number, script = 'exec "$@"'): Promise<ProcessRooms> {
  const { stdout } = await promisify(execFile)('sh', ['-c', script, 'sh', ...SEE, `${pid}`]);
  return JSON.parse(stdout) as ProcessRooms;
}

/** Limits of its groups in megabytes, by their source. */
function limitsIn({ rooms }: ProcessRooms): Record<string, number | string> {
  const groups = rooms.filter(({ source }) => source.includes('cgroup'));
  return Object.fromEntries(
    groups.map(({ source, limitBytes = 0, withSwap }) => [
      source.replace(`/${TOP}`, ''),
      withSwap ? `${limitBytes / MB}, with swap ${withSwap.limitBytes / MB}` : limitBytes / MB,
    ]),
  );
}

test('max, high, those above, and swap', { skip }, async () => {
  const noSwap = { 'memory.swap.max': '0' };
  await using own = await planted('a/b/c', {
    'a/b/c': { 'memory.max': `${300 * MB}`, 'memory.high': `${250 * MB}`, ...noSwap },
    a: { 'memory.max': `${200 * MB}`, ...noSwap },
  });
  const limits = limitsIn(await seen(own.pid));
  assert.deepEqual(limits, {
    'memory.max of cgroup /a/b/c': 300,
    'memory.high of cgroup /a/b/c': 250,
    'memory.max of cgroup /a': 200,
  });
  own.set('a', 'memory.max', 'max');
  own.set('a/b/c', 'memory.high', 'max');
  own.set('a/b/c', 'memory.swap.max', `${64 * MB}`);
  assert.match(String(limitsIn(await seen(own.pid))['memory.max of cgroup /a/b/c']), /^300(?:, with swap 364)?$/);
});

/** Who looks is in a group of its own, below ours as the target's is. */
const beside = (group: string, flags: string, script = '') =>
  `mkdir -p ${ROOT}/${TOP}/${group}; echo $$ > ${ROOT}/${TOP}/${group}/cgroup.procs; exec unshare ${flags} sh -c '${script} exec "$@"' sh "$@"`;

test('from another group, namespace and mount', { skip }, async () => {
  await using own = await planted('pod/app', {
    'pod/app': { 'memory.max': `${300 * MB}`, 'memory.swap.max': '0' },
    pod: { 'memory.max': `${200 * MB}`, 'memory.swap.max': '0' },
  });
  const both = { 'memory.max of cgroup /pod/app': 300, 'memory.max of cgroup /pod': 200 };
  try {
    // 0::/../app
    assert.deepEqual(Object.values(limitsIn(await seen(own.pid, beside('pod/side', '--cgroup')))).sort(), [200, 300]);
    // 0::/../../pod/app
    assert.deepEqual(Object.values(limitsIn(await seen(own.pid, beside('x/y', '--cgroup')))).sort(), [200, 300]);
    // its own groups alone are mounted there; the target's root shows the rest
    const alone = `umount -l ${ROOT}; mount -t cgroup2 none ${ROOT};`;
    const { rooms, hidden } = await seen(own.pid, beside('pod/side', '--cgroup --mount', alone));
    assert.ok(hidden !== undefined || rooms.some(({ limitBytes }) => limitBytes === 200 * MB), JSON.stringify(rooms));
    // nothing is mounted anywhere that it can look
    const none = await seen(own.pid, beside('pod/side', '--cgroup --mount', `umount -l ${ROOT};`));
    assert.ok(none.hidden !== undefined || none.rooms.some(({ limitBytes }) => limitBytes === 200 * MB));
    assert.deepEqual(limitsIn(await seen(own.pid)), both);
  } finally {
    for (const each of ['pod/side', 'x/y', 'x']) await removed(join(ROOT, TOP, each));
  }
});

test('a kill of the kernel is counted', { skip }, async () => {
  await using own = await planted('full', { full: { 'memory.max': `${20 * MB}`, 'memory.swap.max': '0' } });
  const count = await countKills(own.pid);
  assert.equal(count?.kills, 0);
  const fills = `echo $$ > ${ROOT}/${TOP}/full/cgroup.procs; exec head -c ${60 * MB} /dev/zero | tail -n 1 > /dev/null`;
  await promisify(execFile)('sh', ['-c', fills]).catch(() => {});
  assert.ok(killsSince(count!) > 0);
});

test('a snapshot that would pass max or high is refused, with that figure', { skip }, async () => {
  await using target = await startTarget('population', { args: ['20000'] });
  await using own = await planted('node', {});
  writeFileSync(join(ROOT, TOP, 'node', 'cgroup.procs'), `${target.pid}`);
  own.set('node', 'memory.swap.max', '0');
  const usedBytes = Number(readFileSync(join(ROOT, TOP, 'node', 'memory.current'), 'utf8'));
  for (const file of ['memory.max', 'memory.high']) {
    own.set('node', file, `${usedBytes + 8 * MB}`);
    const { code, stderr } = await runCli(['heap', `${target.port}`, '--probe', 'snapshot', '--yes']);
    assert.equal(code, 4, stderr);
    assert.match(stderr, new RegExp(`${file} of cgroup /\\S*${TOP}/node`));
    own.set('node', file, 'max');
  }
  target.kill('SIGKILL');
  await target.exited;
});
