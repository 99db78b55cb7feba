/**
 * How large a fleet may be: what an event costs is measured with real parts, what more targets cost is reckoned from that, and
 * the reckoning is held against a second measurement.
 *
 *     a real target, default schedule ─> its events of a minute
 *     the same of many targets ─> agent's log ─> nats-server ─> heapwatch collect (a process)      bytes, CPU of each
 *
 *     node dist/scripts/fleet-size.js [seconds]      120 s of a target; then twice as long
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { sleep } from '../agent/base/waiting.ts';
import { readConfig } from '../collector/config/config.ts';
import { publishEvents } from '../collector/fleet/publish-events.ts';
import type { NewEvent } from '../collector/log/log.ts';
import { startCollector } from '../collector/main/collector.ts';
import type { StreamEvent } from '../protocol/events.ts';
import { configOf } from '../test/support/collector.ts';
import { fleetConfig } from '../test/support/fleet.ts';
import { folder } from '../test/support/folder.ts';
import { startNats } from '../test/support/nats.ts';
import { connect } from '../test/support/stream-client.ts';
import { startTarget } from '../test/support/target.ts';

const [seconds = 120] = process.argv.slice(2).map(Number);
const DAY_S = 86_400;
const SIZES = [1_000, 10_000, 100_000] as const;
const BASE = 200;
const CHECK = 1_000;
const DOLLARS_A_GB_MONTH = 0.08;
/** As FleetFile has them by default. */
const RETENTION_DAYS = 7;
const TICKS_A_SECOND = 100;
const logger = pino({ level: 'silent' });
const print = (line: string) => void process.stdout.write(`${line}\n`);

const sample = await eventsOfTarget(seconds);
print(`Node ${process.version}; a target by the default schedule, ${seconds} s: ${sample.length} events`);
for (const [type, { events, bytes }] of Object.entries(byType(sample))) {
  print(`  ${type.padEnd(11)} ${(events / seconds).toFixed(3)} a second, ${Math.round(bytes / events)} bytes as JSON`);
}
const perSecond = sample.length / seconds;
const base = await replay(BASE);
print(shown(`replayed for ${BASE} targets`, base));
const check = await replay(CHECK);
print(shown(`replayed for ${CHECK} targets`, check));
for (const key of ['natsMs', 'collectorMs', 'agentMs', 'storedBytes'] as const) {
  const reckoned = (base[key] / base.events) * check.events;
  print(
    `  ${key}: ${Math.round(reckoned)} reckoned from the first, ${Math.round(check[key])} measured (${(check[key] / reckoned).toFixed(2)} times)`,
  );
}
print('targets   events/s   GB/day   GB in 7 d (1 replica)   $/month (3 replicas)   cores: nats, a collector, agents');
for (const targets of SIZES) print(planned(targets));

interface Cost {
  readonly events: number;
  readonly storedBytes: number;
  readonly natsMs: number;
  readonly collectorMs: number;
  readonly agentMs: number;
}

/** What a target gives its collector in that time, from when it is attached. */
async function eventsOfTarget(forSeconds: number): Promise<NewEvent[]> {
  await using target = await startTarget('leaking-sessions');
  const { schedule } = readConfig({ flags: { target: ['api=9229'] } }).targets[0]!;
  const config = configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule }]);
  await using collector = await startCollector({ ...config, alerts: [] }, { logger });
  await using client = await connect(collector.url);
  await client.hello();
  await client.subscribe({
    topics: ['partition', 'usage', 'memory', 'target', 'probe', 'checkpoint', 'mark', 'footprint'],
  });
  await client.next('usage');
  const events: NewEvent[] = [];
  const until = performance.now() + forSeconds * 1_000;
  while (performance.now() < until) {
    const frame = await Promise.race([client.any(), sleep(Math.max(1, until - performance.now()))]);
    if (!frame || !('offset' in frame)) continue;
    const { offset: _, replay: __, ...event } = frame as StreamEvent;
    events.push(event as NewEvent);
  }
  return events;
}

/** The same of so many targets, as fast as it goes, through one agent, a nats-server and a collector with a store. */
async function replay(targets: number): Promise<Cost> {
  await using dir = await folder();
  await using nats = await startNats();
  const { fleet } = fleetConfig(nats.url, 'replay');
  const collector = await startCollectorProcess(nats.url, dir.path);
  const events = await publishEvents({
    config: { ...fleet, buffer: 2 ** 30 },
    logger,
    env: {},
    ring: { ringEvents: 1_000, ringBytes: 2 ** 20 },
  });
  await sleep(2_000);
  const began = { nats: cpuMs(nats.pid), collector: cpuMs(collector.pid), agent: process.cpuUsage() };
  let count = 0;
  for (const event of sample) {
    for (let n = 0; n < targets; n++) events.log.append({ ...event, target: `api-${n}@replay` } as NewEvent);
    count += targets;
    await events.log.settled();
    await idle(events.connection);
  }
  const agent = process.cpuUsage(began.agent);
  await collector.reaches(count);
  const { state } = await events.stream.manager.streams.info(events.stream.name);
  const cost: Cost = {
    events: count,
    storedBytes: state.bytes,
    natsMs: cpuMs(nats.pid) - began.nats,
    collectorMs: cpuMs(collector.pid) - began.collector,
    agentMs: (agent.user + agent.system) / 1_000,
  };
  await collector.end();
  await events[Symbol.asyncDispose]();
  return cost;
}

/** What was said is with the server. */
async function idle(connection: { flush(): Promise<void> }): Promise<void> {
  await connection.flush();
}

interface CollectorProcess {
  readonly pid: number;
  /** Resolves when it has so many events. */
  reaches(offset: number): Promise<void>;
  end(): Promise<void>;
}

async function startCollectorProcess(nats: string, dir: string): Promise<CollectorProcess> {
  const program = join(import.meta.dirname, '../collector/cli/main.js');
  const set = [
    `fleet.nats.servers=${nats}`,
    'fleet.name=collector',
    `discover=[{ file: ${join(dir, 'none.json')} }]`,
    'alerts=[]',
  ];
  const flags = [
    '--listen',
    '127.0.0.1:0',
    '--store',
    join(dir, 'store.db'),
    ...set.flatMap((each) => ['--set', each]),
  ];
  const child = spawn(process.execPath, [program, 'collect', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const started = /"url":"(ws:[^"]+)"/.exec(line);
      if (started) resolve(started[1]!);
    });
    void exited.then(() => reject(new Error('Cannot measure: the collector ended')));
  });
  return {
    pid: child.pid as number,
    async reaches(offset) {
      for (;;) {
        await using client = await connect(url);
        if ((await client.hello()).offset >= offset) return;
        await sleep(200);
      }
    },
    async end() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** CPU of all threads of a process. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_A_SECOND;
}

function byType(events: readonly NewEvent[]): Record<string, { events: number; bytes: number }> {
  const all: Record<string, { events: number; bytes: number }> = {};
  for (const event of events) {
    const name = event.type === 'partition' ? event.probe : event.type;
    const sum = all[name] ?? { events: 0, bytes: 0 };
    all[name] = sum;
    sum.events++;
    sum.bytes += JSON.stringify(event).length;
  }
  return all;
}

function shown(what: string, { events, storedBytes, natsMs, collectorMs, agentMs }: Cost): string {
  const us = (ms: number) => Math.round((1_000 * ms) / events);
  return (
    `${what}: ${events} events, ${Math.round(storedBytes / events)} bytes each in JetStream; ` +
    `CPU an event: nats-server ${us(natsMs)} us, collector with a store ${us(collectorMs)} us, agent ${us(agentMs)} us`
  );
}

function planned(targets: number): string {
  const rate = targets * perSecond;
  const gbADay = (rate * DAY_S * (check.storedBytes / check.events)) / 1e9;
  const cores = (ms: number) => ((rate * ms) / check.events / 1_000).toFixed(2);
  const kept = gbADay * RETENTION_DAYS;
  return [
    String(targets).padStart(7),
    rate.toFixed(0).padStart(10),
    gbADay.toFixed(1).padStart(8),
    kept.toFixed(0).padStart(12),
    (3 * kept * DOLLARS_A_GB_MONTH).toFixed(0).padStart(22),
    `${cores(check.natsMs)}, ${cores(check.collectorMs)}, ${cores(check.agentMs)}`.padStart(36),
  ].join(' ');
}
