/** What of readings can be seen in a target when everybody has left again: nodes of its heap, open files, resident memory. */
import { readdir, readFile } from 'node:fs/promises';
import { attach } from '../../agent/attach/agent.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';
import type { Target } from './target.ts';

export interface Traces {
  readonly nodes: number;
  /** Of V8's `system / DebugInfo`, which it keeps for good. */
  readonly debugInfos: number;
  readonly files: number;
  /** Before the snapshot that counts the nodes, after a collection. */
  readonly rssBytes: number;
}

/** Takes a snapshot, which leaves traces of its own: of a program, and of its twin, as many are to be taken. */
export async function tracesOf(target: Target): Promise<Traces> {
  await using agent = await attach(`${target.port}`);
  await agent.session.send('HeapProfiler.collectGarbage');
  const rssBytes = await residentBytes(target.pid);
  const { partitions } = await snapshot(agent, { target: 'target', isolate: 'main', by: ['name'] });
  const [{ count, rows }] = partitions as [(typeof partitions)[0]];
  const infos = rows.filter(({ kind }) => /system \/ DebugInfo$/.test(kind));
  await agent.close();
  return {
    nodes: count,
    debugInfos: infos.reduce((sum, row) => sum + row.count, 0),
    files: await filesOf(target.pid),
    rssBytes,
  };
}

async function filesOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

async function residentBytes(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
