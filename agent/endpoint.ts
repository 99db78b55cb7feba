/**
 * From `host:port` to the WebSocket address of the inspector behind it, by way of its `/json/list`; and what it tells without
 * a session.
 *
 * An inspector answers only to a Host header that is an IP address or `localhost`, so a name is looked up here and the
 * address is what is spoken to, in the list's request and in the WebSocket's alike.
 */
import { lookup } from 'node:dns/promises';
import { get } from 'node:http';
import { z } from 'zod';
import { AttachError } from './errors.ts';
import { refusalOf } from './refusal.ts';
import { addressText } from './target.ts';

const LIST = '/json/list';
/** Bytes of the largest answer that is read; Node's are about 400. */
const MAX_ANSWER_BYTES = 2 ** 20;

const Listed = z.looseObject({ webSocketDebuggerUrl: z.string().optional(), title: z.string().optional() });
const List = z.array(Listed);

/** `node.js/v20.20.2` */
const Version = z.looseObject({ Browser: z.string().regex(/^node\.js\/v\d+\.\d+\.\d+/) });

export interface FindOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

/** An inspector, as it tells of itself to who only asks. */
export interface Endpoint {
  /** Its WebSocket address. */
  readonly url: string;
  /** The program's script, or the process's title. */
  readonly title?: string;
}

/** The WebSocket address of the inspector at `host:port`. @throws AttachError */
export async function inspectorUrl(host: string, port: number, options: FindOptions): Promise<string> {
  return (await endpointAt(host, port, options)).url;
}

/** The inspector at `host:port`. @throws AttachError */
export async function endpointAt(host: string, port: number, options: FindOptions): Promise<Endpoint> {
  const where = addressText(host, port);
  const cannot = (why: string, cause?: unknown) => new AttachError(`Cannot attach to ${where}: ${why}`, { cause });
  const { address, body } = await list(host, port, options).catch((cause) => {
    options.signal?.throwIfAborted();
    throw cannot(cause instanceof HttpAnswerError ? cause.message : refusalOf(cause, options.timeoutMs), cause);
  });
  const targets = targetsOf(body);
  if (!targets) throw cannot('its /json/list is not a list of inspectable targets, this is no Node.js inspector');
  const found = targets.find((target) => target.webSocketDebuggerUrl);
  if (!found) {
    throw cannot(
      'its /json/list has no inspectable target, another debugger may hold it; close that or restart with --inspect',
    );
  }
  const url = urlAt(addressText(address, port), found.webSocketDebuggerUrl as string, cannot);
  return { url, ...(found.title !== undefined && { title: found.title }) };
}

/** Node's version (`v20.20.2`) behind an inspector's WebSocket address, without a session. @throws AttachError */
export async function nodeVersionAt(url: string, options: FindOptions): Promise<string> {
  const { host, hostname, port } = new URL(url);
  const cannot = (why: string, cause: unknown) => new AttachError(`Cannot ask ${host}: ${why}`, { cause });
  try {
    const body = await ask(hostname.replace(/^\[|\]$/g, ''), Number(port), '/json/version', options);
    return Version.parse(JSON.parse(body)).Browser.replace('node.js/', '');
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof z.ZodError || cause instanceof SyntaxError) {
      throw cannot('its /json/version names no Node.js, this is no Node.js inspector', cause);
    }
    throw cannot(
      cause instanceof HttpAnswerError ? cause.message : refusalOf(cause as Error, options.timeoutMs),
      cause,
    );
  }
}

/** The same URL with its host's name looked up; that of `wss:` stays, for its certificate's sake. @throws AttachError */
export async function resolvedUrl(text: string, options: FindOptions): Promise<string> {
  const url = new URL(text);
  if (url.protocol !== 'ws:') return text;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const [address] = await addressesOf(host).catch((cause) => {
    throw new AttachError(`Cannot attach to ${url.host}: ${refusalOf(cause, options.timeoutMs)}`, { cause });
  });
  url.hostname = address.includes(':') ? `[${address}]` : address;
  return url.href;
}

/** What the answer lacks; its message completes "Cannot attach to …: ". */
class HttpAnswerError extends Error {}

/** Asks each address of the host in turn, as `localhost` has two and an inspector listens on one. */
async function list(host: string, port: number, options: FindOptions): Promise<{ address: string; body: string }> {
  const addresses = await addressesOf(host);
  for (const address of addresses.slice(0, -1)) {
    try {
      return { address, body: await ask(address, port, LIST, options) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    }
  }
  const address = addresses[addresses.length - 1];
  return { address, body: await ask(address, port, LIST, options) };
}

/** IPv4 first: what Node's inspector listens on. */
async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: false });
  return found.map(({ address }) => address);
}

async function ask(address: string, port: number, path: string, { timeoutMs, signal }: FindOptions): Promise<string> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
  try {
    return await request(address, port, path, either);
  } catch (error) {
    deadline.throwIfAborted();
    throw error;
  }
}

function request(host: string, port: number, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host, port, path, agent: false, signal }, (response) => {
      let body = '';
      if (response.statusCode !== 200) {
        asked.destroy();
        return reject(
          new HttpAnswerError(
            `it answered HTTP ${response.statusCode} to ${path}, this is no Node.js inspector; check the port`,
          ),
        );
      }
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length <= MAX_ANSWER_BYTES) return;
        asked.destroy();
        reject(
          new HttpAnswerError(
            `its ${path} is longer than ${MAX_ANSWER_BYTES} bytes, this is no Node.js inspector; check the port`,
          ),
        );
      });
      response.on('end', () => resolve(body));
      response.on('error', reject);
    });
    asked.on('error', reject);
  });
}

function targetsOf(body: string): z.infer<typeof List> | null {
  try {
    return List.parse(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return unescapedTarget(body);
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

/** Node escapes nothing in its list: a script's path with a control character, a quote or a backslash makes it no JSON. */
function unescapedTarget(body: string): z.infer<typeof List> | null {
  const [, webSocketDebuggerUrl] = /"webSocketDebuggerUrl": "(ws:[^"\s]+)"\s*\} \]\s*$/.exec(body) ?? [];
  return webSocketDebuggerUrl === undefined ? null : [{ webSocketDebuggerUrl }];
}

/** The path that the list gives, on the address that answered: through a forwarded port the list's own host means nothing. */
function urlAt(authority: string, listed: string, cannot: (why: string, cause?: unknown) => AttachError): string {
  try {
    const url = new URL(listed);
    return `ws://${authority}${url.pathname}${url.search}`;
  } catch (cause) {
    throw cannot('its /json/list names no valid WebSocket URL, this is no Node.js inspector', cause);
  }
}
