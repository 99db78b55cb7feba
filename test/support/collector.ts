/** A collector of real targets, and a client that has said hello and follows everything. */
import { DEFAULT_LIMITS } from '../../agent/price/limits.ts';
import type { Config } from '../../collector/config/config.ts';
import { DEFAULT_STREAM } from '../../collector/config/stream-config.ts';
import type { TargetConfig } from '../../collector/config/target-config.ts';
import { type Collector, startCollector } from '../../collector/main/collector.ts';
import { liveProbes, type Probes } from '../../collector/targets/probes.ts';
import { Topic } from '../../protocol/events.ts';
import { LogLines } from './log-lines.ts';
import { connect, type StreamClient } from './stream-client.ts';

export interface TestCollector extends AsyncDisposable {
  readonly url: string;
  readonly collector: Collector;
  readonly client: StreamClient;
  readonly logs: LogLines;
}

type TargetFields = Partial<TargetConfig> & Pick<TargetConfig, 'name' | 'inspect'>;

/** A configuration of these targets, which probe nothing unless it says so. */
export function configOf(targets: readonly TargetFields[], stream: Partial<Config['stream']> = {}): Config {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    auth: { tokens: [], origins: [] },
    insecure: false,
    targets: targets.map((target) => ({
      labels: {},
      group: target.name,
      by: ['kind'],
      rows: 100,
      isolates: 'main',
      samplingIntervalBytes: 65_536,
      schedule: {},
      limits: DEFAULT_LIMITS,
      ...target,
    })),
    discover: [],
    graceMs: 20_000,
    giveUpMs: 300_000,
    stream: { ...DEFAULT_STREAM, ...stream },
    alerts: [],
    evidence: { perHour: 12, betweenMs: 0 },
    strings: false,
    notify: [],
  };
}

/** Starts it; it waits 0.2 of what it might between two attempts to attach, by default. */
export async function startTestCollector(
  targets: readonly TargetFields[],
  probes: Partial<Probes> = {},
  random = () => 0.2,
): Promise<TestCollector> {
  const logs = new LogLines();
  const options = { logger: logs.logger, random, probes: { ...liveProbes, ...probes } };
  const collector = await startCollector(configOf(targets), options);
  const client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: Topic.options.filter((topic) => topic !== 'alert') });
  return {
    url: collector.url,
    collector,
    client,
    logs,
    async [Symbol.asyncDispose]() {
      await client.close();
      await collector.close();
    },
  };
}
