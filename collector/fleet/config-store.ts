/** Where the configuration of a fleet's agents is, and what each of them says that it runs. */
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { type BucketSettings, isOutrun, openBucket } from './bucket.ts';
import { Acknowledgement, ConfigDocument } from './config-document.ts';
import { valuesIn } from './members.ts';
import { bucketOf, token } from './subjects.ts';

/** A document, and its version: rises with each that is put. */
export interface Versioned {
  readonly document: ConfigDocument;
  readonly version: number;
}

const KEY = 'document';
/** Versions that are kept. */
const HISTORY = 32;

export class ConfigStore {
  readonly #documents: KV;
  readonly #acks: KV;

  /** @throws Error of one line */
  static async open(connection: NatsConnection, stream: string, { replicas }: BucketSettings): Promise<ConfigStore> {
    const documents = await openBucket(connection, bucketOf(stream, 'config'), { replicas, history: HISTORY });
    return new ConfigStore(documents, await openBucket(connection, bucketOf(stream, 'acks'), { replicas }));
  }

  private constructor(documents: KV, acks: KV) {
    this.#documents = documents;
    this.#acks = acks;
  }

  /** The newest; undefined where there is none. @throws Error where NATS does not answer, or what is there is no document */
  async newest(): Promise<Versioned | undefined> {
    const entry = await this.#documents.get(KEY);
    if (entry === null || entry.operation !== 'PUT') return undefined;
    return { document: ConfigDocument.parse(entry.json()), version: entry.revision };
  }

  /** Puts one in place of the one that was looked at. Undefined: somebody else has put one in the meantime. */
  async put(document: ConfigDocument, over: Versioned | undefined): Promise<number | undefined> {
    const value = JSON.stringify(document);
    try {
      return over ? await this.#documents.update(KEY, value, over.version) : await this.#documents.create(KEY, value);
    } catch (error) {
      if (await isOutrun(error)) return undefined;
      throw error;
    }
  }

  async acknowledge(acknowledgement: Acknowledgement): Promise<void> {
    await this.#acks.put(token(acknowledgement.agent), JSON.stringify(acknowledgement));
  }

  async acknowledgements(): Promise<Acknowledgement[]> {
    const values = await valuesIn(this.#acks);
    return values.flatMap(({ json }) => Acknowledgement.safeParse(json).data ?? []);
  }
}
