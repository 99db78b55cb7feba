/** The store, kept snapshots and where they are sent, as a configuration file says it. */
import { z } from 'zod';
import { duration, size, text } from './config-values.ts';
import { parseDestination } from './destination.ts';
import { Secret } from './receiver-file.ts';

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
