/** What the log's newest events say of the targets, as gauges: read at each scrape, so that nothing has to be kept in step. */
import { Gauge, type Registry } from 'prom-client';
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import { type StreamEvent, TargetCondition, type TargetState } from '../../protocol/events.ts';
import type { Usage } from '../../protocol/partition.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';
import { targetLabels } from './target-labels.ts';

/** Isolates of a target that have series of their own, and of all targets together. */
const MAX_ISOLATES = 64;
const MAX_ALL = 2_000;
/** V8 has 9 to 13 of them. */
const MAX_SPACES = 16;

const OF_ISOLATE = ['target', 'isolate'] as const;

/** The gauges of an isolate, under the names that prom-client gives them in a process of its own. */
const USAGE_GAUGES = [
  ['nodejs_heap_size_used_bytes', 'Heap used by an isolate of a target.', (usage) => usage.heapUsedBytes],
  ['nodejs_heap_size_total_bytes', 'Heap reserved by an isolate of a target.', (usage) => usage.heapTotalBytes],
  [
    'nodejs_external_memory_bytes',
    'Memory outside of its heap that an isolate knows of.',
    (usage) => usage.externalBytes,
  ],
  ['heapwatch_heap_limit_bytes', 'The heap size limit of an isolate.', (usage) => usage.heapLimitBytes],
  [
    'heapwatch_array_buffers_bytes',
    'Memory of array buffers, a part of external memory.',
    (usage) => usage.arrayBuffersBytes,
  ],
] as const satisfies readonly (readonly [string, string, (usage: Usage) => number])[];

/** Of the limit that they name; nothing where there is none. */
const LIMIT_GAUGES = [
  [
    'heapwatch_limit_bytes',
    "The nearest limit of a process's memory.",
    ({ ceiling }) => ceiling?.limitBytes !== undefined && { source: ceiling.source, value: ceiling.limitBytes },
  ],
  [
    'heapwatch_limit_left_bytes',
    'What the nearest limit leaves a process of memory.',
    ({ ceiling }) => ceiling && { source: ceiling.source, value: ceiling.leftBytes },
  ],
  [
    'heapwatch_time_to_limit_seconds',
    'Until a limit is reached if what grows goes on at its pace; absent where nothing is seen to grow.',
    ({ timeToLimit }) => timeToLimit && { source: timeToLimit.source, value: timeToLimit.ms / 1_000 },
  ],
  [
    'heapwatch_time_to_limit_earliest_seconds',
    'The near end of the interval of 90 % of heapwatch_time_to_limit_seconds.',
    ({ timeToLimit }) => timeToLimit && { source: timeToLimit.source, value: timeToLimit.earliestMs / 1_000 },
  ],
] as const satisfies readonly (readonly [string, string, (usage: Usage) => LimitValue | false | undefined])[];

interface LimitValue {
  readonly source: string;
  readonly value: number;
}

const SPACE_GAUGES = [
  ['nodejs_heap_space_size_used_bytes', 'Used bytes of a heap space.', 'usedBytes'],
  ['nodejs_heap_space_size_total_bytes', 'Reserved bytes of a heap space.', 'sizeBytes'],
] as const;

/** @param states gives how each target is now. */
export function targetGauges(registry: Registry, log: EventLog, states: () => readonly TargetState[]): void {
  const registers = [registry];
  for (const [name, help, read] of USAGE_GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: OF_ISOLATE,
      registers,
      collect() {
        this.reset();
        for (const usage of usages(log)) this.set(labelsOf(usage), read(usage));
      },
    });
  }
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of a target.',
    labelNames: ['target'],
    registers,
    collect() {
      this.reset();
      // all isolates of a process read the same: a sum over them would be too much
      for (const { target, rssBytes } of usages(log).filter(({ isolate }) => isolate === MAIN)) {
        this.set({ target: label(target) }, rssBytes);
      }
    },
  });
  for (const [name, help, read] of LIMIT_GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: [...OF_ISOLATE, 'limit'],
      registers,
      collect() {
        this.reset();
        for (const usage of usages(log)) {
          const found = read(usage);
          if (found) this.set({ ...labelsOf(usage), limit: label(found.source) }, found.value);
        }
      },
    });
  }
  for (const [name, help, field] of SPACE_GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: [...OF_ISOLATE, 'space'],
      registers,
      collect() {
        this.reset();
        for (const usage of usages(log)) {
          for (const space of usage.spaces.slice(0, MAX_SPACES)) {
            this.set({ ...labelsOf(usage), space: label(space.name.replace(/_space$/, '')) }, space[field]);
          }
        }
      },
    });
  }
  targetLabels(registry, states);
  new Gauge({
    name: 'heapwatch_target_up',
    help: 'Whether a target is attached to and runs.',
    labelNames: ['target'],
    registers,
    collect() {
      this.reset();
      for (const { target, state } of states()) this.set({ target: label(target) }, state === 'attached' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'heapwatch_targets',
    help: 'Targets by state.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const state of TargetCondition.options) this.set({ state }, 0);
      for (const { state } of states()) this.inc({ state });
    },
  });
}

function usages(log: EventLog): Extract<StreamEvent, { type: 'usage' }>[] {
  const isolates = new Map<string, number>();
  const found: Extract<StreamEvent, { type: 'usage' }>[] = [];
  for (const { head, event } of log.latest()) {
    if (head.type !== 'usage' || event.type !== 'usage') continue;
    const count = (isolates.get(event.target) ?? 0) + 1;
    isolates.set(event.target, count);
    if (count <= MAX_ISOLATES && found.length < MAX_ALL) found.push(event);
  }
  return found;
}

function labelsOf({ target, isolate }: Usage): { target: string; isolate: string } {
  return { target: label(target), isolate: label(isolate) };
}
