/**
 * Wires everything: the only file that knows all of the collector.
 *
 *     Config ─> Roster ─> Runner (one a target) ─> EventLog ─> StreamServer ─> clients
 *                            ^                        │            │
 *                            │                        └─> Api ─────┤
 *                            └────────────── Requests ─────────────┘
 *
 *     EventLog ─> Alerts ─> EventLog ─> Notifications ─> receivers
 *     Api, Requests ─> Acts ─> AuditTrail
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { aborted, sleep } from '../../agent/base/waiting.ts';
import { STREAM_PATH } from '../../protocol/frames.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { SnapshotFile } from '../../protocol/snapshots.ts';
import { Access } from '../access/access.ts';
import { Acts } from '../access/acts.ts';
import { Oidc } from '../access/oidc.ts';
import { OidcLogin } from '../access/oidc-login.ts';
import { readTokens } from '../access/tokens.ts';
import type { AlertDesk } from '../alert/alert-desk.ts';
import { Alerts } from '../alert/alerts.ts';
import { gatherer } from '../alert/gather.ts';
import { AuditTrail } from '../audit/audit-trail.ts';
import { Syslog } from '../audit/syslog.ts';
import { formatAddress } from '../base/address.ts';
import { version } from '../base/version.ts';
import { exposures } from '../config/access-config.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { readSecret } from '../config/secret.ts';
import { DEFAULT_RETENTION } from '../config/store-config.ts';
import { placeOf } from '../egress/places.ts';
import type { Claim } from '../fleet/claims.ts';
import { Api } from '../http/api.ts';
import { readPages } from '../http/pages.ts';
import { routes } from '../http/routes/routes.ts';
import { closeServer, createHttpServer, listen, type Server } from '../http/server.ts';
import { storeTrouble } from '../log/store-health.ts';
import { Sessions } from '../mcp/sessions.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Otlp } from '../metrics/otlp.ts';
import { Notifications } from '../notify/notifications.ts';
import { snapshotTeller } from '../notify/snapshot-teller.ts';
import { followedProbes } from '../operations/followed-probes.ts';
import { followedReports } from '../operations/followed-reports.ts';
import { type NewOperation, Operations, type RunningOperation } from '../operations/operations.ts';
import { Explorer } from '../snapshots/explorer.ts';
import { Outgoing, type Sending } from '../snapshots/outgoing.ts';
import { SnapshotKeeper } from '../snapshots/snapshot-keeper.ts';
import { Snapshots } from '../snapshots/snapshots.ts';
import { Requests } from '../stream/requests.ts';
import { StreamServer } from '../stream/server.ts';
import type { TargetList } from '../targets/probed-target.ts';
import { liveProbes, type Probes } from '../targets/probes.ts';
import { Roster } from '../targets/roster.ts';
import { Entrance } from './entrance.ts';
import { FleetJudge, type TermStart } from './fleet-judge.ts';
import { FleetMember } from './fleet-member.ts';
import { FleetTargets } from './fleet-targets.ts';
import { warnOfLooseModes } from './loose-modes.ts';
import { useNames } from './names.ts';
import { type Reloaded, restartKeys } from './reload.ts';
import { openStorage, type Storage } from './storage.ts';

/** Connections beyond the stream's clients: requests over HTTP, and clients that are only told that they are too many. */
const SPARE_CONNECTIONS = 256;
/** How long an answer over HTTP that is under way may take when the collector stops. */
const ANSWER_GRACE_MS = 1_000;
/** Where the build puts the dashboard. */
const PAGES = fileURLToPath(new URL('../ui/served', import.meta.url));

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
  /** Why it has closed by itself; undefined where it was told to. */
  readonly failure: string | undefined;
  /**
   * Has the targets, rules, receivers, tokens and certificates of another configuration from now on; targets that are the same
   * stay attached, rules keep their alerts. @throws ConfigError for a secret or a certificate that is not there; then all is as before
   */
  reload(config: Config): Promise<Reloaded>;
  /** Lets the targets go and ends the clients with 1001; within 5 seconds, however they behave, and `graceMs` more where one is sending a snapshot. */
  close(): Promise<void>;
}

/** @throws ConfigError for an address that anybody could reach, or a token that is not there; Error if it cannot be listened on; StoreError */
export async function startCollector(config: Config, options: CollectorOptions): Promise<Collector> {
  const problems = exposures(config).map((message) => ({ where: 'listen', message }));
  if (problems.length > 0) throw new ConfigError(problems);
  useNames(config);
  const tokens = readTokens(config.auth.tokens, options.env ?? process.env);
  const access = new Access(tokens, undefined, undefined, { oidc: config.auth.oidc && new Oidc(config.auth.oidc) });
  const { storage, member, replaced } = await openShared(config, options);
  let audit: AuditTrail | undefined;
  try {
    audit = await openAudit(config, options);
    const http = createHttpServer({
      ...(config.tls && { tls: config.tls }),
      maxConnections: config.stream.maxClients + SPARE_CONNECTIONS,
      maxConnectionsPerAddress: config.stream.maxConnectionsPerAddress,
    });
    const address = await listen(http, config.listen);
    const { logger, now = Date.now } = options;
    warnOfLooseModes(config, logger);
    const operations = new Operations(now);
    let outgoing: Outgoing | undefined;
    const onKept = () => outgoing?.wake();
    const keeper = config.snapshots && new SnapshotKeeper({ ...config.snapshots, logger, now, onKept });
    const roster = rosterOf(config, options, storage, operations, keeper);
    const targets = member ? new FleetTargets(roster.runners, member.remote) : roster.runners;
    const snapshots = new Snapshots(config.snapshots?.dir, () => targets.keys());
    outgoing = outgoingOf(config, options, snapshots, operations);
    const { alerts, notifications } = judgingOf(config, options, storage, targets, member);
    const sent = outgoing && { outgoing };
    const otlp = otlpOf(config, options, storage, targets);
    const optional = { ...(keeper && { keeper }), ...sent, ...(otlp && { otlp }) };
    const parts = { roster, replaced, targets, alerts, notifications, audit, operations, snapshots, ...optional };
    const { env = process.env } = options;
    const entrance = new Entrance({ config, access, http, address, env });
    return new RunningCollector(config, options, entrance, storage, parts, http);
  } catch (error) {
    await audit?.close();
    await storage.close();
    throw error;
  }
}

/** What is there, shared with the fleet where there is one. @throws as `startCollector` */
async function openShared(
  config: Config,
  options: CollectorOptions,
): Promise<{ storage: Storage; member?: FleetMember; replaced: AbortSignal }> {
  const { logger, now = Date.now, env = process.env } = options;
  const ended = new AbortController();
  const { signal: replaced } = ended;
  const onReplaced = (reason: string) => ended.abort(new Error(reason));
  const member = await FleetMember.join(config, { logger, now, env, onReplaced });
  const storage = await openStorage(config, logger, now, member?.stream.log);
  if (!member) return { storage, replaced };
  try {
    return { storage: await member.share(storage), member, replaced };
  } catch (error) {
    await storage.close();
    await member[Symbol.asyncDispose]();
    throw error;
  }
}

/** @throws ConfigError for a key that is not there; Error of one line for a folder that cannot be read */
async function openAudit(
  { audit }: Config,
  { logger, now = Date.now, env = process.env }: CollectorOptions,
): Promise<AuditTrail> {
  const { dir, keepMs, key, syslog } = audit ?? {};
  return await AuditTrail.open({
    logger,
    now,
    ...(dir !== undefined && { dir }),
    ...(keepMs !== undefined && { keepMs }),
    ...(key && { key: told('audit.key', () => readSecret(key, env)) }),
    ...(syslog && { copy: new Syslog(syslog, logger) }),
  });
}

function rosterOf(
  config: Config,
  options: CollectorOptions,
  { log, history }: Storage,
  operations: Operations,
  keeper?: SnapshotKeeper,
): Roster {
  const { logger, probes = liveProbes, now = Date.now, random = Math.random } = options;
  return new Roster(config, {
    log,
    history,
    logger,
    probes: followedProbes(keeper?.around(probes) ?? probes, operations),
    graceMs: config.graceMs,
    giveUpMs: config.giveUpMs,
    now,
    random,
    // of a fleet's log most is of others
    isElsewhere: () => config.fleet !== undefined,
  });
}

/** What judges and what tells; of a fleet both are one, which does so only while no other collector does. @throws ConfigError */
function judgingOf(
  config: Config,
  options: CollectorOptions,
  storage: Storage,
  targets: TargetList,
  member: FleetMember | undefined,
): { readonly alerts: AlertDesk; readonly notifications: Notifier } {
  const { logger, now = Date.now } = options;
  const standIn = notificationsOf(config, options, storage);
  if (!member) return { alerts: alertsOf(config, options, storage, targets), notifications: standIn };
  const { alerts: rules, notify: receivers } = config;
  const of = ({ rules: alerts, receivers: notify }: TermStart) => ({ ...config, alerts, notify });
  const judge = new FleetJudge({
    ...{ member, rules, receivers, standIn, logger, now },
    alerts: (start) => alertsOf(of(start), options, { ...storage, offsets: start.offsets }, targets),
    notifications: (start) => notificationsOf(of(start), options, { ...storage, offsets: start.offsets }, start.claim),
  });
  return { alerts: judge, notifications: judge };
}

function alertsOf(
  { alerts: rules, evidence, strings, store }: Config,
  { logger, now = Date.now }: CollectorOptions,
  { log, history, offsets: consumers }: Storage,
  targets: TargetList,
): Alerts {
  const monotonic = () => performance.now();
  const target = (name: string) => {
    const found = targets.get(name);
    if (found) return found;
    throw new RequestError('unknown-target', `Cannot probe "${name}": there is no such target any more`);
  };
  const gather = gatherer({ log, history, target, ...evidence, strings, logger, monotonic, sleep });
  const { keepMs } = store?.retention ?? DEFAULT_RETENTION;
  return new Alerts({ rules, log, offsets: consumers, gather, keepMs, logger, now, monotonic });
}

/** Undefined where snapshots stay here. @throws ConfigError for a secret that is not there */
function outgoingOf(
  { snapshots: config, notify }: Config,
  { logger, env = process.env, now = Date.now }: CollectorOptions,
  snapshots: Snapshots,
  operations: Operations,
): Outgoing | undefined {
  const destination = config?.destination;
  if (!destination) return undefined;
  const { keep, maxAgeMs, tell: names = [] } = destination;
  const bounds = { ...(keep !== undefined && { keep }), ...(maxAgeMs !== undefined && { maxAgeMs }) };
  return new Outgoing({
    place: told('store.snapshots.to', () => placeOf(destination, env)),
    snapshots,
    ...bounds,
    logger,
    now,
    operation: (file, send) => operations.during(sendingOf(file), (running) => send(sending(running, file.sizeBytes))),
    tell: snapshotTeller({ receivers: notify, names, logger, env, now }),
  });
}

function sendingOf({ name, target, isolate }: SnapshotFile): NewOperation {
  const place = { ...(target !== undefined && { target }), ...(isolate !== undefined && { isolate }) };
  return { kind: 'send', what: name, by: 'collector', ...place };
}

function sending(running: RunningOperation, total: number): Sending {
  running.run('sending');
  return { signal: running.signal, onBytes: (done) => running.progress({ done, total, unit: 'bytes' }) };
}

/** @throws ConfigError for a secret that is not there */
function notificationsOf(
  { alerts: rules, notify: receivers }: Config,
  { logger, env = process.env, now = Date.now, random = Math.random }: CollectorOptions,
  { log, offsets }: Storage,
  claim?: Claim,
): Notifications {
  return new Notifications({ receivers, rules, log, offsets, logger, env, now, random, ...(claim && { claim }) });
}

/** Undefined where no metrics are sent. @throws ConfigError for a secret that is not there */
function otlpOf(
  { otlp }: Config,
  { logger, env = process.env, now = Date.now }: CollectorOptions,
  { log }: Storage,
  targets: TargetList,
): Otlp | undefined {
  if (!otlp) return undefined;
  const { bearer, ...where } = otlp;
  const token = bearer && told('otlp.bearer', () => readSecret(bearer, env));
  const states = () => [...targets.values()].map((target) => target.state());
  return new Otlp({ ...where, ...(token !== undefined && { token }), log, states, logger, version, now, sleep });
}

/** What tells of alerts. */
type Notifier = Pick<Notifications, 'run' | 'stop' | 'renewal' | 'outboxes'>;

/** What runs until the collector is closed. */
interface Parts {
  readonly roster: Roster;
  /** Aborted when the log of the fleet is another one by now. */
  readonly replaced: AbortSignal;
  /** Its own, and those of others in a fleet. */
  readonly targets: TargetList;
  readonly alerts: AlertDesk;
  readonly notifications: Notifier;
  readonly audit: AuditTrail;
  readonly operations: Operations;
  readonly snapshots: Snapshots;
  readonly outgoing?: Outgoing;
  readonly keeper?: SnapshotKeeper;
  readonly otlp?: Otlp;
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
  readonly #mcp: Sessions;
  readonly #config: Config;
  readonly #entrance: Entrance;
  readonly #alerts: AlertDesk;
  readonly #notifications: Notifier;
  readonly #audit: AuditTrail;
  readonly #acts: Acts;
  readonly #stop = new AbortController();
  #failure: string | undefined;

  constructor(
    config: Config,
    options: CollectorOptions,
    entrance: Entrance,
    storage: Storage,
    { roster, replaced, targets, alerts, notifications, audit, operations, snapshots, outgoing, keeper, otlp }: Parts,
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
    this.#explorer = new Explorer({ snapshots, strings: config.strings });
    const { now = Date.now } = options;
    const acts = new Acts(logger, audit);
    this.#audit = audit;
    this.#acts = acts;
    const explorer = this.#explorer;
    const requests = new Requests({
      log,
      runners: targets,
      history,
      snapshots,
      explorer,
      acts,
      audit,
      operations,
      now,
      alerts,
    });
    const reporter = followedReports(explorer, operations, (name) => snapshots.ownersOf(name));
    this.#mcp = new Sessions({ requests, log, reporter, acts });
    const { stream } = config;
    this.#stream = new StreamServer({ http, access, acts, origins, log, requests, config: stream, logger, version });
    this.#metrics = new Metrics({
      log,
      states: () => [...targets.values()].map((target) => target.state()),
      turns: () => [...roster.runners.values()].flatMap((runner) => runner.turn ?? []),
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
      mcp: this.#mcp,
      login: new OidcLogin(() => access.oidc, options.env ?? process.env),
      acts,
      snapshots,
      place: outgoing?.place,
      reporter,
      metrics: this.#metrics,
      pages: readPages(PAGES),
      unready: () => health && storeTrouble(health()),
      version,
    });
    const answered = (path: string, status: number) => this.#metrics.answered(path, status);
    this.#api = new Api({ routes: ways, access, acts, origins, snapshots, logger, answered });
    http.on('request', (request, response) => void this.#api.serve(request, response));
    const stopped = aborted(this.#stop.signal);
    // of a fleet both are one
    const running = new Set<Pick<Notifier, 'run' | 'stop'>>([alerts, notifications]);
    const judging = Promise.all([...[...running].map((each) => each.run()), otlp?.run()]);
    this.closed = stopped.then(async () => {
      await this.#letGo();
      for (const each of running) each.stop();
      otlp?.stop();
      keeper?.[Symbol.dispose]();
      await outgoing?.[Symbol.asyncDispose]();
      await judging;
      await this.#end();
    });
    const onReplaced = () => {
      this.#failure = (replaced.reason as Error).message;
      this.#stop.abort();
    };
    replaced.addEventListener('abort', onReplaced, { once: true });
    if (replaced.aborted) onReplaced();
    signal?.addEventListener('abort', () => this.#stop.abort(), { once: true, signal: this.#stop.signal });
    if (signal?.aborted) this.#stop.abort();
    const dashboard = new URL('/', this.url.replace(/^ws/, 'http')).href;
    acts.byCollector('start', { version, pid: process.pid, config: digestOf(config) });
    logger.info({ url: this.url, dashboard, targets: config.targets.length }, 'collector started');
  }

  get failure(): string | undefined {
    return this.#failure;
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
    const reloaded = { ...change, live, restart: restartKeys(this.#config, config) };
    this.#acts.byCollector('reload', { ...reloaded, config: digestOf(config) });
    return reloaded;
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
    await Promise.all([letGo, this.#stream.close(), this.#explorer.close(), this.#mcp.close()]);
    await closeServer(this.#http, ANSWER_GRACE_MS);
  }

  async #end(): Promise<void> {
    this.#acts.byCollector('stop', { pid: process.pid });
    await this.#audit.close();
    await this.#storage.close();
    this.#metrics.close();
    this.#logger.info({ url: this.url }, 'collector stopped');
  }
}

/** What tells two configurations apart, without telling anything of them. */
function digestOf(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}

/** Gives what `read` gives. @throws ConfigError for a secret that is not there */
function told<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ConfigError([{ where, message: reasonOf(cause) }]);
  }
}
