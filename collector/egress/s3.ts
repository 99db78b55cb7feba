/**
 * A bucket of S3, or of a server that speaks the same: requests signed by Signature Version 4, a file in parts.
 *
 *     up to one part      PUT
 *     more                POST ?uploads ─> PUT ?partNumber=1… each tried again by itself ─> POST ?uploadId: there, as a whole
 *                                       └─> DELETE ?uploadId where it is given up
 *
 * One part is in memory at a time. What a killed process has begun is no object; who sends that file again ends it, else `clear`.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { AwsV4Signer } from 'aws4fetch';
import { sleep } from '../../agent/base/waiting.ts';
import { Backoff } from '../base/backoff.ts';
import { EgressError, exchange, mayPass, type ServerAnswer } from './exchange.ts';
import type { Place, PlacedFile, SendOptions } from './place.ts';
import { textOf, textsOf } from './xml.ts';

/** S3 takes 10,000 parts of 5 MiB or more. */
const PART_BYTES = 8 * 2 ** 20;
const MAX_PARTS = 10_000;
/** How often a request is made that may pass at another time. */
const TRIES = 6;
/** Files that are read of a bucket: of a prefix of our own there are some hundred. */
const MAX_LISTED = 100_000;
/** Uploads that were begun so long ago have no sender. */
const ABANDONED_MS = 24 * 3_600_000;

export interface S3Options {
  readonly bucket: string;
  /** Without a slash at its end; '' for none. */
  readonly prefix: string;
  readonly region: string;
  /** Of another server than Amazon's: the bucket is in the path then. */
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Before the second try; default 250 ms, which doubles. */
  readonly firstRetryMs?: number;
}

interface Upload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAtMs: number;
}

type Asked = { method: string; key?: string; query?: Record<string, string>; signal?: AbortSignal | undefined } & {
  body?: Uint8Array | undefined;
};

export class S3Place implements Place {
  readonly name: string;
  readonly #options: S3Options;
  readonly #base: string;

  constructor(options: S3Options) {
    const { bucket, prefix, region, endpoint } = options;
    this.#options = options;
    this.name = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.#base =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com/`
        : `${endpoint.replace(/\/$/, '')}/${bucket}/`;
  }

  addressOf(name: string): string {
    return `${this.name}/${name}`;
  }

  async send(path: string, name: string, { signal, onBytes }: SendOptions = {}): Promise<void> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const partBytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
      const buffer = Buffer.allocUnsafeSlow(Math.min(partBytes, Math.max(size, 1)));
      const read = async (at: number) => {
        const { bytesRead } = await readWhole(file, buffer.subarray(0, Math.min(buffer.length, size - at)), at);
        return buffer.subarray(0, bytesRead);
      };
      if (size <= partBytes) {
        await this.#asked('send', { method: 'PUT', key: name, body: await read(0), signal });
        onBytes?.(size);
      } else {
        await this.#sendParts(name, { size, read, signal, onBytes });
      }
    } finally {
      await file.close();
    }
  }

  async #sendParts(
    key: string,
    { size, read, signal, onBytes }: SendOptions & { size: number; read: (at: number) => Promise<Buffer> },
  ): Promise<void> {
    // a file has one sender: what was begun before is of one that was killed
    for (const upload of await this.#uploads(this.#key(key), signal))
      if (upload.key === this.#key(key)) await this.#abort(key, upload.uploadId);
    const begun = await this.#asked('send', { method: 'POST', key, query: { uploads: '' }, signal });
    const uploadId = textOf(begun.text, 'UploadId');
    if (!uploadId) throw this.#fault('send', 'it gave no UploadId');
    try {
      const tags: string[] = [];
      for (let at = 0; at < size; ) {
        const body = await read(at);
        if (body.length === 0) throw this.#fault('send', 'the file has become shorter meanwhile');
        const query = { partNumber: String(tags.length + 1), uploadId };
        const { headers } = await this.#asked('send', { method: 'PUT', key, query, body, signal });
        tags.push(String(headers.etag ?? ''));
        at += body.length;
        onBytes?.(at);
      }
      await this.#complete(key, uploadId, tags, signal);
    } catch (error) {
      await this.#abort(key, uploadId);
      throw error;
    }
  }

  async #complete(
    key: string,
    uploadId: string,
    tags: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`).join('');
    const body = Buffer.from(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`);
    const { text } = await this.#asked('send', { method: 'POST', key, query: { uploadId }, body, signal });
    // S3 begins to answer 200 before it knows
    if (/<Error>/.test(text)) throw this.#fault('send', textOf(text, 'Code') ?? 'it was not put together');
  }

  async #abort(key: string, uploadId: string): Promise<void> {
    try {
      await this.#asked('give up', { method: 'DELETE', key, query: { uploadId } }, 1);
    } catch {
      // what is left of it is no object, and `clear` ends it
    }
  }

  async list(signal?: AbortSignal): Promise<PlacedFile[]> {
    const files: PlacedFile[] = [];
    for (let token: string | undefined; ; ) {
      const query = {
        'list-type': '2',
        prefix: this.#key(''),
        ...(token !== undefined && { 'continuation-token': token }),
      };
      const { text } = await this.#asked('list', { method: 'GET', query, signal });
      const contents = textsOf(text, 'Contents');
      for (const each of contents) {
        const key = textOf(each, 'Key') ?? '';
        const sizeBytes = Number(textOf(each, 'Size') ?? 0);
        files.push({ name: key.slice(this.#key('').length), sizeBytes, placedAt: textOf(each, 'LastModified') ?? '' });
      }
      token = textOf(text, 'IsTruncated') === 'true' ? textOf(text, 'NextContinuationToken') : undefined;
      if (token === undefined) return files;
      if (files.length >= MAX_LISTED) throw this.#fault('list', `it has more than ${MAX_LISTED} files there`);
      if (contents.length === 0) throw this.#fault('list', 'it says that there is more, and gives nothing');
    }
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    await this.#asked('remove', { method: 'DELETE', key: name, signal });
  }

  async clear(signal?: AbortSignal): Promise<void> {
    for (const { key, uploadId, begunAtMs } of await this.#uploads(this.#key(''), signal))
      if (Date.now() - begunAtMs >= ABANDONED_MS) await this.#abort(key.slice(this.#key('').length), uploadId);
  }

  /** Those that were begun and have no end, of keys that begin so. A server that does not tell has its own way of ending them. */
  async #uploads(prefix: string, signal: AbortSignal | undefined): Promise<Upload[]> {
    let text: string;
    try {
      ({ text } = await this.#asked('clear', { method: 'GET', query: { uploads: '', prefix }, signal }));
    } catch (error) {
      if (error instanceof EgressError && !error.mayPass) return [];
      throw error;
    }
    return textsOf(text, 'Upload')
      .map((upload) => {
        const [key = '', uploadId = '', begun = ''] = ['Key', 'UploadId', 'Initiated'].map((tag) =>
          textOf(upload, tag),
        );
        return { key, uploadId, begunAtMs: Date.parse(begun) };
      })
      .filter(({ key, uploadId }) => key.startsWith(prefix) && uploadId !== '');
  }

  async link(name: string, seconds: number): Promise<string> {
    const url = new URL(this.#url(name));
    url.searchParams.set('X-Amz-Expires', String(seconds));
    const signed = await new AwsV4Signer({
      ...this.#credentials(),
      url: url.href,
      method: 'GET',
      signQuery: true,
    }).sign();
    return signed.url.href;
  }

  #key(name: string): string {
    const { prefix } = this.#options;
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  #url(name: string | undefined): string {
    const key = name === undefined ? '' : this.#key(name);
    return `${this.#base}${key.split('/').map(encodeURIComponent).join('/')}`;
  }

  #credentials() {
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.#options;
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }), region, service: 's3' };
  }

  /** What a request is answered, tried again where that may help. @throws EgressError; the reason of the signal */
  async #asked(what: string, asked: Asked, tries = TRIES): Promise<ServerAnswer> {
    const backoff = new Backoff({ firstMs: this.#options.firstRetryMs ?? 250 });
    for (let turn = 1; ; turn++) {
      try {
        return await this.#once(what, asked);
      } catch (error) {
        if (!(error instanceof EgressError) || !error.mayPass || turn >= tries) throw error;
        await sleep(backoff.next(), asked.signal);
        asked.signal?.throwIfAborted();
      }
    }
  }

  async #once(what: string, { method, key, query = {}, body, signal }: Asked): Promise<ServerAnswer> {
    const url = new URL(this.#url(key));
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = {
      'X-Amz-Content-Sha256': createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
    };
    const signed = await new AwsV4Signer({ ...this.#credentials(), url: url.href, method, headers }).sign();
    let answer: ServerAnswer;
    try {
      const sent = { method, url: signed.url.href, headers: Object.fromEntries(signed.headers), signal };
      answer = await exchange({ ...sent, ...(body && { body }) });
    } catch (error) {
      throw error instanceof EgressError ? this.#fault(what, error.message, error.mayPass) : error;
    }
    if (answer.status < 300) return answer;
    const code = textOf(answer.text, 'Code');
    throw this.#fault(
      what,
      `it answered ${answer.status}${code === undefined ? '' : ` (${code})`}${leadsTo(answer)}`,
      mayPass(answer.status),
    );
  }

  #fault(what: string, reason: string, passes = false): EgressError {
    return new EgressError(`Cannot ${what} ${what === 'send' ? 'to' : 'in'} ${this.name}: ${reason}`, passes);
  }
}

/** Where a redirection leads, which is not followed: what is signed is for one server. */
function leadsTo({ status, headers: { location } }: ServerAnswer): string {
  if (status >= 400 || typeof location !== 'string' || !URL.canParse(location)) return '';
  return `, which leads to ${new URL(location).origin}: set endpoint or region so that it is asked at once`;
}

async function readWhole(
  file: Awaited<ReturnType<typeof open>>,
  into: Buffer,
  position: number,
): Promise<{ bytesRead: number }> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return { bytesRead: done };
}
