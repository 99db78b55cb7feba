/** Where targets are found, as a configuration file says it. */
import { z } from 'zod';
import { duration, text, written } from './config-values.ts';
import { parsePorts } from './ports.ts';
import { parseSdPath } from './sd-path.ts';
import { name, probing } from './target-file.ts';

/** The shortest interval of `discover`. */
const MIN_LOOK_MS = 100;
/** Of `dns` without a port. */
export const DNS_PORT = 9229;
/** The keys of which an entry of `discover` has one. */
const DISCOVER_SOURCES = ['ports', 'file', 'processes', 'dns'] as const;

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
