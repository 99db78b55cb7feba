/** The probes that give a tail its rows, and their prices: the one place where it meets the agent's functions. */
import type { Agent } from '../../agent/attach/agent.ts';
import { sumOf } from '../../agent/partition/partition.ts';
import { DEFAULT_LIMITS, limitObjection, roomObjection, unknownObjection } from '../../agent/price/limits.ts';
import { type MemoryContext, targetMemory } from '../../agent/probe/agent-memory.ts';
import { walk, walkObstacle } from '../../agent/probe/agent-walk.ts';
import type { Weights } from '../../agent/probe/census/sizes.ts';
import { census, meanSizes, NOT_SEEN } from '../../agent/probe/census.ts';
import { quote } from '../../agent/probe/quote.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';
import { types } from '../../agent/probe/types.ts';
import { usage } from '../../agent/probe/usage.ts';
import type { TargetMemory } from '../../protocol/memory.ts';
import type { Partition, Usage } from '../../protocol/partition.ts';
import { objectionText } from '../targets/objection.ts';
import type { Quote } from './quote.ts';
import type { RowProbe } from './tail-event.ts';

export interface RowContext {
  readonly target: string;
  readonly isolate: string;
  readonly signal: AbortSignal;
  /** Of a walk: false leaves the target running while it is read. */
  readonly stop: boolean;
}

export interface RowProbes {
  usage(agent: Agent, context: RowContext): Promise<Usage>;
  /** Where its memory is; null where that cannot be seen from here. */
  memory(agent: Agent, context: MemoryContext): Promise<TargetMemory | 'busy' | null>;
  /** Whether the target's memory can be read from outside. */
  canWalk(agent: Agent): Promise<boolean>;
  quote(agent: Agent, probe: RowProbe, context: RowContext): Promise<Quote>;
  read(agent: Agent, probe: RowProbe, context: RowContext): Promise<Partition>;
}

/** What earlier readings of an isolate give to its censuses: mean sizes by a snapshot, totals by types. */
type Known = { -readonly [K in keyof Weights]: Weights[K] };

const known = new WeakMap<Agent, Map<string, Known>>();

export const liveRowProbes: RowProbes = {
  usage,
  memory: targetMemory,
  async canWalk(agent) {
    return (await walkObstacle(agent)) === null;
  },
  async quote(agent, probe, { isolate, signal }) {
    const obstacle = probe === 'walk' ? await walkObstacle(agent) : null;
    if (obstacle !== null) return { pauseMs: 0, extraBytes: 0, objection: obstacle, deadly: true };
    const { price, headroom } = await quote(agent, { probe, isolate, signal });
    const { pauseMs, extraBytes } = price;
    const deadly = roomObjection(price, headroom);
    const objection = deadly ?? unknownObjection(probe, price, headroom) ?? limitObjection(price, DEFAULT_LIMITS);
    return { pauseMs, extraBytes, ...(objection && { objection: objectionText(objection), deadly: deadly !== null }) };
  },
  async read(agent, probe, context) {
    switch (probe) {
      case 'walk':
        return await walk(agent, { ...context, keep: true });
      case 'types':
        return await countTypes(agent, context);
      case 'census':
        return seenOf(await census(agent, { ...context, ...knownOf(agent, context.isolate) }));
      case 'snapshot': {
        const { partitions } = await snapshot(agent, { ...context, by: ['kind'] });
        const partition = partitions[0] as Partition;
        knownOf(agent, context.isolate).sizes = meanSizes(partition);
        return partition;
      }
    }
  },
};

async function countTypes(agent: Agent, context: RowContext): Promise<Partition> {
  const partition = await types(agent, { ...context, by: 'kind' });
  knownOf(agent, context.isolate).totals = partition;
  return partition;
}

/**
 * Without the row of what a census does not see: that is the rest of totals which were read once, so in a heap that grows it
 * would shrink from reading to reading.
 */
function seenOf(partition: Partition): Partition {
  const rows = partition.rows.filter(({ kind }) => kind !== NOT_SEEN);
  return { ...partition, ...sumOf(rows), rows };
}

function knownOf(agent: Agent, isolate: string): Known {
  const isolates = known.get(agent) ?? new Map<string, Known>();
  known.set(agent, isolates);
  const found = isolates.get(isolate) ?? {};
  isolates.set(isolate, found);
  return found;
}
