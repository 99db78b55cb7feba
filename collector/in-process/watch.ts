/**
 * Watches the process that this thread is in: one target, by the same probes, prices and schedule as a collector's.
 *
 *     settings, configuration ─> target ─> an agent of a fleet ─> NATS
 *                                      └─> Fleet (one Runner) ─> RingLog ─> recording
 */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import { IN_PROCESS } from '../../agent/cdp/in-process.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { Backoff } from '../base/backoff.ts';
import { type Config, readConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import type { Intervals, TargetConfig } from '../config/target-config.ts';
import type { History } from '../history/history.ts';
import { RingLog } from '../log/ring-log.ts';
import { startAgent } from '../main/agent.ts';
import { Fleet } from '../targets/fleet.ts';
import { liveProbes } from '../targets/probes.ts';
import { readConfigFile } from '../terminal/config-source.ts';
import { UsageError } from '../terminal/exit.ts';
import { openAgentLog } from './agent-log.ts';
import { EventRecorder } from './event-recorder.ts';
import type { Settings } from './settings.ts';

/** Nobody resumes from this log: it holds no more than it must. */
const LOG_LIMITS = { ringEvents: 1_000, ringBytes: 2 ** 20 } as const;

const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** No one remembers earlier runs. */
const NO_HISTORY: Pick<History, 'events'> = {
  events: async () => ({ footprints: [], marks: [], probes: [], targets: [] }) as never,
};

/**
 * Gives what is to be done when the program exits.
 * @param before why the thread before this one ended
 * @throws ConfigError; Error of one line
 */
export async function watch(settings: Settings, before?: string): Promise<() => void> {
  const logger = openAgentLog(settings.log);
  if (before !== undefined) logger.error({ reason: before }, 'the agent in the process had ended, and begins anew');
  const config = configOf(settings);
  const target = targetOf(config, settings);
  const { fleet } = config;
  if (fleet && settings.record !== undefined) throw new UsageError('expected one of a fleet and a folder to record in');
  logger.info({ target: settings.name }, 'agent started in the process');
  if (fleet) {
    await join({ ...config, fleet, targets: [target], discover: [] }, logger);
    return () => {};
  }
  const log = new RingLog(LOG_LIMITS);
  const recorder = new EventRecorder(settings, logger);
  log.follow((entry) => recorder.hear(entry));
  fleetOf(config, log, logger).set([target]);
  return () => recorder.end('the program exits');
}

/** Tries until NATS is there: a program may begin before it. @throws ConfigError */
async function join(config: Config & { readonly fleet: FleetFile }, logger: Logger): Promise<void> {
  const backoff = new Backoff({ firstMs: FIRST_MS, maxMs: LONGEST_MS });
  // a machine has many programs, each with an agent of its own
  const fleet = { ...config.fleet, name: `${config.fleet.name ?? hostname()}-${process.pid}` };
  for (;;) {
    try {
      await startAgent({ ...config, fleet, stream: { ...config.stream, ...LOG_LIMITS } }, { logger });
      return;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const retryInMs = backoff.next();
      logger.warn({ reason: reasonOf(error), retryInMs }, 'the fleet cannot be joined');
      await sleep(retryInMs);
    }
  }
}

function fleetOf({ graceMs, giveUpMs }: Config, log: RingLog, logger: Logger): Fleet {
  const { random } = Math;
  return new Fleet({
    log,
    history: NO_HISTORY,
    logger,
    probes: liveProbes,
    graceMs,
    giveUpMs,
    now: Date.now,
    random,
  });
}

/** @throws ConfigError; UsageError */
function configOf({ config, name, nats }: Settings): Config {
  const set = nats.length > 0 ? [`fleet.nats.servers=${JSON.stringify(nats)}`] : [];
  return readConfig({
    ...(config !== undefined && { file: readConfigFile(config) }),
    env: process.env,
    // by its name it may have settings of its own in the file; how it is reached is said below
    flags: { target: [`${name}=pid:${process.pid}`], set },
  });
}

/** Other targets of the configuration are those of others. */
function targetOf({ targets }: Config, { name }: Settings): TargetConfig {
  const own = targets.find((target) => target.name === name)!;
  return { ...own, inspect: IN_PROCESS, isolates: 'main', schedule: cheaply(own.schedule) };
}

/**
 * Without what is read by threads that begin for it, unless somebody asks: a walk holds the main thread meanwhile, so types are
 * counted; a reading of where memory is takes 0.7 s of CPU.
 */
function cheaply({ walk, memory, ...schedule }: Intervals): Intervals {
  return {
    ...schedule,
    ...(walk !== undefined && walk !== 'auto' && { walk }),
    ...(memory !== undefined && memory !== 'auto' && { memory }),
  };
}
