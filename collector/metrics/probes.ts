/** What probes cost and how they ended, counted as it happens. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProbeEvent } from '../../protocol/events.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';

const OF_PROBE = ['target', 'probe'] as const;

/** Events after which series are looked through that nobody scrapes. */
const PRUNE_EVERY = 1_000;

export interface ProbeMetrics {
  /** Takes away the series of targets and isolates that are no more. */
  prune(): Promise<void>;
  /** Follows the log no more. */
  close(): void;
}

/** Follows the log. @param targets names of those that there are now */
export function probeMetrics(registry: Registry, log: EventLog, targets: () => Iterable<string>): ProbeMetrics {
  const registers = [registry];
  const ended = new Counter({
    name: 'heapwatch_probes_total',
    help: 'Probes by how they ended; of usage only those that failed.',
    labelNames: [...OF_PROBE, 'phase'],
    registers,
  });
  const refused = new Counter({
    name: 'heapwatch_probe_refusals_total',
    help: 'Scheduled probes that a limit forbade.',
    labelNames: OF_PROBE,
    registers,
  });
  const paused = new Counter({
    name: 'heapwatch_probe_pause_seconds_total',
    help: 'How long our probes have paused targets, in all.',
    labelNames: OF_PROBE,
    registers,
  });
  const price = prices(registry);
  const resets = new Counter({
    name: 'heapwatch_epoch_resets_total',
    help: 'Checkpoints that became void because object ids were reset or the target went away.',
    labelNames: ['target'],
    registers,
  });
  const events = new Counter({
    name: 'heapwatch_events_total',
    help: 'Events of the log.',
    labelNames: ['topic'],
    registers,
  });
  const prune = async () => {
    const live = new Set(Array.from(targets(), label));
    const isolates = new Set(
      log.latest().flatMap(({ head: { target, isolate } }) => (isolate === undefined ? [] : keyOf(target, isolate))),
    );
    for (const metric of [ended, refused, paused, resets, ...price.gauges]) {
      for (const { labels } of (await metric.get()).values) {
        const { target, isolate } = labels as { target?: string; isolate?: string };
        const isLive = live.has(`${target}`) && (isolate === undefined || isolates.has(keyOf(`${target}`, isolate)));
        if (!isLive) (metric as Gauge).remove(labels as Record<string, string>);
      }
    }
  };
  let untilPrune = PRUNE_EVERY;
  const close = log.follow(({ head, event }) => {
    events.inc({ topic: head.type });
    if (--untilPrune <= 0) {
      untilPrune = PRUNE_EVERY;
      void prune();
    }
    if (event.type === 'checkpoint' && event.phase === 'void') resets.inc({ target: label(event.target) });
    if (event.type !== 'probe' || event.phase === 'started') return;
    const labels = { target: label(event.target), probe: event.probe };
    ended.inc({ ...labels, phase: event.phase });
    if (event.phase === 'refused') refused.inc(labels);
    if (event.cost?.pauseMs !== undefined) paused.inc(labels, event.cost.pauseMs / 1000);
    price.set(event);
  });
  return { prune, close };
}

function keyOf(target: string, isolate: string): string {
  return JSON.stringify([label(target), label(isolate)]);
}

/** The last price of each probe, forecast and actual. */
function prices(registry: Registry): { readonly gauges: readonly Gauge[]; set(event: ProbeEvent): void } {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: [...OF_PROBE, 'isolate'], registers: [registry] });
  const pause = gauge('heapwatch_probe_pause_seconds', 'How long the last probe of its sort stopped the target.');
  const pauseForecast = gauge('heapwatch_probe_pause_forecast_seconds', 'What was forecast of that.');
  const extra = gauge('heapwatch_probe_extra_bytes', 'By how much RSS rose with the last probe of its sort.');
  const extraForecast = gauge('heapwatch_probe_extra_forecast_bytes', 'What was forecast of that.');
  const set = ({ target, probe, isolate, cost }: ProbeEvent) => {
    const labels = { target: label(target), probe, isolate: label(isolate) };
    if (cost?.pauseMs !== undefined) pause.set(labels, cost.pauseMs / 1000);
    if (cost?.extraBytes !== undefined) extra.set(labels, cost.extraBytes);
    if (!cost?.forecast) return;
    pauseForecast.set(labels, cost.forecast.pauseMs / 1000);
    extraForecast.set(labels, cost.forecast.extraBytes);
  };
  return { gauges: [pause, pauseForecast, extra, extraForecast] as unknown as Gauge[], set };
}
