/** What a real process has left of memory, and who says so. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { localPid, mainThreadCpuMs, residentBytes } from '../../../agent/attach/local-process.ts';
import { roomObjection } from '../../../agent/price/limits.ts';
import { quote } from '../../../agent/probe/quote.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

const MB = 2 ** 20;

test('a process of this machine is looked at from outside', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  assert.equal(await localPid(agent), target.pid);
  assert.ok((residentBytes(target.pid) ?? 0) > 10 * MB);
  assert.ok((mainThreadCpuMs(target.pid) ?? 0) > 0);
  const { headroom } = await quote(agent, { probe: 'census', isolate: 'main' });
  assert.ok(headroom.memory.some(({ source }) => source === 'free memory of the machine'));
  assert.ok(headroom.heap && headroom.heap.bytes > 10 * MB && headroom.heap.bytes < (headroom.heap.limitBytes ?? 0));
  assert.deepEqual(
    headroom.memory,
    headroom.memory.toSorted((a, b) => a.bytes - b.bytes),
  );
});

test('a ulimit is the room that is left under it', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  await using agent = await attach(`${target.port}`);
  // what the first question makes the process take is not to be taken from the room
  await quote(agent, { probe: 'snapshot', isolate: 'main' });
  const dataKb = Number(/^VmData:\s+(\d+)/m.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))?.[1]);
  const limitBytes = dataKb * 1024 + 100 * MB;
  execFileSync('prlimit', ['--pid', `${target.pid}`, `--data=${limitBytes}`]);
  const [room] = (await quote(agent, { probe: 'snapshot', isolate: 'main' })).headroom.memory;
  assert.equal(room?.source, 'ulimit -d');
  assert.equal(room.limitBytes, limitBytes);
  assert.ok(room.bytes > 50 * MB && room.bytes < 110 * MB, `${room.bytes}`);
});

/** Where control groups can be made; null where they cannot. */
function cgroup(name: string): { path: string; limit: string } | null {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const path = `${root}/${name}`;
    try {
      mkdirSync(path);
    } catch {
      continue; // there is no such hierarchy, or it is not ours to change
    }
    if (existsSync(`${path}/${limit}`)) return { path, limit };
    rmdirSync(path);
  }
  return null;
}

test('the limit of a control group is seen', async (t) => {
  const group = cgroup(`heapwatch-test-${process.pid}`);
  if (!group) return t.skip('no control group can be made here');
  try {
    await using target = await startTarget('puppet');
    await using agent = await attach(`${target.port}`);
    writeFileSync(`${group.path}/${group.limit}`, `${200 * MB}`);
    writeFileSync(`${group.path}/cgroup.procs`, `${target.pid}`);
    const { memory } = (await quote(agent, { probe: 'snapshot', isolate: 'main' })).headroom;
    const room = memory.find(({ limitBytes }) => limitBytes === 200 * MB);
    assert.match(room?.source ?? '', /^memory\.\w+ of cgroup \/heapwatch-test-\d+$/);
    assert.ok((room?.bytes ?? 0) > 100 * MB && (room?.bytes ?? 0) <= 200 * MB);
  } finally {
    rmdirSync(group.path);
  }
});

test('a process elsewhere is asked itself', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  const elsewhere: Agent = Object.create(agent, { inspectorUrl: { value: 'ws://192.0.2.1:9229/a' } });
  assert.equal(await localPid(elsewhere), null);
  const { memory, unknown } = (await quote(elsewhere, { probe: 'snapshot', isolate: 'main' })).headroom;
  assert.equal(unknown, undefined);
  // it reads the same files of the same machine
  const ours = (await quote(agent, { probe: 'snapshot', isolate: 'main' })).headroom.memory;
  assert.deepEqual(
    memory.map(({ source }) => source),
    ours.map(({ source }) => source),
  );
});

for (const major of TRIED_MAJORS) {
  test(`a census does not fit into a Node ${major} whose old space is nearly full`, async () => {
    const objectionUnder = async (megabytes: number) => {
      await using target = await startTarget('shapes', {
        args: ['objects', '24'],
        nodeBinary: await nodeBinary(major),
        execArgv: [`--max-old-space-size=${megabytes}`],
      });
      await target.line(/ready/);
      await using agent = await attach(`${target.port}`);
      const { price, headroom } = await quote(agent, { probe: 'census', isolate: 'main' });
      return roomObjection(price, headroom);
    };
    // of V8's whole limit some 50 to 200 MB are left, which are the young generation's
    const objection = await objectionUnder(40);
    assert.ok(objection?.kind === 'room' && /old space/.test(objection.room.source), JSON.stringify(objection));
    assert.equal(await objectionUnder(200), null);
  });
}
