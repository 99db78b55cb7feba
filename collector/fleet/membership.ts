/** What a member of a fleet has beside the stream: its session, and what it has claimed. */
import { hostname } from 'node:os';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { version } from '../base/version.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import { openBucket } from './bucket.ts';
import { Claims } from './claims.ts';
import type { About } from './members.ts';
import { Session } from './session.ts';
import { bucketOf, token } from './subjects.ts';

export interface Membership extends AsyncDisposable {
  /** Those that live. */
  readonly sessions: KV;
  /** All that ever were, by their names. */
  readonly known: KV;
  readonly session: Session;
  readonly claims: Claims;
}

/** How often in the time of a lease it is looked whether something is free. */
const LOOKS = 8;

/** @throws Error of one line */
export async function becomeMember(
  connection: NatsConnection,
  config: Pick<FleetFile, 'stream' | 'replicas' | 'lease'>,
  { name, kind }: Pick<About, 'name' | 'kind'>,
  logger: Logger,
): Promise<Membership> {
  const { stream, replicas, lease: ttlMs } = config;
  const sessions = await openBucket(connection, bucketOf(stream, 'sessions'), { replicas, ttlMs });
  // whoever made it has said how long a lease is, for all
  const { ttl: leaseMs } = await sessions.status();
  const claimed = await openBucket(connection, bucketOf(stream, 'claims'), { replicas });
  const known = await openBucket(connection, bucketOf(stream, 'agents'), { replicas });
  const since = new Date().toISOString();
  const about: About = { name, kind, host: hostname(), pid: process.pid, version, since };
  await known.put(token(name), JSON.stringify(about));
  const session = new Session({ bucket: sessions, about, leaseMs, logger });
  return {
    ...{ sessions, known },
    session,
    claims: new Claims(claimed, session, leaseMs / LOOKS),
    [Symbol.asyncDispose]: () => session.close(),
  };
}
