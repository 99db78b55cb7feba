/**
 * An agent of a fleet: the targets beside it, found, held and probed as a collector does, and their events into the fleet's
 * stream. It listens nowhere: it dials out.
 *
 *     Config ─> Roster ─> Runner (one a target) ─> AgentLog ─> Publisher ─> NATS
 */
import type { Logger } from 'pino';
import { aborted } from '../../agent/base/waiting.ts';
import type { Config } from '../config/config.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import { ConfigStore } from '../fleet/config-store.ts';
import { becomeMember, type Membership } from '../fleet/membership.ts';
import { type PublishedEvents, publishEvents } from '../fleet/publish-events.ts';
import { answerQuestions } from '../fleet/questions.ts';
import { recalledEvents } from '../fleet/recalled.ts';
import { askSubject } from '../fleet/subjects.ts';
import { RingHistory } from '../history/ring-history.ts';
import type { FleetChange } from '../targets/fleet.ts';
import { KEPT_MS } from '../targets/ledger.ts';
import { liveProbes, type Probes } from '../targets/probes.ts';
import { Roster } from '../targets/roster.ts';
import { followConfiguration } from './agent-configuration.ts';
import { useNames } from './names.ts';
import { processClaims } from './process-claims.ts';
import { SharedGate } from './shared-gate.ts';
import { ofAgent } from './target-of-agent.ts';
import { answerOf } from './target-questions.ts';

export interface AgentOptions {
  readonly logger: Logger;
  /** Ends the agent as `close` does. */
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the agent's. */
  readonly probes?: Probes;
  /** Reads a configuration from the middle of the fleet; absent: it is not looked for. @throws ConfigError */
  readonly read?: (text: string) => Config;
}

export interface FleetAgent extends AsyncDisposable {
  /** Its name in the fleet. */
  readonly name: string;
  /** Resolves when everything is closed. */
  readonly closed: Promise<void>;
  /** Has the targets of another configuration from now on. */
  reload(config: Config): Promise<FleetChange>;
  /** Lets the targets go. */
  close(): Promise<void>;
}

/** @throws ConfigError; Error of one line where NATS cannot be reached */
export async function startAgent(
  config: Config & { readonly fleet: FleetFile },
  options: AgentOptions,
): Promise<FleetAgent> {
  const { logger, env = process.env } = options;
  useNames(config);
  const events = await publishEvents({ config: config.fleet, logger, env, ring: config.stream });
  try {
    const who = { name: events.agent, kind: 'agent' } as const;
    const membership = await becomeMember(events.connection, config.fleet, who, logger);
    const past = await recalledEvents(events.stream, events.agent, Date.now() - KEPT_MS, logger);
    events.log.recall(past);
    const store = await ConfigStore.open(events.connection, config.fleet.stream, config.fleet);
    return new RunningAgent(config, options, events, membership, store);
  } catch (error) {
    await events[Symbol.asyncDispose]();
    throw error;
  }
}

class RunningAgent implements FleetAgent {
  readonly name: string;
  readonly closed: Promise<void>;
  readonly #roster: Roster;
  readonly #stop = new AbortController();

  constructor(
    config: Config & { readonly fleet: FleetFile },
    { logger, signal, probes = liveProbes, read }: AgentOptions,
    events: PublishedEvents,
    membership: Membership,
    store: ConfigStore,
  ) {
    const { log, agent } = events;
    this.name = agent;
    const history = new RingHistory(log);
    this.#roster = new Roster(config, {
      log,
      history,
      logger,
      probes,
      graceMs: config.graceMs,
      giveUpMs: config.giveUpMs,
      now: Date.now,
      random: Math.random,
      claims: processClaims(membership.claims),
      gate: (group) => new SharedGate(membership.claims, group),
      asNamed: (target) => ofAgent(target, agent),
    });
    const { connection, stream } = events;
    const answering = answerQuestions(connection, askSubject(stream.name), (question) =>
      answerOf(question, this.#roster.runners),
    );
    const following =
      read &&
      followConfiguration({
        ...{ store, read, logger, signal: this.#stop.signal },
        agent: { name: agent, labels: config.fleet.labels },
        apply: (wanted) => this.#roster.reload(wanted),
      });
    this.closed = aborted(this.#stop.signal).then(async () => {
      await following;
      answering[Symbol.dispose]();
      await this.#roster.stop();
      await history[Symbol.asyncDispose]();
      await membership[Symbol.asyncDispose]();
      await events[Symbol.asyncDispose]();
      logger.info({ agent }, 'agent stopped');
    });
    signal?.addEventListener('abort', () => this.#stop.abort(), { once: true, signal: this.#stop.signal });
    if (signal?.aborted) this.#stop.abort();
    logger.info({ agent, stream: events.stream.name, servers: config.fleet.nats.servers }, 'agent started');
  }

  async reload(config: Config): Promise<FleetChange> {
    return await this.#roster.reload(config);
  }

  close(): Promise<void> {
    this.#stop.abort();
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
