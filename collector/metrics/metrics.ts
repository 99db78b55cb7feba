/**
 * What `/metrics` gives, in Prometheus' text format: the heaps of the targets, what our probes cost them, and how the
 * collector is itself.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { RuleState } from '../../protocol/alert.ts';
import type { TargetState } from '../../protocol/events.ts';
import { reaches, reachesAll, type Scope } from '../access/scope.ts';
import type { EventLog } from '../log/log.ts';
import type { StoreHealth } from '../log/store-health.ts';
import { alertMetrics, type ReceiverTally } from './alerts.ts';
import { kindGauges } from './kinds.ts';
import { label } from './label.ts';
import { memoryGauges } from './memory.ts';
import { type ProbeMetrics, probeMetrics } from './probes.ts';
import { scopedText } from './scoped-text.ts';
import { standstillGauges, type Turn } from './standstills.ts';
import { storeMetrics } from './store.ts';
import { targetGauges } from './targets.ts';

/** Of prom-client's own: gauges whose names end like counters', and such with a series for each sort of handle. */
const LEFT_OUT = ['active_resources', 'active_handles', 'active_requests'].flatMap((name) => [name, `${name}_total`]);

export interface MetricsOptions {
  readonly log: EventLog;
  readonly states: () => readonly TargetState[];
  /** Of the targets whose event loop was looked at. */
  readonly turns: () => readonly Turn[];
  /** Clients on the stream now. */
  readonly clients: () => number;
  /** Clients that were not let in until now. */
  readonly refusals: () => number;
  /** How the rules stand. */
  readonly alerts: () => readonly RuleState[];
  readonly receivers: () => readonly ReceiverTally[];
  /** Absent where nothing is stored. */
  readonly store?: () => StoreHealth;
  readonly version: string;
}

export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #states: MetricsOptions['states'];
  readonly #requests: Counter<'path' | 'status'>;
  readonly #probes: ProbeMetrics;

  constructor({ log, states, turns, clients, refusals, alerts, receivers, store, version }: MetricsOptions) {
    const registers = [this.#registry];
    this.#states = states;
    this.contentType = this.#registry.contentType;
    targetGauges(this.#registry, log, states);
    memoryGauges(this.#registry, log, states);
    kindGauges(this.#registry, log);
    standstillGauges(this.#registry, log, turns);
    const targets = () => states().map(({ target }) => target);
    this.#probes = probeMetrics(this.#registry, log, targets);
    alertMetrics(this.#registry, alerts, receivers);
    if (store) storeMetrics(this.#registry, store);
    gauge(this.#registry, 'heapwatch_stream_clients', 'Clients on the stream.', clients);
    gauge(this.#registry, 'heapwatch_log_offset', 'Offset of the newest event.', () => log.offset);
    this.#requests = new Counter({
      name: 'heapwatch_http_requests_total',
      help: 'Requests over HTTP by route and status.',
      labelNames: ['path', 'status'],
      registers,
    });
    new Counter({
      name: 'heapwatch_access_refusals_total',
      help: 'Clients that were not let in.',
      registers,
      collect() {
        this.reset();
        this.inc(refusals());
      },
    });
    new Gauge({
      name: 'heapwatch_build_info',
      help: 'Always 1.',
      labelNames: ['version', 'node'],
      registers,
    }).set({ version, node: process.version }, 1);
    collectDefaultMetrics({ register: this.#registry, prefix: 'heapwatch_' });
    for (const name of LEFT_OUT) this.#registry.removeSingleMetric(`heapwatch_nodejs_${name}`);
  }

  /** @param path of a route, never of a request: so that the series are as many as the routes. */
  answered(path: string, status: number): void {
    this.#requests.inc({ path, status: String(status) });
  }

  /** @param scope of who asks: without all targets, the samples of those are told and nothing of the collector */
  async text(scope?: Scope): Promise<string> {
    await this.#probes.prune();
    const text = await this.#registry.metrics();
    if (reachesAll(scope)) return text;
    const all = this.#states().map(({ target }) => target);
    const others = new Set(all.filter((target) => !reaches(scope, target)).map(label));
    const own = all.filter((target) => reaches(scope, target)).map(label);
    // two that look alike as labels cannot be told apart
    return scopedText(text, new Set(own.filter((name) => !others.has(name))));
  }

  close(): void {
    this.#probes.close();
    this.#registry.clear();
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
