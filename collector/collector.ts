/**
 * Wires everything: the only file that knows all of the collector.
 *
 *     Config ─> Roster ─> Runner (one a target) ─> EventLog ─> StreamServer ─> clients
 *                            ^                        │            │
 *                            │                        └─> Api ─────┤
 *                            └────────────── Requests ─────────────┘
 *
 *     EventLog ─> Alerts ─> EventLog ─> Notifications ─> receivers
 */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { STREAM_PATH } from '../protocol/frames.ts';
import { RequestError } from '../protocol/requests.ts';
import { Access } from './access/access.ts';
import { Entrance } from './access/entrance.ts';
import { readTokens } from './access/tokens.ts';
import { formatAddress } from './address.ts';
import { Alerts } from './alert/alerts.ts';
import { gatherer } from './alert/gather.ts';
import { type Config, exposures } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { type Reloaded, restartKeys } from './config/reload.ts';
import { DEFAULT_RETENTION } from './config/store-config.ts';
import { Api } from './http/api.ts';
import { readPages } from './http/pages.ts';
import { routes } from './http/routes/routes.ts';
import { closeServer, createHttpServer, listen, type Server } from './http/server.ts';
import { openStorage, type Storage } from './log/storage.ts';
import { storeTrouble } from './log/store-health.ts';
import { Metrics } from './metrics/metrics.ts';
import { Notifications } from './notify/notifications.ts';
import { Explorer } from './snapshots/explorer.ts';
import { SnapshotKeeper } from './snapshots/snapshot-keeper.ts';
import { Snapshots } from './snapshots/snapshots.ts';
import { Requests } from './stream/requests.ts';
import { StreamServer } from './stream/server.ts';
import { liveProbes, type Probes } from './targets/probes.ts';
import { Roster } from './targets/roster.ts';
import { version } from './version.ts';
import { sleep } from './waiting/sleep.ts';

/** Connections beyond the stream's clients: requests over HTTP, and clients that are only told that they are too many. */
const SPARE_CONNECTIONS = 256;
/** How long an answer over HTTP that is under way may take when the collector stops. */
const ANSWER_GRACE_MS = 1_000;
/** Where the build puts the dashboard. */
const PAGES = fileURLToPath(new URL('./ui/served', import.meta.url));

export interface CollectorOptions {
  readonly logger: Logger;
  /** Ends the collector as `close` does. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970; default Date.now. */
  readonly now?: () => number;
  /** Uniform in [0, 1); default Math.random. */
  readonly random?: () => number;
  /** Default: the agent's. */
  readonly probes?: Probes;
  /** Where tokens and secrets may be; default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Collector extends AsyncDisposable {
  /** `ws://127.0.0.1:7331/v1/stream` */
  readonly url: string;
  /** Resolves when everything is closed. */
  readonly closed: Promise<void>;
  /**
   * Has the targets, rules, receivers, tokens and certificates of another configuration from now on; targets that are the same
   * stay attached, rules keep their alerts. @throws ConfigError for a secret or a certificate that is not there; then all is as before
   */
  reload(config: Config): Promise<Reloaded>;
  /** Lets the targets go and ends the clients with 1001; within 5 seconds, however they behave. */
  close(): Promise<void>;
}

/** @throws ConfigError for an address that anybody could reach, or a token that is not there; Error if it cannot be listened on; StoreError */
export async function startCollector(config: Config, options: CollectorOptions): Promise<Collector> {
  const problems = exposures(config).map((message) => ({ where: 'listen', message }));
  if (problems.length > 0) throw new ConfigError(problems);
  const access = new Access(readTokens(config.auth.tokens, options.env ?? process.env));
  const storage = await openStorage(config, options.logger, options.now ?? Date.now);
  try {
    const notifications = notificationsOf(config, options, storage);
    const http = createHttpServer({
      ...(config.tls && { tls: config.tls }),
      maxConnections: config.stream.maxClients + SPARE_CONNECTIONS,
      maxConnectionsPerAddress: config.stream.maxConnectionsPerAddress,
    });
    const address = await listen(http, config.listen);
    const roster = rosterOf(config, options, storage);
    const alerts = alertsOf(config, options, storage, roster);
    const parts = { roster, alerts, notifications };
    const { env = process.env } = options;
    const entrance = new Entrance({ config, access, http, address, env });
    return new RunningCollector(config, options, entrance, storage, parts, http);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

function rosterOf(config: Config, options: CollectorOptions, { log }: Storage): Roster {
  const { logger, probes = liveProbes, now = Date.now, random = Math.random } = options;
  const keeper = config.snapshots && new SnapshotKeeper({ ...config.snapshots, logger, now });
  return new Roster(config, { log, logger, probes: keeper?.around(probes) ?? probes, now, random });
}

function alertsOf(
  { alerts: rules, evidence, strings, store }: Config,
  { logger, now = Date.now }: CollectorOptions,
  { log, history, consumers }: Storage,
  { runners }: Roster,
): Alerts {
  const monotonic = () => performance.now();
  const target = (name: string) => {
    const runner = runners.get(name);
    if (runner) return runner;
    throw new RequestError('unknown-target', `Cannot probe "${name}": there is no such target any more`);
  };
  const gather = gatherer({ log, history, target, ...evidence, strings, logger, monotonic, sleep });
  const { keepMs } = store?.retention ?? DEFAULT_RETENTION;
  return new Alerts({ rules, log, memory: consumers, gather, keepMs, logger, now, monotonic });
}

/** @throws ConfigError for a secret that is not there */
function notificationsOf(
  { alerts: rules, notify: receivers }: Config,
  { logger, env = process.env, now = Date.now, random = Math.random }: CollectorOptions,
  { log, consumers: memory }: Storage,
): Notifications {
  return new Notifications({ receivers, rules, log, memory, logger, env, now, random });
}

/** What runs until the collector is closed. */
interface Parts {
  readonly roster: Roster;
  readonly alerts: Alerts;
  readonly notifications: Notifications;
}

class RunningCollector implements Collector {
  readonly url: string;
  readonly closed: Promise<void>;
  readonly #logger: Logger;
  readonly #storage: Storage;
  readonly #http: Server;
  readonly #stream: StreamServer;
  readonly #api: Api;
  readonly #metrics: Metrics;
  readonly #roster: Roster;
  readonly #explorer: Explorer;
  readonly #config: Config;
  readonly #entrance: Entrance;
  readonly #alerts: Alerts;
  readonly #notifications: Notifications;
  readonly #stop = new AbortController();

  constructor(
    config: Config,
    options: CollectorOptions,
    entrance: Entrance,
    storage: Storage,
    { roster, alerts, notifications }: Parts,
    http: Server,
  ) {
    const { logger, signal } = options;
    const { log, history, health } = storage;
    this.#storage = storage;
    const { access, origins } = entrance;
    this.#entrance = entrance;
    this.url = `${origins.secure ? 'wss' : 'ws'}://${formatAddress(origins.address)}${STREAM_PATH}`;
    this.#config = config;
    this.#logger = logger;
    this.#http = http;
    this.#roster = roster;
    this.#alerts = alerts;
    this.#notifications = notifications;
    const { runners } = roster;
    const snapshots = new Snapshots(config.snapshots?.dir, () => runners.keys());
    this.#explorer = new Explorer({ snapshots, strings: config.strings });
    const { now = Date.now } = options;
    const requests = new Requests({ log, runners, history, snapshots, explorer: this.#explorer, now, alerts });
    this.#stream = new StreamServer({ http, access, origins, log, requests, config: config.stream, logger, version });
    this.#metrics = new Metrics({
      log,
      states: () => [...runners.values()].map((runner) => runner.state()),
      clients: () => this.#stream.clients,
      refusals: () => access.refusals,
      alerts: () => alerts.list().rules,
      receivers: () => notifications.outboxes,
      ...(health && { store: health }),
      version,
    });
    const ways = routes({
      log,
      requests,
      snapshots,
      metrics: this.#metrics,
      pages: readPages(PAGES),
      unready: () => health && storeTrouble(health()),
      version,
    });
    const answered = (path: string, status: number) => this.#metrics.answered(path, status);
    this.#api = new Api({ routes: ways, access, origins, logger, answered });
    http.on('request', (request, response) => void this.#api.serve(request, response));
    const stopped = new Promise<void>((resolve) => {
      this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const judging = Promise.all([alerts.run(), notifications.run()]);
    this.closed = stopped.then(async () => {
      await this.#letGo();
      alerts.stop();
      notifications.stop();
      await judging;
      await this.#end();
    });
    signal?.addEventListener('abort', () => this.#stop.abort(), { once: true, signal: this.#stop.signal });
    if (signal?.aborted) this.#stop.abort();
    const dashboard = new URL('/', this.url.replace(/^ws/, 'http')).href;
    logger.info({ url: this.url, dashboard, targets: config.targets.length }, 'collector started');
  }

  async reload(config: Config): Promise<Reloaded> {
    const { alerts: rules, notify: receivers } = config;
    const renew = this.#entrance.renewal(config);
    const renewReceivers = this.#notifications.renewal({ receivers, rules });
    const change = await this.#roster.reload(config);
    const live: string[] = renew();
    // who is told of an alert is settled before it resolves with its rule
    if (renewReceivers()) live.push('notify');
    if (this.#alerts.setRules(rules)) live.push('alerts');
    this.#stream.checkVisitors();
    return { ...change, live, restart: restartKeys(this.#config, config) };
  }

  close(): Promise<void> {
    this.#stop.abort();
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #letGo(): Promise<void> {
    const letGo = this.#roster.stop();
    this.#api.stop();
    // requests that wait for a probe are answered when its target has been let go
    await Promise.all([letGo, this.#stream.close(), this.#explorer.close()]);
    await closeServer(this.#http, ANSWER_GRACE_MS);
  }

  async #end(): Promise<void> {
    await this.#storage.close();
    this.#metrics.close();
    this.#logger.info({ url: this.url }, 'collector stopped');
  }
}
