/** Where a fleet meets, and what it keeps there, as a configuration file says it. */
import { z } from 'zod';
import { duration, oneOrMore, size, text } from './config-values.ts';
import { Secret } from './receiver-file.ts';
import { name } from './target-file.ts';

const file = (description: string) => z.string().min(1).meta({ description });

/** @throws SyntaxError for what is no address of a NATS server, or holds a password */
function parseServer(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (
    url &&
    /^(?:nats|tls|ws|wss):$/.test(url.protocol) &&
    url.hostname !== '' &&
    `${url.username}${url.password}` === ''
  )
    return value;
  throw new SyntaxError('expected an address without a password, such as nats://127.0.0.1:4222');
}

/** @throws SyntaxError for what would be no token of a subject */
function parseStream(value: string): string {
  if (/^[A-Za-z0-9_-]{1,32}$/.test(value)) return value;
  throw new SyntaxError(`expected letters, digits, _ and -, at most 32, got "${value}"`);
}

const NatsFile = z
  .strictObject({
    servers: oneOrMore(
      text(parseServer, { description: 'A NATS server with JetStream.', examples: ['nats://127.0.0.1:4222'] }),
    ).meta({ description: 'Servers of one NATS system; the others of it are found by the first that answers.' }),
    token: Secret.meta({ description: 'Where the token is that the server asks for.' }).optional(),
    user: z.string().min(1).meta({ description: 'The user that the server asks for.' }).optional(),
    password: Secret.meta({ description: 'Where the password of user is.' }).optional(),
    nkey: Secret.meta({ description: 'Where the seed of an nkey is.' }).optional(),
    creds: Secret.meta({ description: 'Where the credentials of an account are, as nsc writes them.' }).optional(),
    tls: z
      .strictObject({
        ca: file(
          'Certificates (PEM) that that of the server may be signed by. Default: those that Node.js knows.',
        ).optional(),
        cert: file('The own certificate (PEM), where the server asks for one.').optional(),
        key: file('Its key (PEM).').optional(),
      })
      .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
        message: 'expected both cert and key',
      })
      .meta({ description: 'Refuses servers without TLS. {}: by the authorities that Node.js knows.' })
      .optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    message: 'expected both user and password',
  })
  .refine(
    ({ token, user, nkey, creds }) => [token, user, nkey, creds].filter((each) => each !== undefined).length <= 1,
    {
      message: 'expected one of token, user, nkey and creds',
    },
  );

export const FleetFile = z.strictObject({
  nats: NatsFile.meta({ description: 'How NATS is reached.' }),
  name: name
    .meta({
      description:
        "The collector's or agent's own name, of which there is one in the fleet. Default: that of the machine.",
    })
    .optional(),
  labels: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .meta({ description: "The agent's own, by which a configuration from the middle may be for some agents only." })
    .default({}),
  stream: text(parseStream, {
    description: 'The name of the stream; subjects and buckets begin with it.',
    examples: ['heapwatch'],
  }).prefault('heapwatch'),
  replicas: z
    .int()
    .min(1)
    .max(5)
    .meta({ description: 'Servers that hold each event. Read when the stream is made.' })
    .default(1),
  retention: z
    .strictObject({
      age: duration('How long events stay in the stream.', 60_000).prefault('7d'),
      size: size('How large the stream may get; the oldest events leave it then.', 2 ** 20).prefault('10GB'),
    })
    .meta({ description: 'How much a collector that was away can catch up with. Read when the stream is made.' })
    .prefault({}),
  backfill: duration('How far back a collector that is new to the stream reads it.', 0).prefault('1h'),
  lease: duration(
    'How long a holder that is not heard of any more keeps its targets, or the judging of rules; another takes over then.',
    2_000,
  ).prefault('10s'),
  buffer: size(
    'What waits in memory while NATS is away; the oldest is dropped beyond it, which is said.',
    2 ** 16,
  ).prefault('64MB'),
});
export type FleetFile = z.infer<typeof FleetFile>;
