/**
 * Tells webhooks that a snapshot is where it was to be sent: a message of its own, signed as an alert's is.
 *
 *     { "type": "snapshot", "name", "address", "target", "isolate", "takenAt", "sentAt", "sizeBytes" }
 */
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import type { SnapshotFile } from '../../protocol/snapshots.ts';
import type { ReceiverConfig } from '../config/receiver-file.ts';
import type { Environment } from '../config/secret.ts';
import { readCredentials } from './credentials.ts';
import { post } from './post.ts';
import { signature } from './webhook.ts';

/** A message that does not arrive is no loss: the log has it, and the snapshot is there. */
const TRIES = 3;
const RETRY_MS = 2_000;

type WebhookConfig = Extract<ReceiverConfig, { type: 'webhook' }>;

export interface SnapshotTellerOptions {
  readonly receivers: readonly ReceiverConfig[];
  /** Of those that get a message. */
  readonly names: readonly string[];
  readonly logger: Logger;
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type SentSnapshot = SnapshotFile & { readonly address: string; readonly sentAt: string };

/** What tells them; never rejects. */
export function snapshotTeller({
  receivers,
  names,
  logger,
  env,
  now,
}: SnapshotTellerOptions): (sent: SentSnapshot) => Promise<void> {
  const told = receivers.filter((each): each is WebhookConfig => each.type === 'webhook' && names.includes(each.name));
  return async (sent) => {
    await Promise.all(
      told.map(async (receiver) => {
        const reason = await tell(receiver, sent, env, now);
        if (reason !== undefined)
          logger.warn({ receiver: receiver.name, file: sent.name, reason }, 'snapshot not told');
      }),
    );
  };
}

/** Gives why it could not be sent; undefined where it was. */
async function tell(
  receiver: WebhookConfig,
  { name, ...rest }: SentSnapshot,
  env: Environment,
  now: () => number,
): Promise<string | undefined> {
  const { secret, authorization, ca } = readCredentials(receiver, env);
  const body = JSON.stringify({ type: 'snapshot', receiver: receiver.name, name, ...rest });
  let reason = '';
  for (let turn = 1; turn <= TRIES; turn++) {
    const timestamp = String(Math.floor(now() / 1_000));
    const headers = {
      'Heapwatch-Timestamp': timestamp,
      'Idempotency-Key': `snapshot/${name}`,
      ...(authorization !== undefined && { Authorization: authorization }),
      ...(secret !== undefined && { 'Heapwatch-Signature': `v1=${signature(secret, timestamp, body)}` }),
    };
    const { signal } = new AbortController();
    const outcome = await post({
      url: receiver.url,
      body,
      headers,
      timeoutMs: receiver.timeoutMs,
      signal,
      ...(ca !== undefined && { ca }),
    });
    if (outcome.type === 'accepted') return undefined;
    reason = outcome.reason;
    if (outcome.type === 'refused') break;
    await sleep(RETRY_MS);
  }
  return reason;
}
