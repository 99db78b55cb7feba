/** Who may reach the collector, by what, and the trail of what they did, as a configuration file says it. */
import { z } from 'zod';
import { limits } from '../../protocol/limits.ts';
import { Probe } from '../../protocol/partition.ts';
import { Role } from '../../protocol/role.ts';
import { isLoopback } from '../base/address.ts';
import { duration, noDoubles, oneOrMore, text } from './config-values.ts';
import { Secret } from './receiver-file.ts';
import { parseSyslog } from './syslog-address.ts';
import { name } from './target-file.ts';

const path = (description: string) => z.string().min(1).meta({ description });

const instant = (description: string) => text(parseInstant, { description, examples: ['2027-01-31T00:00:00Z'] });

/** Milliseconds since 1970. @throws SyntaxError */
function parseInstant(value: string): number {
  const atMs = Date.parse(value);
  if (!Number.isNaN(atMs) && /^\d{4}-\d\d-\d\d/.test(value)) return atMs;
  throw new SyntaxError(`expected an instant such as 2027-01-31T00:00:00Z, got "${value}"`);
}

const scope = {
  targets: oneOrMore(z.string().min(1).max(limits.maxGlobLength))
    .meta({ description: 'Globs of the targets that are seen and acted on; all else is hidden. Default: all.' })
    .optional(),
  probes: oneOrMore(Probe)
    .meta({ description: 'Probes that may be run by hand. Without snapshot no file of one is read. Default: all.' })
    .optional(),
};

const ScopeFile = z.strictObject(scope);
export type ScopeFile = z.infer<typeof ScopeFile>;

const TokenFile = z
  .strictObject({
    name: name.meta({ description: 'The name of its bearer, for logs.' }),
    role: Role.meta({ description: 'viewer: looks; operator: also runs probes and downloads snapshots.' }),
    env: path('The environment variable that holds it.').optional(),
    file: path('The file that holds it, and nothing else.').optional(),
    ...scope,
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
  login: z
    .strictObject({
      clientId: z.string().min(1).meta({ description: 'What the provider calls the dashboard.' }),
      clientSecret: Secret.meta({ description: 'Where its secret is, where the provider has given one.' }).optional(),
      scope: z.string().min(1).meta({ description: 'What is asked of the provider, with openid.' }).default('openid'),
      resource: z
        .string()
        .min(1)
        .meta({ description: 'What the token is to be for, where the provider has to be told (RFC 8707).' })
        .optional(),
    })
    .meta({ description: "The dashboard leads to the provider's page to sign in. Absent: it asks for a token." })
    .optional(),
  scopes: z
    .record(z.string().min(1), ScopeFile)
    .meta({
      description:
        'Targets and probes by a value of the claim; then nobody is let in without one. Default: all for all.',
      examples: [{ 'team-api': { targets: ['api*'], probes: ['usage', 'types'] }, sre: {} }],
    })
    .optional(),
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

export const AuthFile = z.strictObject({
  tokens: z.array(TokenFile).superRefine(noDoubles).default([]),
  origins: z.array(origin).default([]),
  oidc: OidcFile.meta({
    description: 'A provider of OpenID Connect whose tokens are believed beside the others.',
  }).optional(),
});

export const TlsFile = z.strictObject({
  cert: path('PEM file of the certificate and those between it and its authority.'),
  key: path('PEM file of its key.'),
  clientCa: path('PEM file of authorities: clients must then show a certificate of one of them.').optional(),
});

/** @throws SyntaxError */
function checkSyslog(value: string): string {
  parseSyslog(value);
  return value;
}

export const AuditFile = z.strictObject({
  dir: path('The folder of the audit trail. Default: beside the store, its path with .audit behind it.').optional(),
  keep: duration('The age at which entries are removed, a day at a time.', 86_400_000).prefault('365d'),
  key: Secret.optional().meta({
    description: 'Where a key is that the hashes are made with: who does not have it cannot write the trail anew.',
  }),
  syslog: text(checkSyslog, {
    description: 'Where a copy of each entry is sent as JSON, by RFC 5424.',
    examples: ['tcp://127.0.0.1:601', 'udp://127.0.0.1:514', 'tls://logs.example:6514'],
  }).optional(),
});
export type AuditFile = z.infer<typeof AuditFile>;
