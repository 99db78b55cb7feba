/**
 * Who a target is and what it has left, from beside it: in every combination of shared and own pid, cgroup, network and user
 * namespaces the figures are the target's, or said to be unknown.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { attach } from '../../../agent/attach/agent.ts';
import { localPid } from '../../../agent/attach/local-process.ts';
import { AttachError } from '../../../agent/base/errors.ts';
import { quote } from '../../../agent/probe/quote.ts';
import type { Headroom } from '../../../agent/process/headroom.ts';
import {
  type Contained,
  canUnshare,
  contained,
  MemoryGroup,
  type Own,
  startContained,
} from '../../support/namespaces.ts';
import { nodeBinary } from '../../support/node-versions.ts';

const MB = 2 ** 20;
const LIMIT_BYTES = 300 * MB;
const IDLE = ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1_000)'] as const;

const NAMES = ['pid', 'cgroup', 'network', 'user'] as const;
/** Every set of namespaces. */
const COMBINATIONS = Array.from({ length: 2 ** NAMES.length }, (_, bits) => {
  const own = Object.fromEntries(NAMES.map((name, at) => [name, ((bits >> at) & 1) === 1])) as Own;
  return { own, name: NAMES.filter((name) => own[name]).join(', ') || 'none' };
});

const group = canUnshare() ? MemoryGroup.make(`heapwatch-containers-${process.pid}`, LIMIT_BYTES) : null;
const skip = group === null ? 'no namespaces and control groups can be made here' : false;
test.after(() => group?.[Symbol.dispose]());

interface Measured {
  readonly pid: number | null;
  readonly headroom: Headroom;
}

/** What a process in namespaces of its own, and in the network of the target, sees of it. */
async function measureFrom(observer: Own, target: Contained, own: Own): Promise<Measured> {
  const program = join(import.meta.dirname, '../../support/measure-target.js');
  const enter = own.network ? ['nsenter', '--target', `${target.pid}`, '--net'] : [];
  const [command, ...args] = [
    ...enter,
    ...contained(observer, undefined, [process.execPath, program, `${target.port}`]),
  ];
  const { stdout } = await promisify(execFile)(command!, args);
  return JSON.parse(stdout) as Measured;
}

/** The limit is seen, or it is said that none is known; no greater one is taken for it. */
function assertLimit({ memory, unknown }: Headroom): void {
  const limit = Math.min(...memory.map(({ limitBytes }) => limitBytes ?? Number.POSITIVE_INFINITY));
  assert.ok(unknown !== undefined || limit === LIMIT_BYTES, JSON.stringify({ memory, unknown }));
}

for (const { own, name } of COMBINATIONS) {
  test(`a target with namespaces of its own: ${name}`, { skip }, async () => {
    await using target = await startContained(own, group!, [process.execPath, ...IDLE]);
    if (own.network) {
      await assert.rejects(attach(`pid:${target.pid}`), (error) => {
        assert.ok(error instanceof AttachError);
        assert.match(error.message, /: it is in another network \(a container\)/);
        return true;
      });
    } else {
      await using agent = await attach(`${target.port}`);
      assert.equal(await localPid(agent), target.pid);
      const { headroom } = await quote(agent, { probe: 'snapshot', isolate: 'main' });
      assert.equal(headroom.unknown, undefined);
      assert.equal(headroom.memory[0]?.limitBytes, LIMIT_BYTES, JSON.stringify(headroom.memory));
    }
    const [beside, sharing] = await Promise.all([
      measureFrom({ pid: true, cgroup: true }, target, own),
      measureFrom({ cgroup: true }, target, own),
    ]);
    // a sidecar, pid 1 too, begins within the second
    assert.equal(beside.pid, null);
    assertLimit(beside.headroom);
    // one that shares the pids: the target is the owner of its socket
    assert.equal(sharing.pid, target.pid);
    assertLimit(sharing.headroom);
  });
}

test('a Node 18, which knows no groups, shows its own by its files', { skip }, async () => {
  const own: Own = { pid: true };
  await using target = await startContained(own, group!, [await nodeBinary(18), ...IDLE]);
  const { pid, headroom } = await measureFrom({ pid: true, cgroup: true }, target, own);
  assert.equal(pid, null);
  assertLimit(headroom);
  assert.equal(headroom.unknown, undefined);
});

test('what can be known of nobody is said to be unknown', { skip }, async () => {
  const own: Own = { pid: true, cgroup: true };
  // its own view of the groups is hidden from it, and Node 18 tells nothing
  const hide = ['sh', '-c', 'umount -l /sys/fs/cgroup/memory; mount -t tmpfs none /sys/fs/cgroup; exec "$@"', 'sh'];
  const command = ['unshare', '--mount', ...hide, await nodeBinary(18), ...IDLE];
  await using target = await startContained(own, group!, command);
  const { pid, headroom } = await measureFrom({ pid: true, cgroup: true }, target, own);
  assert.equal(pid, null);
  assert.match(headroom.unknown ?? '', /^it does not show its control group, and Node v18\.\d+\.\d+ does not tell$/);
});

test('the machine has what these tests need, or says that it has not', (t) => {
  if (skip !== false) t.diagnostic(skip);
  else assert.ok(execFileSync('unshare', ['--version'], { encoding: 'utf8' }).includes('unshare'));
});
