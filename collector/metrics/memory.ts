/** The parts of the targets' memory as gauges: one series for each part of a process, gone with the process. */
import { Gauge, type Registry } from 'prom-client';
import type { MemoryEvent, TargetState } from '../../protocol/events.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';

/** Targets whose parts have series. */
const MAX_TARGETS = 500;

/** @param states gives how each target is now */
export function memoryGauges(registry: Registry, log: EventLog, states: () => readonly TargetState[]): void {
  const registers = [registry];
  new Gauge({
    name: 'heapwatch_memory_part_bytes',
    help: 'Resident memory of a target by part; the parts of a target sum to its RSS.',
    labelNames: ['target', 'part'],
    registers,
    collect() {
      this.reset();
      for (const { target, parts } of memories(log, states()))
        for (const { part, sizeBytes } of parts) this.set({ target: label(target), part }, sizeBytes);
    },
  });
  new Gauge({
    name: 'heapwatch_memory_cause_bytes',
    help: 'What stands out in the memory of a target, by its cause.',
    labelNames: ['target', 'cause'],
    registers,
    collect() {
      this.reset();
      for (const { target, verdict } of memories(log, states()))
        this.set({ target: label(target), cause: verdict.cause }, verdict.sizeBytes);
    },
  });
}

function memories(log: EventLog, states: readonly TargetState[]): MemoryEvent[] {
  const present = new Set(states.filter(({ state }) => state !== 'gone').map(({ target }) => target));
  return log
    .latest()
    .flatMap(({ event }) => (event.type === 'memory' && present.has(event.target) ? [event] : []))
    .slice(0, MAX_TARGETS);
}
