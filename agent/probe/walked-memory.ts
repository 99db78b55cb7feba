/** Which process of this machine, or which core file, a target's text means: what can be walked from outside. */
import { type Incarnation, incarnationOf } from '../../protocol/incarnation.ts';
import { attach } from '../attach/agent.ts';
import { parseTarget, TargetSyntaxError } from '../base/target.ts';
import { isCoreFile } from '../memory/core-file.ts';
import { ProcessError, readProcess } from '../process/process.ts';
import { memoryOfAgent } from './agent-walk.ts';
import type { WalkedMemory } from './walk/walk-job.ts';

/** A process is known by its number and its start, so that another one that gets its number is none of ours. */
export async function memoryOfPid(pid: number): Promise<WalkedMemory> {
  try {
    return { pid, startTicks: (await readProcess(pid)).startTicks };
  } catch (error) {
    if (error instanceof ProcessError) return { pid }; // why it cannot be read, the walk says better
    throw error;
  }
}

/** Whether a number that no inspector listens on is that of a Node process. */
export async function isNodePid(pid: number): Promise<boolean> {
  try {
    return (await readProcess(pid)).isNode;
  } catch (error) {
    if (error instanceof ProcessError) return false;
    throw error;
  }
}

/** Where a heap is, and what its inspector said of it where there is one. */
export interface FoundMemory extends Incarnation {
  readonly place: WalkedMemory;
  /** Names of its isolates in the order of their ids. */
  readonly isolates?: readonly string[];
}

/**
 * The place of what a target's text names. An inspector is attached to for a moment, to be asked whose it is.
 * @throws AttachError; TargetSyntaxError for what cannot be walked
 */
export async function findMemory(
  target: string,
  { exe, signal }: { readonly exe?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<FoundMemory> {
  const parsed = parseTarget(target);
  if (parsed.kind === 'pid') return { place: await memoryOfPid(parsed.pid) };
  if (parsed.kind === 'file') {
    if (isCoreFile(parsed.path)) return { place: { core: parsed.path, ...(exe !== undefined && { exe }) } };
    throw new TargetSyntaxError(`Cannot walk ${target}: it is no core file`);
  }
  if (parsed.kind === 'collector') {
    throw new TargetSyntaxError(
      `Cannot walk ${target}: a collector stores partitions, name the process by its pid or port`,
    );
  }
  const agent = await attach(target, { ...(signal && { signal }) }).catch((error) => error as Error);
  if (agent instanceof Error) {
    if (/^\d+$/.test(target) && (await isNodePid(Number(target)))) return { place: await memoryOfPid(Number(target)) };
    throw agent;
  }
  await using attached = agent;
  const place = await memoryOfAgent(attached);
  if (place === null) {
    throw new TargetSyntaxError(`Cannot walk ${target}: only a process of this machine, or a core file, can be walked`);
  }
  const isolates = (await attached.isolates()).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return { place, isolates, ...incarnationOf(attached.identity) };
}
