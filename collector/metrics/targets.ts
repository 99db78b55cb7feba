/** What the log's newest events say of the targets, as gauges: read at each scrape, so that nothing has to be kept in step. */
import { Gauge, type Registry } from 'prom-client';
import type { StreamEvent, TargetState } from '../../protocol/events.ts';
import type { Usage } from '../../protocol/partition.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';

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
  [
    'process_resident_memory_bytes',
    'Resident memory of a target, whichever isolate told it.',
    (usage) => usage.rssBytes,
  ],
  ['heapwatch_heap_limit_bytes', 'What the heap of an isolate may grow to.', (usage) => usage.heapLimitBytes],
  [
    'heapwatch_array_buffers_bytes',
    'Memory of array buffers, a part of the external.',
    (usage) => usage.arrayBuffersBytes,
  ],
] as const satisfies readonly (readonly [string, string, (usage: Usage) => number])[];

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
  for (const [name, help, field] of SPACE_GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: [...OF_ISOLATE, 'space'],
      registers,
      collect() {
        this.reset();
        for (const usage of usages(log)) {
          for (const space of usage.spaces) {
            this.set({ ...labelsOf(usage), space: label(space.name.replace(/_space$/, '')) }, space[field]);
          }
        }
      },
    });
  }
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
    help: 'Targets by how they are.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const state of ['attached', 'paused', 'blocked', 'gone']) this.set({ state }, 0);
      for (const { state } of states()) this.inc({ state });
    },
  });
}

function usages(log: EventLog): Extract<StreamEvent, { type: 'usage' }>[] {
  return log
    .latest()
    .filter(({ head }) => head.type === 'usage')
    .map(({ event }) => event)
    .filter((event) => event.type === 'usage');
}

function labelsOf({ target, isolate }: Usage): { target: string; isolate: string } {
  return { target: label(target), isolate: label(isolate) };
}
