/** Where targets are found, as a configuration file says it. */
import { z } from 'zod';
import { isLoopback } from '../base/address.ts';
import { duration, text, written } from './config-values.ts';
import { parsePorts } from './ports.ts';
import { parseSdPath } from './sd-path.ts';
import { name, probing } from './target-file.ts';

/** The shortest interval of `discover`. */
const MIN_LOOK_MS = 100;
/** Of `dns` and `kubernetes` without a port. */
export const DNS_PORT = 9229;
/** The keys of which an entry of `discover` has one. */
const DISCOVER_SOURCES = ['ports', 'file', 'processes', 'dns', 'kubernetes'] as const;

/** Where Kubernetes puts what a container needs to ask its API. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const KubernetesFile = z.strictObject({
  namespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: 'expected the name of a namespace such as shop' })
    .meta({ description: 'The namespace of the pods.', examples: ['shop'] }),
  selector: z
    .string()
    .max(1_000)
    .meta({ description: 'A label selector, as kubectl -l takes it.', examples: ['app=api,tier!=test'] })
    .default(''),
  api: text(parseApi, {
    description: 'The API. Default: https://kubernetes.default.svc, which every pod knows.',
    examples: ['https://10.96.0.1:443'],
  }).prefault('https://kubernetes.default.svc'),
  tokenFile: z
    .string()
    .min(1)
    .meta({ description: 'The file with the token of a service account that may list pods. It is read at each look.' })
    .default(`${SERVICE_ACCOUNT}/token`),
  caFile: z
    .string()
    .min(1)
    .meta({ description: "The PEM file of the API's authority." })
    .default(`${SERVICE_ACCOUNT}/ca.crt`),
});

/** @throws SyntaxError for an address by which a token would go unencrypted beyond this machine */
function parseApi(value: string): string {
  if (URL.canParse(value)) {
    const { protocol, hostname, username } = new URL(value);
    const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
    if (isSafe && username === '') return value;
  }
  throw new SyntaxError(`expected an address such as https://10.96.0.1:443, got "${value}"`);
}

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
    kubernetes: KubernetesFile.meta({
      description: 'Running pods of a namespace, at `port` or their annotation heapwatch/port.',
    }).optional(),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .meta({ description: 'The port of `dns` and `kubernetes`.', default: DNS_PORT })
      .optional(),
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
    if (entry.port !== undefined && entry.dns === undefined && entry.kubernetes === undefined)
      context.addIssue({ code: 'custom', path: ['port'], message: 'belongs to dns and kubernetes' });
  });
export type DiscoverFile = z.infer<typeof DiscoverFile>;
