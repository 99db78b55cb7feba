/**
 * One partition of all isolates of a process: main and its workers are read one after the other, each at a price of its own,
 * and summed.
 */
import { randomUUID } from 'node:crypto';
import type { Agent } from '../../agent/attach/agent.ts';
import { usage } from '../../agent/probe/usage.ts';
import { humanSize } from '../../protocol/human.ts';
import type { Partition } from '../../protocol/partition.ts';
import { type ProcessUsage, sumPartitions, sumUsages } from '../../protocol/sum.ts';
import type { Io } from '../terminal/io.ts';
import { type LiveReading, readLive } from './live-probes.ts';

/** Says what of the process's memory belongs to which isolates, before they are read. @throws as `readLive` does */
export async function readIsolates(reading: Omit<LiveReading, 'isolate'>, io: Io): Promise<Partition> {
  const { agent, target } = reading;
  const isolates = (await agent.isolates()).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const usages = await readAll(agent, isolates, io, (isolate) => usage(agent, { target, isolate, signal: io.signal }));
  io.say(usageLine(target, sumUsages(usages)));
  const partitions = await readAll(agent, isolates, io, (isolate) => readLive({ ...reading, isolate }, io));
  return sumPartitions(partitions, randomUUID());
}

/** What `read` gives of each isolate, without those of workers that end meanwhile. */
async function readAll<T>(
  agent: Agent,
  isolates: readonly string[],
  io: Io,
  read: (isolate: string) => Promise<T>,
): Promise<T[]> {
  const all: T[] = [];
  for (const isolate of isolates) {
    try {
      all.push(await read(isolate));
    } catch (error) {
      io.signal.throwIfAborted();
      if ((await agent.isolates()).includes(isolate)) throw error;
      io.say(`${isolate} has ended and is not in the sum`);
    }
  }
  return all;
}

function usageLine(
  target: string,
  { isolates, rssBytes, heapTotalBytes, externalBytes, restBytes }: ProcessUsage,
): string {
  const rest = restBytes < 0 ? `-${humanSize(-restBytes)}` : humanSize(restBytes);
  const held = `${humanSize(heapTotalBytes)} are heaps, ${humanSize(externalBytes)} are held outside by them`;
  return `RSS of ${target} is ${humanSize(rssBytes)}: ${held}, ${rest} belong to no isolate of ${isolates.join(', ')}`;
}
