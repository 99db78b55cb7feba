/** What probes cost and how they ended, counted as it happens. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProbeEvent } from '../../protocol/events.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';

const OF_PROBE = ['target', 'probe'] as const;

/** Follows the log until what it returns is called. */
export function probeMetrics(registry: Registry, log: EventLog): () => void {
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
    help: 'How long targets stood still for our probes, all together.',
    labelNames: OF_PROBE,
    registers,
  });
  const price = prices(registry);
  const resets = new Counter({
    name: 'heapwatch_epoch_resets_total',
    help: 'Checkpoints that became void because object ids were reset or the target went.',
    labelNames: ['target'],
    registers,
  });
  const events = new Counter({
    name: 'heapwatch_events_total',
    help: 'Events of the log.',
    labelNames: ['topic'],
    registers,
  });
  return log.follow(({ head, event }) => {
    events.inc({ topic: head.type });
    if (event.type === 'checkpoint' && event.phase === 'void') resets.inc({ target: label(event.target) });
    if (event.type !== 'probe' || event.phase === 'started') return;
    const labels = { target: label(event.target), probe: event.probe };
    ended.inc({ ...labels, phase: event.phase });
    if (event.phase === 'refused') refused.inc(labels);
    if (event.cost?.pauseMs !== undefined) paused.inc(labels, event.cost.pauseMs / 1000);
    price(event);
  });
}

/** The last price of each probe, forecast and actual; gives what takes a probe's end. */
function prices(registry: Registry): (event: ProbeEvent) => void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: [...OF_PROBE, 'isolate'], registers: [registry] });
  const pause = gauge('heapwatch_probe_pause_seconds', 'How long the last probe of its sort stopped the target.');
  const pauseForecast = gauge('heapwatch_probe_pause_forecast_seconds', 'What was forecast of that.');
  const extra = gauge('heapwatch_probe_extra_bytes', 'By how much RSS rose with the last probe of its sort.');
  const extraForecast = gauge('heapwatch_probe_extra_forecast_bytes', 'What was forecast of that.');
  return ({ target, probe, isolate, cost }) => {
    const labels = { target: label(target), probe, isolate: label(isolate) };
    if (cost?.pauseMs !== undefined) pause.set(labels, cost.pauseMs / 1000);
    if (cost?.extraBytes !== undefined) extra.set(labels, cost.extraBytes);
    if (!cost?.forecast) return;
    pauseForecast.set(labels, cost.forecast.pauseMs / 1000);
    extraForecast.set(labels, cost.forecast.extraBytes);
  };
}
