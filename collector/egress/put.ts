/**
 * A server that takes files by PUT: one of the team's own, Azure's by a shared access signature, Google's by a signed address.
 *
 *     https://files.example/heaps         ─> PUT https://files.example/heaps/NAME
 *     https://x.blob.example/c/{name}?…   ─> PUT https://x.blob.example/c/NAME?…
 *
 * A request says how long it is: one that is broken off is none.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { sleep } from '../../agent/base/waiting.ts';
import { Backoff } from '../base/backoff.ts';
import { EgressError, exchange, mayPass } from './exchange.ts';
import type { Place, SendOptions } from './place.ts';

const TRIES = 4;

export interface PutOptions {
  readonly url: string;
  /** Added to the query: a secret. */
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly firstRetryMs?: number;
}

export class PutPlace implements Place {
  readonly name: string;
  readonly #options: PutOptions;

  constructor(options: PutOptions) {
    this.#options = options;
    // an address that is signed in its query is a secret there
    this.name = options.url.split('?', 1)[0]!;
  }

  addressOf(name: string): string {
    return this.#url(name).split('?', 1)[0]!;
  }

  async send(path: string, name: string, options: SendOptions = {}): Promise<void> {
    const backoff = new Backoff({ firstMs: this.#options.firstRetryMs ?? 250 });
    for (let turn = 1; ; turn++) {
      try {
        await this.#once(path, name, options);
        return;
      } catch (error) {
        if (!(error instanceof EgressError)) throw error;
        if (!error.mayPass || turn === TRIES) {
          throw new EgressError(`Cannot send to ${this.addressOf(name)}: ${error.message}`, error.mayPass);
        }
        await sleep(backoff.next(), options.signal);
        options.signal?.throwIfAborted();
      }
    }
  }

  async #once(path: string, name: string, { signal, onBytes }: SendOptions): Promise<void> {
    const { size: bytes } = await stat(path);
    let sent = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _, done) {
        sent += chunk.length;
        onBytes?.(sent);
        done(null, chunk);
      },
    });
    const file = createReadStream(path);
    file.on('error', (error) => counted.destroy(error));
    const headers = { 'Content-Type': 'application/octet-stream', ...this.#options.headers };
    try {
      const body = { stream: file.pipe(counted), bytes };
      const { status } = await exchange({ method: 'PUT', url: this.#url(name), headers, body, signal });
      if (status >= 300) throw new EgressError(`it answered ${status}`, mayPass(status));
    } finally {
      file.destroy();
    }
  }

  /** Nobody can ask such a server what it has. */
  list(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  remove(name: string): Promise<void> {
    return Promise.reject(
      new EgressError(`Cannot remove ${this.addressOf(name)}: such a server keeps what it has`, false),
    );
  }

  clear(): Promise<void> {
    return Promise.resolve();
  }

  #url(name: string): string {
    const { url, query } = this.#options;
    const [path = '', ...rest] = url.split('?');
    const named = path.includes('{name}')
      ? path.replace('{name}', encodeURIComponent(name))
      : `${path.replace(/\/$/, '')}/${encodeURIComponent(name)}`;
    const all = [...rest, ...(query === undefined ? [] : [query.replace(/^\?/, '')])].filter((part) => part !== '');
    return all.length === 0 ? named : `${named}?${all.join('&')}`;
  }
}
