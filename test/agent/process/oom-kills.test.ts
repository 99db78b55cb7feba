/** The kernel's count of the processes that it has killed for memory, where version 2 of control groups is, by a faked root. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { countKills, killsSince } from '../../../agent/process/oom-kills.ts';
import { folder } from '../../support/folder.ts';

/** A system on which pid 7 is in a group, mounted at `root`. */
function system(root: string, group = '0::/pod/app\n') {
  const mounts = `30 24 0:26 / ${root} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n`;
  const files = new Map([
    ['/proc/7/cgroup', group],
    ['/proc/self/mountinfo', mounts],
  ]);
  return async (paths: readonly string[]) => paths.map((path) => files.get(path) ?? null);
}

function writeEvents(root: string, kills: number): void {
  mkdirSync(join(root, 'pod/app'), { recursive: true });
  const events = `low 0\nhigh 9\nmax 12\noom 3\noom_kill ${kills}\noom_group_kill 0\n`;
  writeFileSync(join(root, 'pod/app/memory.events'), events);
}

test('kills are those since the count', async () => {
  await using dir = await folder();
  writeEvents(dir.path, 2);
  const before = await countKills(7, system(dir.path));
  assert.ok(before);
  assert.deepEqual([before.group, before.kills, killsSince(before)], ['/pod/app', 2, 0]);
  writeEvents(dir.path, 3);
  assert.equal(killsSince(before), 1);
});

test('a group that has been removed tells of none', async () => {
  await using dir = await folder();
  writeEvents(dir.path, 0);
  const before = await countKills(7, system(dir.path));
  assert.ok(before);
  rmSync(join(dir.path, 'pod'), { recursive: true });
  assert.equal(killsSince(before), 0);
});

test('a kernel that does not count is not asked', async () => {
  await using dir = await folder();
  assert.equal(await countKills(7, system(dir.path)), null);
  assert.equal(await countKills(7, system(dir.path, '3:cpu:/\n')), null);
  assert.equal(await countKills(7, async (paths) => paths.map(() => null)), null);
});
