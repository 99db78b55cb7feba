/** Reads a process by a probe for a command: says its price first, shows how far it has come, gives the partition. */
import { census } from '../../agent/probe/census.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';
import { TracingError, types } from '../../agent/probe/types.ts';
import type { Partition } from '../../protocol/partition.ts';
import type { Io } from '../terminal/io.ts';
import { agreeToPrice, type PriceQuestion } from './price-gate.ts';
import type { AttachedProbe } from './probe-choice.ts';
import { snapshotProgress } from './snapshot-progress.ts';

export interface LiveReading extends Omit<PriceQuestion, 'times'> {
  readonly probe: AttachedProbe;
  /** A classifier that the probe has. */
  readonly by: string;
}

/** @throws as the probe does; RefusedError for a price that is not agreed to */
export async function readLive(reading: LiveReading, io: Io): Promise<Partition> {
  const { agent, target, isolate, probe, by } = reading;
  const context = { target, isolate, signal: io.signal };
  switch (probe) {
    case 'types':
      await agreeToPrice(reading, io);
      return await types(agent, { ...context, by: by === 'kind' ? 'kind' : 'instanceType' });
    case 'census': {
      // with the objects counted, the price is better known, and what the census does not see
      await agreeToPrice({ ...reading, probe: 'types' }, io);
      const totals = await types(agent, context).catch((error) => {
        if (!(error instanceof TracingError)) throw error;
        io.say(`what a census does not see is not reported: ${error.message}`);
        return undefined;
      });
      await agreeToPrice(reading, io);
      return await census(agent, { ...context, ...(totals && { totals }) });
    }
    case 'snapshot': {
      await agreeToPrice(reading, io);
      const { partitions } = await snapshot(agent, { ...context, by: [by], onProgress: snapshotProgress(io) });
      return partitions[0] as Partition;
    }
  }
}
