/** What control groups leave a process, on systems that this one is not: files by a faked root. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CgroupRooms, cgroupRooms } from '../../../agent/process/cgroup.ts';
import { untilKilled } from '../../../agent/process/headroom.ts';

const MB = 2 ** 20;
const NO_LIMIT = '9223372036854771712';

interface System {
  readonly cgroup: string;
  /** Of the reader, and of the process where that is another. */
  readonly mounts: string;
  readonly itsMounts?: string;
  readonly files: Readonly<Record<string, string>>;
}

function seen({ cgroup, mounts, itsMounts, files }: System): Promise<CgroupRooms> {
  const all: Record<string, string> = {
    ...files,
    '/proc/7/cgroup': cgroup,
    '/proc/self/mountinfo': mounts,
    '/proc/7/mountinfo': itsMounts ?? mounts,
  };
  const read = async (paths: readonly string[]) => paths.map((path) => all[path] ?? null);
  return cgroupRooms(7, Object.assign(read, { folders: async (path: string) => foldersIn(Object.keys(all), path) }));
}

function foldersIn(paths: readonly string[], folder: string): string[] {
  const below = paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  return [...new Set(below.filter((path) => path.includes('/')).map((path) => path.split('/')[0]!))];
}

const V2 = (root: string, point = '/sys/fs/cgroup') =>
  `30 24 0:26 ${root} ${point} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n`;
const V1 = (root: string) =>
  `30 24 0:26 ${root} /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n` +
  `31 24 0:27 ${root} /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n`;

/** The files of a group of version 2. */
function v2(folder: string, files: Readonly<Record<string, number | 'max'>>): Record<string, string> {
  const all: Record<string, string | number> = { stat: 'anon 1\ninactive_file 1048576\n', ...files };
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [`${folder}/memory.${name}`, `${text}\n`]));
}

const roomsOf = ({ rooms }: CgroupRooms) =>
  rooms.map(({ source, limitBytes, bytes }) => [source, (limitBytes ?? 0) / MB, bytes / MB]);

test('the limits of a group and of all above it, and what brakes', async () => {
  const files = {
    ...v2('/sys/fs/cgroup/pod', { max: 500 * MB, high: 400 * MB, current: 301 * MB, 'swap.current': 10 * MB }),
    ...v2('/sys/fs/cgroup/pod/app', { max: 'max', high: 'max', current: 201 * MB }),
    ...v2('/sys/fs/cgroup', {}),
  };
  const found = await seen({ cgroup: '0::/pod/app\n', mounts: V2('/'), files });
  assert.equal(found.hidden, undefined);
  // what is in swap comes back when the heap is walked; what is cache is given up first
  assert.deepEqual(roomsOf(found), [
    ['memory.max of cgroup /pod', 500, 190],
    ['memory.high of cgroup /pod', 400, 90],
  ]);
});

test('what may go to swap is no room for a probe, and comes before the kill', async () => {
  const meminfo = { '/proc/meminfo': 'SwapTotal:      2097152 kB\nSwapFree:        102400 kB\n' };
  const found = async (files: Readonly<Record<string, number | 'max'>>) => {
    const pod = v2('/sys/fs/cgroup/pod', { max: 500 * MB, current: 301 * MB, ...files });
    const { rooms } = await seen({ cgroup: '0::/pod\n', mounts: V2('/'), files: { ...pod, ...meminfo } });
    return [...rooms, ...rooms.map(untilKilled)].map(({ source, limitBytes, bytes }) => [
      source,
      limitBytes! / MB,
      bytes / MB,
    ]);
  };
  const max = 'memory.max of cgroup /pod';
  assert.deepEqual(await found({ 'swap.current': 50 * MB, 'swap.max': 120 * MB }), [
    [max, 500, 150],
    [`${max}, with swap`, 620, 270],
  ]);
  // the machine has 100 MB more
  assert.deepEqual((await found({ 'swap.current': 50 * MB, 'swap.max': 'max' }))[1], [`${max}, with swap`, 650, 300]);
  assert.deepEqual((await found({ 'swap.current': 0, 'swap.max': 0 }))[1], [max, 500, 200]);
  assert.deepEqual((await found({}))[1], [max, 500, 200]);
});

test('a group is found from another cgroup namespace where the mount shows it', async () => {
  const files = v2('/sys/fs/cgroup/app', { max: 300 * MB, current: 101 * MB });
  const below = v2('/sys/fs/cgroup', {});
  const found = await seen({ cgroup: '0::/../app\n', mounts: V2('/..'), files: { ...files, ...below } });
  assert.deepEqual(roomsOf(found), [['memory.max of cgroup /app', 300, 200]]);
});

test('a group that our mounts do not show is looked for by those of the process', async () => {
  const files = v2('/proc/7/root/sys/fs/cgroup', { max: 300 * MB, current: 101 * MB });
  const found = await seen({ cgroup: '0::/../app\n', mounts: V2('/'), itsMounts: V2('/../app'), files });
  assert.deepEqual(roomsOf(found), [['memory.max of cgroup /', 300, 200]]);
});

test('a group that nothing shows is hidden, and no other one is taken for it', async () => {
  const files = v2('/sys/fs/cgroup', { max: 4_000 * MB, current: 10 * MB });
  assert.deepEqual(await seen({ cgroup: '0::/../app\n', mounts: V2('/'), files }), { rooms: [], hidden: '/../app' });
  assert.deepEqual(await seen({ cgroup: '0::/../../b/app\n', mounts: V2('/..'), files }), {
    rooms: [],
    hidden: '/../../b/app',
  });
  assert.deepEqual(await seen({ cgroup: '0::/app\n', mounts: '', files }), { rooms: [], hidden: '/app' });
});

test("names above the reader's own group are looked for: the group that has the process is it, no other of that name", async () => {
  const pods = { 'pods/one': '5\n6\n', 'pods/two': '3\n7\n' };
  const files = Object.fromEntries(
    Object.entries(pods).flatMap(([pod, pids], at) => [
      ...Object.entries(v2(`/host/${pod}`, { max: (300 + 100 * at) * MB, high: 350 * MB, current: 101 * MB })),
      ...Object.entries(v2(`/host/${pod}/app`, { max: 'max', high: 'max', current: 101 * MB })),
      [`/host/${pod}/app/cgroup.procs`, pids],
    ]),
  );
  const found = await seen({ cgroup: '0::/../app\n', mounts: V2('/../../..', '/host'), files });
  assert.deepEqual(roomsOf(found), [
    ['memory.max of cgroup /pods/two', 400, 300],
    ['memory.high of cgroup /pods/two', 350, 250],
  ]);
  assert.equal((await seen({ cgroup: '0::/../web\n', mounts: V2('/../../..', '/host'), files })).hidden, '/../web');
});

test('a container whose own group is mounted in place of the root', async () => {
  const files = v2('/sys/fs/cgroup', { max: 300 * MB, high: 'max', current: 101 * MB });
  assert.deepEqual(roomsOf(await seen({ cgroup: '0::/\n', mounts: V2('/'), files })), [
    ['memory.max of cgroup /', 300, 200],
  ]);
  const docker = await seen({ cgroup: '0::/docker/abc\n', mounts: V2('/docker/abc'), files });
  assert.deepEqual(roomsOf(docker), [['memory.max of cgroup /', 300, 200]]);
});

test('version 1: memory, memory with swap, and limits above what is mounted', async () => {
  const stat = (above: string) =>
    `total_inactive_file 1048576\ntotal_swap ${20 * MB}\nhierarchical_memory_limit ${above}\n`;
  const files = {
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT,
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${401 * MB}`,
    '/sys/fs/cgroup/memory/memory.stat': stat(NO_LIMIT),
    '/sys/fs/cgroup/memory/app/memory.limit_in_bytes': `${300 * MB}`,
    '/sys/fs/cgroup/memory/app/memory.usage_in_bytes': `${101 * MB}`,
    '/sys/fs/cgroup/memory/app/memory.memsw.limit_in_bytes': `${350 * MB}`,
    '/sys/fs/cgroup/memory/app/memory.memsw.usage_in_bytes': `${121 * MB}`,
    '/sys/fs/cgroup/memory/app/memory.stat': stat(`${300 * MB}`),
  };
  assert.deepEqual(roomsOf(await seen({ cgroup: '4:memory:/app\n1:cpu:/\n0::/\n', mounts: V1('/'), files })), [
    ['memory.limit_in_bytes of cgroup /app', 300, 180],
    ['memory.memsw.limit_in_bytes of cgroup /app', 350, 230],
  ]);
  const inside = {
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT,
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${101 * MB}`,
    '/sys/fs/cgroup/memory/memory.stat': stat(`${200 * MB}`),
  };
  assert.deepEqual(roomsOf(await seen({ cgroup: '4:memory:/a/b\n', mounts: V1('/a/b'), files: inside })), [
    ['hierarchical_memory_limit of cgroup /', 200, 80],
  ]);
});

test('a kernel that counts no memory by groups sets no limit by them', async () => {
  assert.deepEqual(await seen({ cgroup: '1:cpu:/app\n', mounts: V1('/'), files: {} }), { rooms: [] });
});
