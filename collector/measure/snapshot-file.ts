/** A snapshot that is taken to be asked something: its price is agreed to, and its file is gone with the answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../../agent/attach/agent.ts';
import type { Io } from '../terminal/io.ts';
import type { Consent } from './consent.ts';
import { costText } from './words.ts';

export interface SnapshotAsk {
  readonly agent: Agent;
  readonly target: string;
  readonly isolate: string;
  readonly consent: Consent;
}

/** What `read` gives of the file. @throws as the probe does; RefusedError for a price that is not agreed to */
export async function withSnapshotFile<R>(ask: SnapshotAsk, io: Io, read: (path: string) => Promise<R>): Promise<R> {
  const { agent, target, isolate } = ask;
  const { snapshot } = await import('../../agent/probe/snapshot.ts');
  const { agreeToPrice } = await import('./price-gate.ts');
  const { snapshotProgress } = await import('./snapshot-progress.ts');
  const { withoutIndexOf } = await import('../../agent/index/in-use.ts');
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-snapshot-'));
  // nothing of it is to stay
  using _ = withoutIndexOf(folder);
  try {
    const output = join(folder, 'target.heapsnapshot');
    await agreeToPrice(ask, io);
    const onProgress = snapshotProgress(io);
    const taken = await snapshot(agent, { target, isolate, by: ['name'], output, signal: io.signal, onProgress });
    io.say(costText(taken.partitions[0]?.cost ?? {}));
    return await read(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
