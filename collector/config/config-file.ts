/**
 * What a configuration file may say: one schema that gives its type, its check and (`z.toJSONSchema`, `io: 'input'`) what
 * an editor needs. Values come out in the units of the code: milliseconds and bytes.
 */
import { Cron } from 'croner';
import { z } from 'zod';
import { parseTarget } from '../../agent/base/target.ts';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import { DEFAULT_LIMITS, type PauseBudget } from '../../agent/price/limits.ts';
import { limits } from '../../protocol/limits.ts';
import { Probe } from '../../protocol/partition.ts';
import { Role } from '../../protocol/role.ts';
import { type Address, isLoopback, parseAddress } from '../base/address.ts';
import { formatDuration, formatSize, parseDuration } from '../base/units.ts';
import { atLeast, duration, oneOrMore, size, text, written } from './config-values.ts';
import { DEFAULT, withDefaultRules } from './default-rules.ts';
import { parseDestination } from './destination.ts';
import { parsePorts } from './ports.ts';
import { type ReceiverConfig, ReceiversFile, Secret } from './receiver-file.ts';
import { ALL_RECEIVERS, type Rule } from './rule.ts';
import { RuleFile } from './rule-file.ts';
import { parseSdPath } from './sd-path.ts';

/** The shortest interval of a schedule and the smallest sampling interval that are accepted. */
const MIN_EVERY_MS = 100;
const MIN_SAMPLING_BYTES = 1_024;
/** The shortest interval of `discover`. */
const MIN_LOOK_MS = 100;
/** Of `dns` without a port. */
export const DNS_PORT = 9229;
/** The keys of which an entry of `discover` has one. */
const DISCOVER_SOURCES = ['ports', 'file', 'processes', 'dns'] as const;

const CRON = /^\S+(?:\s+\S+){4}$/;

/** Milliseconds from one run to the next, as often as the price allows, or at the times of a cron expression. */
export type Every = number | 'auto' | { readonly cron: string };

/** `auto` means: not oftener than this, and not oftener than the probe's pause allows. */
export const AUTO_EVERY_MS = 60_000;

/** How often a probe runs: `5s`, `auto`, `0 4 * * *` (local time), or `false` for never. */
export function parseEvery(value: string, probe: ScheduledProbe): Every | false {
  if (value === 'false') return false;
  if (value === 'auto' && probe !== 'usage') return 'auto';
  if (CRON.test(value.trim())) return { cron: parseCron(value.trim()) };
  return atLeast(parseDuration(value), MIN_EVERY_MS, value, `${MIN_EVERY_MS}ms`);
}

function parseCron(value: string): string {
  try {
    new Cron(value, { mode: '5-part', paused: true });
    return value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : cause;
    throw new RangeError(`expected minute, hour, day, month and weekday such as "0 4 * * *": ${reason}`, { cause });
  }
}

function every(probe: ScheduledProbe, description: string) {
  const how = probe === 'usage' ? 'a duration' : 'a duration, auto';
  return z
    .preprocess(
      (value) => (value === false ? 'false' : value),
      text((value) => parseEvery(value, probe), {
        description: `${description}: ${how}, a cron expression in local time, or false.`,
        examples: ['5s', '10m', '0 4 * * *', 'false'],
      }),
    )
    .meta({ type: ['string', 'boolean'] });
}

/** The probes that a schedule can name, cheapest first. */
export const SCHEDULED_PROBES = Probe.options;
export type ScheduledProbe = Probe;

const EVERY = {
  usage: every('usage', 'How often the gauges are read'),
  walk: every(
    'walk',
    'How often objects are counted by class from outside, which stops the process for under 1 ms a MB; only on this machine',
  ),
  sampling: every('sampling', 'How often the sampling profile is read'),
  types: every('types', "How often objects are counted by V8's types; auto waits for V8's own collections"),
  census: every('census', 'How often objects are counted by class'),
  snapshot: every('snapshot', 'How often a heap snapshot is taken, which stops the target for seconds'),
};

/** The schedule of all targets. */
const Schedule = z.strictObject({
  usage: EVERY.usage.prefault('5s'),
  walk: EVERY.walk.prefault(false),
  sampling: EVERY.sampling.prefault('auto'),
  types: EVERY.types.prefault('auto'),
  census: EVERY.census.prefault(false),
  snapshot: EVERY.snapshot.prefault(false),
});

/** What one target has otherwise. */
export const ScheduleFile = z.strictObject(EVERY).partial();
export type ScheduleFile = z.infer<typeof ScheduleFile>;

/** @throws SyntaxError where `value` names no live process. */
export function parseInspect(value: string): string {
  const target = parseTarget(value);
  if (target.kind === 'file' || target.kind === 'collector') {
    throw new SyntaxError(
      `expected a process to attach to: a port (9229), host:port, ws://… or pid:1234, got "${value}"`,
    );
  }
  return value;
}

const NAME = /^[\p{L}\p{N}_:][\p{L}\p{N}_.:@-]{0,63}$/u;

/** A target's name: what globs, labels and the command line can carry. @throws SyntaxError for anything else. */
export function parseName(value: string): string {
  if (NAME.test(value)) return value;
  throw new SyntaxError(`expected a name of 1 to 64 letters, digits and _ . : @ -, got ${JSON.stringify(value)}`);
}

const name = text(parseName, { description: 'What the target is called on the stream.', examples: ['api'] });

const classifier = text((value) => classifierNamed(value).by, {
  description: 'A classifier, as after --by.',
  examples: CLASSIFIERS.map(({ by }) => by),
});

const isolates = z.union([z.enum(['main', 'all']), z.array(z.string().min(1)).min(1)], {
  error: 'expected main, all, or a list of isolates such as [main, "worker:1"]',
});

const LIMITS = {
  maxPause: duration('The longest pause that one probe may cause.'),
  maxExtraMemory: size('The maximum by which one probe may raise RSS.'),
  pauseBudget: text(parsePauseBudget, {
    description: 'The maximum pause that all probes of a target may cause together, in a span of time.',
    examples: ['30s/h', '5m/d'],
  }),
};

/** The limits of all targets. */
const Limits = z.strictObject({
  maxPause: LIMITS.maxPause.prefault(formatDuration(DEFAULT_LIMITS.maxPauseMs)),
  // whether it was given decides what becomes of a target whose memory is not known
  maxExtraMemory: LIMITS.maxExtraMemory.meta({ default: formatSize(DEFAULT_LIMITS.maxExtraBytes) }).optional(),
  pauseBudget: LIMITS.pauseBudget.prefault(formatPauseBudget(DEFAULT_LIMITS.pauseBudget)),
});

/** What one target has otherwise. */
export const LimitsFile = z.strictObject(LIMITS).partial();
export type LimitsFile = z.infer<typeof LimitsFile>;

/** `30s/h`, `1m/15m`. @throws RangeError for anything else */
function parsePauseBudget(value: string): PauseBudget {
  const [, pause, per] = /^([^/]+)\/([^/]+)$/.exec(value.trim()) ?? [];
  if (pause === undefined || per === undefined)
    throw new RangeError(`expected a duration in a time such as 30s/h, got "${value}"`);
  return { pauseMs: parseDuration(pause), perMs: parseDuration(/^\d/.test(per) ? per : `1${per}`) };
}

/** As `parsePauseBudget` reads it. */
function formatPauseBudget({ pauseMs, perMs }: PauseBudget): string {
  return `${formatDuration(pauseMs)}/${formatDuration(perMs)}`;
}

/** What a target and those that an entry of `discover` finds have in common. */
const probing = {
  labels: z.record(z.string(), z.string()).meta({ description: 'Shown with the target; not interpreted.' }).default({}),
  group: name
    .meta({
      description: 'Targets of one group take one snapshot at a time. Without one, the target is a group of its own.',
    })
    .optional(),
  by: oneOrMore(classifier).describe('Classifiers of its snapshots.').prefault(['kind']),
  rows: z.int().min(1).max(10_000).meta({ description: 'Rows of a partition on the stream.' }).default(100),
  isolates: isolates.meta({ description: 'The isolates that are probed.' }).default('main'),
  samplingInterval: size('Bytes between two samples on average.', MIN_SAMPLING_BYTES).prefault('512KB'),
  schedule: ScheduleFile.meta({ description: 'Where it differs from the schedule of all targets.' }).optional(),
  limits: LimitsFile.meta({ description: 'Where they differ from the limits of all targets.' }).optional(),
};

export const TargetFile = z.strictObject({
  name,
  inspect: written(parseInspect, {
    description: 'The inspector: port, host:port, ws:// URL or pid:N.',
    examples: ['127.0.0.1:9229', 'pid:4711'],
  }),
  ...probing,
});
export type TargetFile = z.infer<typeof TargetFile>;

export const DiscoverFile = z
  .strictObject({
    ports: written(parsePorts, {
      description: 'Ports of this machine, or HOST:9230-9239, that are asked for an inspector.',
      examples: ['9230-9239', '10.0.0.7:9229'],
    }).optional(),
    file: text(parseSdPath, {
      description:
        "Files in the format of Prometheus' file_sd, read again when they change. * in the name of the file only.",
      examples: ['targets/*.json'],
    }).optional(),
    processes: z
      .union([z.literal(true), z.string().min(1)], { error: 'expected true, or a glob of programs such as "api*"' })
      .meta({
        description: "This machine's Node processes with an open inspector; a glob picks by script.",
        examples: [true],
      })
      .optional(),
    dns: z
      .string()
      .min(1)
      .meta({ description: 'A name: each of its addresses is a target, at `port`.', examples: ['api.internal'] })
      .optional(),
    port: z.int().min(1).max(65_535).meta({ description: 'The port of `dns`.', default: DNS_PORT }).optional(),
    every: duration('The time between two looks.', MIN_LOOK_MS).prefault('10s'),
    forgetAfter: duration(
      'How long a target that is not found any more is kept, as gone. What a file no longer names leaves at once.',
      0,
    ).prefault('10m'),
    limit: z
      .int()
      .min(1)
      .max(100_000)
      .meta({ description: 'Targets of this entry. What is found beyond them is left out.' })
      .default(1_000),
    name: name.meta({ description: 'The beginning of the name of each: NAME@10.0.0.7:9229.' }).optional(),
    ...probing,
  })
  .superRefine((entry, context) => {
    const sources = DISCOVER_SOURCES.filter((source) => entry[source] !== undefined);
    if (sources.length !== 1)
      context.addIssue(`expected one of ${DISCOVER_SOURCES.join(', ')}, got ${sources.join(' and ') || 'none'}`);
    if (entry.port !== undefined && entry.dns === undefined)
      context.addIssue({ code: 'custom', path: ['port'], message: 'belongs to dns' });
  });
export type DiscoverFile = z.infer<typeof DiscoverFile>;

const count = (description: string, fallback: number) =>
  z.int().min(1).max(1_000_000).meta({ description }).default(fallback);
const bytes = (description: string, fallback: number) => size(description, 1_024).prefault(formatSize(fallback));
const span = (description: string, fallbackMs: number) => duration(description).prefault(formatDuration(fallbackMs));

export const StreamFile = z.strictObject({
  maxClients: count('WebSocket clients at a time. One more is closed with 4429.', limits.maxClients),
  maxConnectionsPerAddress: count('Connections of one address. More are dropped. Raise it behind a proxy.', 1_024),
  maxSubscriptions: count('Subscriptions of one client. One more closes it with 4429.', limits.maxSubscriptions),
  maxRequests: count('Requests of one client in flight. One more closes it with 4429.', limits.maxPendingRequests),
  maxFramesPerSecond: count(
    'Frames of one client in a second. One more closes it with 4429.',
    limits.maxFramesPerSecond,
  ),
  maxFrame: bytes('The largest frame of a client. A larger one closes it with 1009.', limits.maxFrameBytes),
  highWater: bytes("Bytes in a client's socket above which partitions coalesce.", 262_144),
  buffer: bytes('Bytes that may wait for a slow client. More closes it with 4413.', limits.maxBufferedBytes),
  answers: bytes('Answers that may wait for all clients. More closes the slowest with 4413.', 268_435_456),
  stall: span('How long a client may take nothing before it is closed with 4413.', limits.stalledMs),
  hello: span('How long a client has for its first frame before it is closed with 4408.', limits.helloTimeoutMs),
  ping: span('The time between two pings. A client that misses two is dropped.', limits.pingIntervalMs),
  ringEvents: count('Events kept in memory for clients that resume.', 100_000),
  ringSize: bytes('Bytes of events kept in memory for clients that resume.', 67_108_864),
});
export type StreamFile = z.infer<typeof StreamFile>;

const names = (description: string) =>
  z
    .array(z.string().min(1).max(1_024))
    .max(1_000)
    .meta({ description, examples: [['session*']] })
    .optional();

/** @throws SyntaxError for what is no address of a server */
function parseServer(value: string): string {
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return value;
  throw new SyntaxError(`expected an address such as http://127.0.0.1:9000, got "${value}"`);
}

/** Where snapshots are sent once they are kept; an address alone is one that needs no more. */
const DestinationFile = z
  .preprocess(
    (value) => (typeof value === 'string' ? { url: value } : value),
    z.strictObject({
      url: text(parseDestination, {
        description: 'A bucket, an address that takes PUT (with {name} where the name belongs), or a folder.',
        examples: ['s3://heaps/prod', 'https://files.example/heaps', '/mnt/heaps'],
      }),
      endpoint: text(parseServer, {
        description: "Of S3: a server other than Amazon's. Default: AWS_ENDPOINT_URL_S3.",
        examples: ['http://127.0.0.1:9000'],
      }).optional(),
      region: z.string().min(1).meta({ description: 'Of S3. Default: AWS_REGION, or us-east-1.' }).optional(),
      accessKeyId: Secret.optional().meta({ description: 'Of S3: where it is. Default: AWS_ACCESS_KEY_ID.' }),
      secretAccessKey: Secret.optional().meta({ description: 'Of S3: where it is. Default: AWS_SECRET_ACCESS_KEY.' }),
      sessionToken: Secret.optional().meta({ description: 'Of S3: where it is. Default: AWS_SESSION_TOKEN.' }),
      bearer: Secret.optional().meta({ description: 'Of PUT: where the token is that is sent as Authorization.' }),
      query: Secret.optional().meta({
        description:
          "Of PUT: where the query is that makes the address a permission, such as Azure's shared access signature.",
      }),
      headers: z
        .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string())
        .meta({ description: 'Of PUT: further headers, such as x-ms-blob-type: BlockBlob.' })
        .default({}),
      keep: z.int().min(1).max(1_000_000).meta({ description: 'Snapshots of each target that stay there.' }).optional(),
      maxAge: duration('The age at which one is removed there.', 60_000).optional(),
      tell: z
        .array(z.string())
        .meta({ description: 'Receivers of notify, webhooks, that are told when a snapshot is there.' })
        .default([]),
    }),
  )
  .meta({ type: ['string', 'object'] });
export type DestinationFile = z.infer<typeof DestinationFile>;

export const StoreFile = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ description: 'The SQLite file. It is created where there is none.', examples: ['heapwatch.db'] }),
  full: duration('How long every event is kept.', 60_000).prefault('48h'),
  hourly: duration('The age until which one sample an hour of each sort is kept.', 60_000).prefault('14d'),
  keep: duration('The age until which one sample a day is kept.', 60_000).prefault('365d'),
  snapshots: z
    .strictObject({
      dir: z.string().min(1).meta({ description: 'The folder of heap snapshots that operators may download.' }),
      keep: z
        .int()
        .min(1)
        .max(10_000)
        .meta({ description: 'The number of snapshots of each target. The oldest makes room for the next.' })
        .default(10),
      maxAge: duration('The age at which a snapshot is removed, of a target that has gone too.', 60_000).optional(),
      maxBytes: size('What all snapshots together may take. The oldest are removed first.', 1_048_576).optional(),
      redact: z
        .boolean()
        .meta({ description: 'Whether the contents of strings are replaced before a snapshot is written.' })
        .default(true),
      keepNames: names('Names that stay in a redacted snapshot whatever they look like. Globs.'),
      to: DestinationFile.meta({ description: 'Where every snapshot is sent once it is kept.' }).optional(),
      hideNames: names('Names that are replaced in a redacted snapshot whatever they are used for. Globs.'),
    })
    .optional(),
});
export type StoreFile = z.infer<typeof StoreFile>;

const listen = written<Address>(parseAddress, {
  description: 'Where the stream is served.',
  examples: ['127.0.0.1:7331'],
});

const path = (description: string) => z.string().min(1).meta({ description });

const instant = (description: string) => text(parseInstant, { description, examples: ['2027-01-31T00:00:00Z'] });

/** Milliseconds since 1970. @throws SyntaxError */
function parseInstant(value: string): number {
  const atMs = Date.parse(value);
  if (!Number.isNaN(atMs) && /^\d{4}-\d\d-\d\d/.test(value)) return atMs;
  throw new SyntaxError(`expected an instant such as 2027-01-31T00:00:00Z, got "${value}"`);
}

const TokenFile = z
  .strictObject({
    name: name.meta({ description: 'The name of its bearer, for logs.' }),
    role: Role.meta({ description: 'viewer: looks; operator: also runs probes and downloads snapshots.' }),
    env: path('The environment variable that holds it.').optional(),
    file: path('The file that holds it, and nothing else.').optional(),
    expires: instant('When it is no longer valid. Default: never.').optional(),
    previous: z
      .strictObject({
        env: path('The environment variable that holds the token before it.').optional(),
        file: path('The file that holds the token before it.').optional(),
        until: instant('When that one is no longer valid.'),
      })
      .refine(({ env, file }) => (env === undefined) !== (file === undefined), {
        message: 'expected either env or file, where the token is',
      })
      .meta({ description: 'The token that this one replaces, which is valid beside it for a while.' })
      .optional(),
  })
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), {
    message: 'expected either env or file, where the token is',
  });
export type TokenFile = z.infer<typeof TokenFile>;

const origin = text(parseOrigin, {
  description: 'A web page that may reach the collector besides its own.',
  examples: ['https://ops.example'],
});

/** An origin as browsers send it. @throws SyntaxError for anything else, `*` too */
function parseOrigin(value: string): string {
  if (URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value) return value;
  throw new SyntaxError(`expected a scheme, a host and perhaps a port such as https://ops.example, got "${value}"`);
}

const roles = (role: Role) =>
  oneOrMore(z.string().min(1)).meta({ description: `Values of the claim that make a ${role}.` });

const OidcFile = z.strictObject({
  issuer: text(parseIssuer, {
    description: 'The provider, as it calls itself. Its keys are found by /.well-known/openid-configuration.',
    examples: ['https://login.example'],
  }),
  audience: z
    .string()
    .min(1)
    .meta({ description: 'What its tokens have to be for.', examples: ['heapwatch'] }),
  roleClaim: z
    .string()
    .min(1)
    .meta({ description: 'The claim that tells roles or groups; a.b is b in a.' })
    .default('roles'),
  nameClaim: z
    .string()
    .min(1)
    .meta({ description: 'The claim that names who acts, for the audit trail.' })
    .default('sub'),
  operators: roles('operator').prefault(['heapwatch-operator']),
  viewers: roles('viewer').prefault(['heapwatch-viewer']),
});
export type OidcFile = z.infer<typeof OidcFile>;

/** @throws SyntaxError for an address by which anybody on the way could give keys of his own */
function parseIssuer(value: string): string {
  if (URL.canParse(value)) {
    const { protocol, hostname, search, hash } = new URL(value);
    const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
    if (isSafe && search === '' && hash === '') return value;
  }
  throw new SyntaxError(`expected an address such as https://login.example, got "${value}"`);
}

const AuthFile = z.strictObject({
  tokens: z.array(TokenFile).superRefine(noDoubles).default([]),
  origins: z.array(origin).default([]),
  oidc: OidcFile.meta({
    description: 'A provider of OpenID Connect whose tokens are believed beside the others.',
  }).optional(),
});

const TlsFile = z.strictObject({
  cert: path('PEM file of the certificate and those between it and its authority.'),
  key: path('PEM file of its key.'),
  clientCa: path('PEM file of authorities: clients must then show a certificate of one of them.').optional(),
});

const AuditFile = z.strictObject({
  dir: path('The folder of the audit trail. Default: beside the store, its path with .audit behind it.').optional(),
  keep: duration('The age at which entries are removed, a day at a time.', 86_400_000).prefault('365d'),
  key: Secret.optional().meta({
    description: 'Where a key is that the hashes are made with: who does not have it cannot write the trail anew.',
  }),
});
export type AuditFile = z.infer<typeof AuditFile>;

const EvidenceFile = z.strictObject({
  perHour: z
    .int()
    .min(0)
    .max(1_000)
    .meta({
      // four alerts of a rule have all their evidence then: two snapshots and a sampling profile each
      description: 'The maximum number of probes of one target within an hour for the evidence of one incident.',
    })
    .default(12),
  between: duration(
    'The longest time between the two snapshots of an alert, which show what was born in between. Object ids are held meanwhile, which slows minor collections. Also how long a target is sampled that has no sampling of its own. 0s: neither.',
    0,
  ).prefault('30s'),
});

export const ConfigFile = z
  .strictObject({
    listen: listen.prefault('127.0.0.1:7331'),
    auth: AuthFile.meta({
      description: "Without tokens, this machine's clients of the collector's own user and of root are operators.",
    }).prefault({}),
    tls: TlsFile.optional(),
    insecure: z
      .boolean()
      .meta({ description: 'Listens beyond loopback without TLS. For where something else encrypts.' })
      .default(false),
    targets: z.array(TargetFile).superRefine(noDoubles).default([]),
    discover: z
      .array(DiscoverFile)
      .meta({ description: 'Where targets are found while the collector runs.' })
      .default([]),
    schedule: Schedule.meta({ description: 'When probes run on every target.' }).prefault({}),
    limits: Limits.meta({ description: 'What probes may cost every target.' }).prefault({}),
    grace: duration(
      // below the 30 s that Kubernetes gives a container to end
      'How long the end of the collector, or of a target here, waits for a snapshot that the target is sending. After that a small process of its own keeps waiting.',
      0,
    ).prefault('20s'),
    giveUp: duration(
      'How long a target may answer nothing before its connection is given up. It is silent meanwhile, and attached to anew afterwards.',
      1_000,
    ).prefault('5m'),
    stream: StreamFile.meta({ description: 'Bounds of the stream.' }).prefault({}),
    store: StoreFile.meta({ description: 'Without it, the collector keeps everything in memory.' }).optional(),
    audit: AuditFile.meta({
      description: 'What people did, as a chain of hashes. Without a store and a folder, the newest acts in memory.',
    }).prefault({}),
    alerts: z
      // in a list the word default is an entry too, and one that changes a default rule need say no more than its name
      .preprocess(
        withDefaultRules,
        z.array(RuleFile.meta({ type: ['string', 'object'], required: ['name'] })).superRefine(noDoubles),
      )
      .prefault(DEFAULT)
      .meta({
        type: ['string', 'array'],
        description:
          'Rules on growth. default, by itself or in the list, is the rules that run where nothing is written; a rule in the list that has the name of one of them changes it.',
        default: DEFAULT,
      }),
    evidence: EvidenceFile.meta({ description: 'What alerts may have done to a target.' }).prefault({}),
    strings: z
      .boolean()
      .meta({
        description: 'Shows contents of strings, such as keys of maps, in the evidence of alerts.',
      })
      .default(false),
    notify: ReceiversFile.meta({ description: 'The receivers of alerts, by the names that rules use.' }).prefault({}),
  })
  .superRefine(noUnknownReceivers)
  .superRefine(onlyWebhooksAreTold);
export type ConfigFile = z.infer<typeof ConfigFile>;

function noDoubles(named: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of named.entries()) {
    if (seen.has(name))
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `another one has the name "${name}"` });
    seen.add(name);
  }
}

/** Only a webhook can take where a snapshot is. */
function onlyWebhooksAreTold(
  { store, notify }: { store?: StoreFile | undefined; notify: readonly ReceiverConfig[] },
  context: z.RefinementCtx,
): void {
  const known = new Set(notify.filter(({ type }) => type === 'webhook').map(({ name }) => name));
  for (const [index, name] of (store?.snapshots?.to?.tell ?? []).entries()) {
    if (known.has(name)) continue;
    const path = ['store', 'snapshots', 'to', 'tell', index];
    context.addIssue({ code: 'custom', path, message: `there is no webhook "${name}" in notify` });
  }
}

/** A rule that notifies nobody by a misspelled name would be found out too late. */
function noUnknownReceivers(
  { alerts, notify }: { alerts: readonly Rule[]; notify: readonly ReceiverConfig[] },
  context: z.RefinementCtx,
): void {
  const known = new Set(notify.map(({ name }) => name));
  for (const [rule, { notify: names }] of alerts.entries()) {
    for (const [index, name] of names.entries()) {
      if (known.has(name) || name === ALL_RECEIVERS) continue;
      const there = known.size === 0 ? 'notify names none' : `notify has ${[...known].join(', ')}`;
      context.addIssue({
        code: 'custom',
        path: ['alerts', rule, 'notify', index],
        message: `there is no receiver "${name}": ${there}`,
      });
    }
  }
}
