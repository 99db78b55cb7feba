/**
 * What a configuration file may say: one schema that gives its type, its check and (`z.toJSONSchema`, `io: 'input'`) what
 * an editor needs. Values come out in the units of the code: milliseconds and bytes.
 */
import { z } from 'zod';
import { type Address, parseAddress } from '../base/address.ts';
import { AuditFile, AuthFile, TlsFile } from './access-file.ts';
import { duration, noDoubles, written } from './config-values.ts';
import { DEFAULT, withDefaultRules } from './default-rules.ts';
import { DiscoverFile } from './discover-file.ts';
import { FleetFile } from './fleet-file.ts';
import { Limits } from './limits-file.ts';
import { OwnersFile, SourceMapsFile } from './names-file.ts';
import { OtlpFile } from './otlp-file.ts';
import { type ReceiverConfig, ReceiversFile } from './receiver-file.ts';
import { ALL_RECEIVERS, type Rule } from './rule.ts';
import { RuleFile } from './rule-file.ts';
import { Schedule } from './schedule-file.ts';
import { StoreFile } from './store-file.ts';
import { StreamFile } from './stream-file.ts';
import { TargetFile } from './target-file.ts';

const listen = written<Address>(parseAddress, {
  description: 'Where the stream is served.',
  examples: ['127.0.0.1:7331'],
});

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
    sourceMaps: SourceMapsFile.meta({
      description:
        'Names and places of bundled programs as people wrote them, in walks, snapshots and sampling. {}: by maps that lie beside the scripts.',
    }).optional(),
    owners: OwnersFile.meta({
      description:
        'Gives alerts the label owner. A CODEOWNERS file, or auto: the one of the repository that a script lies in.',
      examples: ['auto', '/srv/app/.github/CODEOWNERS'],
    }).optional(),
    otlp: OtlpFile.meta({ description: 'Metrics of the targets by OpenTelemetry, beside /metrics.' }).optional(),
    fleet: FleetFile.meta({
      description: 'Several collectors and agents as one, by NATS JetStream. Without it, this collector is by itself.',
    }).optional(),
    notify: ReceiversFile.meta({ description: 'The receivers of alerts, by the names that rules use.' }).prefault({}),
  })
  .superRefine(noUnknownReceivers)
  .superRefine(onlyWebhooksAreTold);
export type ConfigFile = z.infer<typeof ConfigFile>;

/** Only a webhook can take where a snapshot is. */
function onlyWebhooksAreTold(
  { store, notify }: { store?: StoreFile | undefined; notify: readonly ReceiverConfig[] },
  context: z.RefinementCtx,
): void {
  if (!areRead(notify)) return;
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
  if (!areRead(notify)) return;
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

/** False where a receiver has a problem, which is reported by its line: then none of them has been converted. */
function areRead(notify: unknown): notify is readonly ReceiverConfig[] {
  return Array.isArray(notify);
}
