/**
 * Metrics to an OpenTelemetry Collector, or whatever takes OTLP over HTTP, at an interval: by OpenTelemetry's own exporter, each
 * target a resource. The log says once that the Collector does not answer, and once that it does again. What could not be sent is
 * not kept: the next metrics have the newer figures.
 */
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';
import { outsideText, TEXT_LENGTHS } from '../../agent/base/outside-text.ts';
import type { TargetState } from '../../protocol/events.ts';
import type { EventLog } from '../log/log.ts';
import { type Figure, figuresOf } from './otlp-figures.ts';

const TIMEOUT_MS = 10_000;
/** More targets than that are left out. */
const MAX_TARGETS = 2_000;

export interface OtlpOptions {
  /** `http://127.0.0.1:4318`, without `/v1/metrics`. */
  readonly url: string;
  readonly everyMs: number;
  /** A secret: sent as a bearer. */
  readonly token?: string;
  readonly log: Pick<EventLog, 'latest'>;
  readonly states: () => readonly TargetState[];
  readonly logger: Logger;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves after a time, or early when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export class Otlp {
  readonly #options: OtlpOptions;
  readonly #stop = new AbortController();
  readonly #beganMs: number;
  #isAway = false;

  constructor(options: OtlpOptions) {
    this.#options = options;
    this.#beganMs = options.now();
  }

  /** Tells until it is stopped. Never rejects. */
  async run(): Promise<void> {
    const { everyMs, sleep, logger } = this.#options;
    const { signal } = this.#stop;
    try {
      const send = await this.#sender();
      for (;;) {
        await sleep(everyMs, signal);
        if (signal.aborted) break;
        await this.#tell(send);
      }
      await send.end();
    } catch (error) {
      logger.error({ err: error }, 'metrics by OTLP ended');
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #tell(send: Sender): Promise<void> {
    const { log, states, logger, url } = this.#options;
    const events = log.latest().map(({ event }) => event);
    let fault: string | undefined;
    for (const state of states().slice(0, MAX_TARGETS)) {
      if (this.#stop.signal.aborted) return;
      fault = await send.figures(state, figuresOf(state, events));
      if (fault !== undefined) break;
    }
    if (fault !== undefined && !this.#isAway)
      logger.warn({ url, reason: fault }, 'metrics by OTLP failed: another attempt follows');
    if (fault === undefined && this.#isAway) logger.info({ url }, 'metrics by OTLP are sent again');
    this.#isAway = fault !== undefined;
  }

  async #sender(): Promise<Sender> {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
    const { resourceFromAttributes } = await import('@opentelemetry/resources');
    const { AggregationTemporality, DataPointType } = await import('@opentelemetry/sdk-metrics');
    const { url, token, version, now } = this.#options;
    const exporter = new OTLPMetricExporter({
      url: `${url.replace(/\/+$/, '')}/v1/metrics`,
      timeoutMillis: TIMEOUT_MS,
      ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
    });
    const [startTime, scope] = [hrTime(this.#beganMs), { name: 'heapwatch', version }];
    const metricOf = ({ name, unit, description, adds, points }: Figure): MetricData => {
      const endTime = hrTime(now());
      const common = {
        descriptor: { name, unit, description, valueType: 1 },
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPoints: points.map(({ value, attributes }) => ({
          startTime,
          endTime,
          value,
          attributes: { ...attributes },
        })),
      };
      if (!adds) return { ...common, dataPointType: DataPointType.GAUGE };
      return { ...common, dataPointType: DataPointType.SUM, isMonotonic: false };
    };
    return {
      figures: (state, figures) => {
        const resource = resourceFromAttributes(resourceOf(state));
        const metrics: ResourceMetrics = { resource, scopeMetrics: [{ scope, metrics: figures.map(metricOf) }] };
        return new Promise((resolve) =>
          exporter.export(metrics, ({ code, error }) =>
            resolve(
              code === 0 ? undefined : outsideText(error?.message ?? 'it was not accepted', TEXT_LENGTHS.message),
            ),
          ),
        );
      },
      end: () => exporter.shutdown(),
    };
  }
}

interface Sender {
  /** Why it was not accepted; undefined where it was. */
  figures(state: TargetState, figures: readonly Figure[]): Promise<string | undefined>;
  end(): Promise<void>;
}

/** What a target is, as OpenTelemetry names it; its labels as they are, but for those that name what is said here. */
function resourceOf({ target, group, pid, nodeVersion, labels }: TargetState): Record<string, string | number> {
  return {
    ...labels,
    'service.name': group ?? target,
    'service.instance.id': target,
    ...(pid !== undefined && { 'process.pid': pid }),
    ...(nodeVersion !== undefined && {
      'process.runtime.name': 'nodejs',
      'process.runtime.version': nodeVersion.replace(/^v/, ''),
    }),
  };
}

function hrTime(ms: number): [seconds: number, nanos: number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
