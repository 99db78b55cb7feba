/** For how long targets stood still, as far as that is known anyway: nothing is asked of a target for these gauges. */
import { Gauge, type Registry } from 'prom-client';
import type { Probe } from '../../protocol/partition.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';

/** Series, of all targets together. */
const MAX_SERIES = 2_000;

/** How long a target's event loop took to turn. */
export interface Turn {
  readonly target: string;
  readonly turnMs: number;
}

/** @param turns of the targets whose loop was looked at */
export function standstillGauges(registry: Registry, log: EventLog, turns: () => readonly Turn[]): void {
  const registers = [registry];
  new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help:
      "How long a target's event loop took to turn when it was asked last, every 5 seconds, the way of question and answer included. " +
      'Of one that is blocked: for how long it was waited for, 1 second at most.',
    labelNames: ['target'],
    registers,
    collect() {
      this.reset();
      for (const { target, turnMs } of turns().slice(0, MAX_SERIES))
        this.set({ target: label(target) }, turnMs / 1_000);
    },
  });
  new Gauge({
    name: 'heapwatch_gc_pause_seconds',
    help:
      'How long an isolate stood still for its newest major collection that a probe saw. By types: as traced, the counting of its objects ' +
      'included; by sampling: as a small question beside it saw it, the making of the profile included. A walk sees no collection.',
    labelNames: ['target', 'isolate', 'probe'],
    registers,
    collect() {
      this.reset();
      for (const { target, isolate, probe, pauseMs } of pauses(log)) {
        this.set({ target: label(target), isolate: label(isolate), probe }, pauseMs / 1_000);
      }
    },
  });
}

/** Of the probes that are a major collection. */
function pauses(log: EventLog): { target: string; isolate: string; probe: Probe; pauseMs: number }[] {
  return log
    .latest()
    .flatMap(({ head, event }) => {
      if (head.type !== 'partition' || event.type !== 'partition') return [];
      const { target, isolate, probe, cost: { pauseMs } = {} } = event;
      return pauseMs === undefined || !COLLECTS.has(probe) ? [] : [{ target, isolate, probe, pauseMs }];
    })
    .slice(0, MAX_SERIES);
}

const COLLECTS: ReadonlySet<Probe> = new Set(['types', 'sampling']);
