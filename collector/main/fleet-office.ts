/** A fleet as a command sees it, which is no member: who is there, what they watch, what they are to run; and the changing of that. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { TargetState } from '../../protocol/events.ts';
import { readAgentConfig } from '../config/agent-config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import type { Environment } from '../config/secret.ts';
import { openBucket } from '../fleet/bucket.ts';
import { holderIn } from '../fleet/claims.ts';
import { type Acknowledgement, hashOf, MAX_CONFIG_LENGTH, type Rollout } from '../fleet/config-document.ts';
import { ConfigStore, type Versioned } from '../fleet/config-store.ts';
import { connectNats } from '../fleet/connection.ts';
import { type About, membersIn } from '../fleet/members.ts';
import { type Said, unpack } from '../fleet/message.ts';
import { messagesOf } from '../fleet/state.ts';
import { type EventStream, openStream } from '../fleet/stream.ts';
import { anyTopicSubject, bucketOf } from '../fleet/subjects.ts';

/** A member, and whether it lives. */
export interface Member extends About {
  readonly isThere: boolean;
  /** Of an agent: what it says of the configuration that it was to run. */
  readonly configuration?: Acknowledgement;
}

export interface FleetStatus {
  /** That lives or was there, by kind and name. */
  readonly members: readonly Member[];
  /** The collector that judges and tells. */
  readonly judge?: string;
  /** As they were said last. */
  readonly targets: readonly TargetState[];
}

export class FleetOffice implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #config: FleetFile;
  readonly #stream: EventStream;
  readonly #store: ConfigStore;

  /** @throws ConfigError; Error of one line */
  static async open(config: FleetFile, logger: Logger, env: Environment): Promise<FleetOffice> {
    const connection = await connectNats(config.nats, { name: 'heapwatch fleet', env, logger });
    try {
      const stream = await openStream(connection, config);
      return new FleetOffice(config, connection, stream, await ConfigStore.open(connection, config.stream, config));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private constructor(config: FleetFile, connection: NatsConnection, stream: EventStream, store: ConfigStore) {
    this.#config = config;
    this.#connection = connection;
    this.#stream = stream;
    this.#store = store;
  }

  /** @throws Error where NATS does not answer */
  async status(): Promise<FleetStatus> {
    const { stream, replicas, lease: ttlMs } = this.#config;
    const bucket = (what: 'sessions' | 'claims' | 'agents', ttl?: number) =>
      openBucket(this.#connection, bucketOf(stream, what), { replicas, ...(ttl !== undefined && { ttlMs: ttl }) });
    const sessions = await bucket('sessions', ttlMs);
    const [live, ever, acks] = await Promise.all([
      membersIn(sessions),
      membersIn(await bucket('agents')),
      this.#store.acknowledgements(),
    ]);
    const judge = await holderIn(await bucket('claims'), sessions, 'judge');
    const there = new Set(live.map(({ name }) => name));
    const members = ever.map((about): Member => {
      const configuration = acks.find(({ agent }) => agent === about.name);
      return { ...about, isThere: there.has(about.name), ...(configuration && { configuration }) };
    });
    members.sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
    return { members, ...(judge !== undefined && { judge }), targets: await this.#targets() };
  }

  newest(): Promise<Versioned | undefined> {
    return this.#store.newest();
  }

  /**
   * Has the agents of a rollout run this; gives its version. One that is the newest already is only rolled out further.
   * @throws ConfigError by line, before anything leaves; Error where somebody else has put one in the meantime
   */
  async put(file: { readonly name: string; readonly text: string }, rollout: Rollout): Promise<number> {
    if (file.text.length > MAX_CONFIG_LENGTH) {
      throw new ConfigError([{ where: file.name, message: `expected at most ${MAX_CONFIG_LENGTH} characters` }]);
    }
    readAgentConfig(file);
    const newest = await this.#store.newest();
    const hash = hashOf(file.text);
    const before = newest && (newest.document.hash === hash ? newest.document.before : whole(newest));
    const at = new Date().toISOString();
    return this.#placed(
      await this.#store.put({ text: file.text, hash, rollout, ...(before && { before }), at }, newest),
    );
  }

  /** Has all agents run what they ran before; gives its version. @throws Error where there is nothing before */
  async rollBack(): Promise<number> {
    const newest = await this.#store.newest();
    const before = newest?.document.before;
    if (!newest || !before) throw new Error('Cannot roll back: there is no configuration before this one');
    const at = new Date().toISOString();
    const rollout = { percent: 100, labels: {} };
    return this.#placed(await this.#store.put({ ...before, rollout, at }, newest));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #placed(version: number | undefined): number {
    if (version !== undefined) return version;
    throw new Error('Cannot put the configuration: somebody else has put one in the meantime, look at it first');
  }

  /** In the order of what was said: a target that was let go for good is none any more. */
  async #targets(): Promise<TargetState[]> {
    // servers before 2.10 take one filter
    const said = [...(await this.#said('target')), ...(await this.#said('retire'))].sort((a, b) => a.seq - b.seq);
    const found = new Map<string, TargetState>();
    for (const { what } of said) {
      if (what.act === 'retire') found.delete(what.target);
      if (what.act !== 'event' || what.event.type !== 'target') continue;
      const { type: _, ...state } = what.event;
      found.set(state.target, state);
    }
    return [...found.values()].sort((a, b) => a.target.localeCompare(b.target));
  }

  async #said(topic: string): Promise<{ readonly seq: number; readonly what: Said }[]> {
    const { DeliverPolicy } = await import('@nats-io/jetstream');
    const filter_subjects = anyTopicSubject(this.#stream.name, topic);
    const found: { seq: number; what: Said }[] = [];
    const newest = { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects };
    for await (const { headers, data, seq } of messagesOf(this.#stream, newest)) {
      found.push({ seq, what: unpack((name) => headers?.get(name) ?? '', data, seq) });
    }
    return found;
  }
}

function whole({ document: { text, hash } }: Versioned): { readonly text: string; readonly hash: string } {
  return { text, hash };
}
