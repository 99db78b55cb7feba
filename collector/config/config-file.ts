/**
 * What a configuration file may say: one schema that gives its type, its check and (`z.toJSONSchema`, `io: 'input'`) what
 * an editor needs. Values come out in the units of the code: milliseconds and bytes.
 */
import { Cron } from 'croner';
import { z } from 'zod';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import type { PauseBudget } from '../../agent/price/limits.ts';
import { parseTarget } from '../../agent/target.ts';
import { Probe } from '../../protocol/partition.ts';
import { Role } from '../../protocol/role.ts';
import { type Address, parseAddress } from '../address.ts';
import type { Rule } from '../alert/rule.ts';
import { RuleFile } from '../alert/rule-file.ts';
import { parsePorts } from '../discover/ports.ts';
import { parseSdPath } from '../discover/sd-path.ts';
import { type ReceiverConfig, ReceiversFile } from '../notify/receiver-file.ts';
import { parseDuration } from '../units.ts';
import { atLeast, duration, oneOrMore, size, text, written } from './config-values.ts';

/** The shortest interval of a schedule and the smallest sampling interval that are accepted. */
const MIN_EVERY_MS = 100;
const MIN_SAMPLING_BYTES = 1_024;
/** The shortest interval of `discover`. */
const MIN_LOOK_MS = 100;
/** The keys of which an entry of `discover` has one. */
const DISCOVER_SOURCES = ['ports', 'file', 'processes', 'dns'] as const;

const CRON = /^\S+(?:\s+\S+){4}$/;

/** Milliseconds from one run to the next, as often as the price allows, or at the times of a cron expression. */
export type Every = number | 'auto' | { readonly cron: string };

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
    .meta({ type: ['string', 'boolean'] })
    .optional();
}

/** The probes that a schedule can name, cheapest first. */
export const SCHEDULED_PROBES = Probe.options;
export type ScheduledProbe = Probe;

export const ScheduleFile = z.strictObject({
  usage: every('usage', 'How often the gauges are read'),
  sampling: every('sampling', 'How often the sampling profile is read; default auto'),
  types: every(
    'types',
    "How often objects are counted by V8's types; auto, the default, waits for V8's own collections",
  ),
  census: every('census', 'How often objects are counted by class; default never'),
  snapshot: every('snapshot', 'How often a heap snapshot is taken, which stops the target for seconds; default never'),
});
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

export const LimitsFile = z.strictObject({
  maxPause: duration('The longest that one probe may make a target stand still; default 2s.').optional(),
  maxExtraMemory: size('The most that one probe may raise RSS by; default 512MB.').optional(),
  pauseBudget: text(parsePauseBudget, {
    description: 'What all probes of a target together may make it stand still for; default 30s/h.',
    examples: ['30s/h', '5m/d'],
  }).optional(),
});
export type LimitsFile = z.infer<typeof LimitsFile>;

/** `30s/h`, `1m/15m`. @throws RangeError for anything else */
function parsePauseBudget(value: string): PauseBudget {
  const [, pause, per] = /^([^/]+)\/([^/]+)$/.exec(value.trim()) ?? [];
  if (pause === undefined || per === undefined)
    throw new RangeError(`expected a duration in a time such as 30s/h, got "${value}"`);
  return { pauseMs: parseDuration(pause), perMs: parseDuration(/^\d/.test(per) ? per : `1${per}`) };
}

/** What a target and those that an entry of `discover` finds have in common. */
const probing = {
  labels: z.record(z.string(), z.string()).meta({ description: 'Shown with the target; not interpreted.' }).optional(),
  group: name
    .meta({ description: 'Targets of one group take one snapshot at a time; default: a group of its own.' })
    .optional(),
  by: oneOrMore(classifier).describe('Classifiers of its snapshots; default kind.').optional(),
  rows: z.int().min(1).max(10_000).meta({ description: 'Rows of a partition on the stream; default 100.' }).optional(),
  isolates: isolates.meta({ description: 'Which isolates are probed; default main.' }).optional(),
  samplingInterval: size('Bytes between two samples on average; default 512KB.', MIN_SAMPLING_BYTES).optional(),
  schedule: ScheduleFile.optional(),
  limits: LimitsFile.optional(),
};

const TargetFile = z.strictObject({
  name,
  inspect: written(parseInspect, {
    description: 'The inspector: port, host:port, ws:// URL or pid:N.',
    examples: ['127.0.0.1:9229', 'pid:4711'],
  }),
  ...probing,
});
export type TargetFile = z.infer<typeof TargetFile>;

const DiscoverFile = z
  .strictObject({
    ports: written(parsePorts, {
      description: 'Ports, of this machine or HOST:9230-9239, that are asked for an inspector.',
      examples: ['9230-9239', '10.0.0.7:9229'],
    }).optional(),
    file: text(parseSdPath, {
      description:
        "Files in the format of Prometheus' file_sd, read anew when they change; * in the name of the file only.",
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
    port: z.int().min(1).max(65_535).meta({ description: 'Of `dns`; default 9229.' }).optional(),
    every: duration('How often is looked; default 10s.', MIN_LOOK_MS).optional(),
    forgetAfter: duration(
      'How long a target that is not found any more stays, gone, to be attached to when it is back; default 10m. What a file names no more leaves at once.',
      0,
    ).optional(),
    name: name.meta({ description: 'Put before the address in the name of each: NAME@10.0.0.7:9229.' }).optional(),
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

const count = (description: string) => z.int().min(1).max(1_000_000).meta({ description }).optional();

const StreamFile = z.strictObject({
  maxClients: count('WebSocket clients at a time; one more is closed with 4429.'),
  maxConnectionsPerAddress: count(
    'Connections of one address, clients or not; more are dropped. Raise it behind a proxy.',
  ),
  maxSubscriptions: count('Subscriptions of one client; one more closes it with 4429.'),
  maxRequests: count('Requests of one client in flight; one more closes it with 4429.'),
  maxFramesPerSecond: count('Frames that one client may send in a second; one more closes it with 4429.'),
  maxFrame: size('The largest frame a client may send; a larger one closes it with 1009.', 1_024).optional(),
  highWater: size("Bytes given to a client's socket before partitions coalesce.", 1_024).optional(),
  buffer: size('Bytes that may wait for a slow client; more closes it with 4413.', 1_024).optional(),
  stall: duration('How long nothing may drain to a client before it is closed with 4413.').optional(),
  hello: duration('How long a client has for its first frame before it is closed with 4408.').optional(),
  ping: duration('Between two pings; a client that misses two is dropped.').optional(),
  ringEvents: count('Events kept for clients that resume.'),
  ringSize: size('Bytes of events kept for clients that resume.', 1_024).optional(),
});
export type StreamFile = z.infer<typeof StreamFile>;

const StoreFile = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ description: 'The SQLite file, made where there is none.', examples: ['heapwatch.db'] }),
  full: duration('Every event is kept for so long; default 48h.', 60_000).optional(),
  hourly: duration('Then one sample an hour of each sort is, until this age; default 14d.', 60_000).optional(),
  keep: duration('Then one a day, until this age; default 365d.', 60_000).optional(),
  snapshots: z
    .strictObject({
      dir: z.string().min(1).meta({ description: 'The folder of heap snapshots that operators may download.' }),
      keep: z
        .int()
        .min(1)
        .max(10_000)
        .meta({ description: 'Snapshots of each target; an older one makes room for the next; default 10.' })
        .optional(),
    })
    .optional(),
});
export type StoreFile = z.infer<typeof StoreFile>;

const listen = written<Address>(parseAddress, {
  description: 'Where the stream is served.',
  examples: ['127.0.0.1:7331'],
});

const path = (description: string) => z.string().min(1).meta({ description });

const TokenFile = z
  .strictObject({
    name: name.meta({ description: 'Who bears it, for logs.' }),
    role: Role.meta({ description: 'viewer: looks; operator: also runs probes and downloads snapshots.' }),
    env: path('The environment variable that holds it.').optional(),
    file: path('The file that holds it, and nothing else.').optional(),
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

const AuthFile = z.strictObject({
  tokens: z.array(TokenFile).superRefine(noDoubles).optional(),
  origins: z.array(origin).optional(),
});

const TlsFile = z.strictObject({
  cert: path('PEM file of the certificate and those between it and its authority.'),
  key: path('PEM file of its key.'),
  clientCa: path('PEM file of authorities: clients must then show a certificate of one of them.').optional(),
});

const EvidenceFile = z.strictObject({
  perHour: z
    .int()
    .min(0)
    .max(1_000)
    .meta({
      description: "Probes that one rule's alerts may have run for their evidence within an hour; default 12.",
    })
    .optional(),
  between: duration(
    'The longest between the two snapshots of an alert, so that what was born in between is told; object ids are held meanwhile, which slows collections down. Also how long a target is sampled that is not sampled anyway. 0s: neither; default 30s.',
    0,
  ).optional(),
});

export const ConfigFile = z
  .strictObject({
    listen: listen.optional(),
    auth: AuthFile.meta({ description: 'Without tokens, clients on this machine are operators.' }).optional(),
    tls: TlsFile.optional(),
    insecure: z
      .boolean()
      .meta({ description: 'Listens beyond loopback without TLS; for where something else encrypts.' })
      .optional(),
    targets: z.array(TargetFile).superRefine(noDoubles).optional(),
    discover: z
      .array(DiscoverFile)
      .meta({ description: 'Where targets are found while the collector runs.' })
      .optional(),
    schedule: ScheduleFile.optional(),
    limits: LimitsFile.optional(),
    stream: StreamFile.optional(),
    store: StoreFile.optional(),
    alerts: z.array(RuleFile).superRefine(noDoubles).meta({ description: 'Rules on growth.' }).optional(),
    evidence: EvidenceFile.optional(),
    strings: z
      .boolean()
      .meta({
        description: 'Shows contents of strings, such as keys of maps, in the evidence of alerts; default false.',
      })
      .optional(),
    notify: ReceiversFile.meta({ description: 'Who is told of alerts, by the names that rules use.' }).optional(),
  })
  .superRefine(noUnknownReceivers);
export type ConfigFile = z.infer<typeof ConfigFile>;

function noDoubles(named: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of named.entries()) {
    if (seen.has(name))
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `another one has the name "${name}"` });
    seen.add(name);
  }
}

/** A rule that notifies nobody by a misspelled name would be found out too late. */
function noUnknownReceivers(
  {
    alerts = [],
    notify = [],
  }: { alerts?: readonly Rule[] | undefined; notify?: readonly ReceiverConfig[] | undefined },
  context: z.RefinementCtx,
): void {
  const known = new Set(notify.map(({ name }) => name));
  for (const [rule, { notify: names }] of alerts.entries()) {
    for (const [index, name] of names.entries()) {
      if (known.has(name)) continue;
      const there = known.size === 0 ? 'notify names none' : `notify has ${[...known].join(', ')}`;
      context.addIssue({
        code: 'custom',
        path: ['alerts', rule, 'notify', index],
        message: `there is no receiver "${name}": ${there}`,
      });
    }
  }
}
