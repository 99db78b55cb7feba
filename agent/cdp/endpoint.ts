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
import { AttachError } from '../base/errors.ts';
import { outside } from '../base/outside-schema.ts';
import { TEXT_LENGTHS } from '../base/outside-text.ts';
import { addressText } from '../base/target.ts';
import { Timeout } from '../base/waiting.ts';
import { refusalOf } from './refusal.ts';

const LIST = '/json/list';
/** Of a URL that names none. */
const HTTP_PORT = 80;
/** Bytes of the largest answer that is read; Node's are about 400. */
const MAX_ANSWER_BYTES = 2 ** 20;

const Listed = z.object({
  webSocketDebuggerUrl: z.string().optional(),
  title: outside(TEXT_LENGTHS.title).optional(),
  type: z.string().optional().catch(undefined),
});
const List = z.array(Listed);

/** `node.js/v20.20.2`, `Deno/2.9.6` */
const Version = z.object({ Browser: outside(TEXT_LENGTHS.version) });

/** The path of an inspector's WebSocket: `/4e5b…` of Node, `/ws/…` of Deno, `/devtools/page/…` of Chrome. */
const INSPECTOR_PATH = /^(?:\/[\w.:-]{0,128}){1,8}$/;

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

/**
 * The same of a socket that a Node listens on, which may be any service of its program: some serve a `/json/list` themselves
 * (proxies of debuggers, launchers). Who an inspector is, its `/json/version` says.
 * @throws AttachError
 */
export async function nodeInspectorUrl(host: string, port: number, options: FindOptions): Promise<string> {
  const url = await inspectorUrl(host, port, options);
  const runtime = await runtimeAt(url, options);
  if (runtime && isNode(runtime)) return url;
  throw new AttachError(`Cannot attach to ${addressText(host, port)}: its /json/version names no Node.js`);
}

/** The inspector at `host:port`. @throws AttachError */
export async function endpointAt(host: string, port: number, options: FindOptions): Promise<Endpoint> {
  const where = addressText(host, port);
  const cannot = (why: string, cause?: unknown) => new AttachError(`Cannot attach to ${where}: ${why}`, { cause });
  const { address, body } = await list(host, port, options).catch(async (cause) => {
    options.signal?.throwIfAborted();
    await refuseStrangers(where, `ws://${where}`, options);
    throw cannot(cause instanceof HttpAnswerError ? cause.message : refusalOf(cause, options.timeoutMs), cause);
  });
  const targets = targetsOf(body);
  if (!targets) throw cannot('its /json/list is not a list of inspectable targets, this is no Node.js inspector');
  const open = targets.filter((target) => target.webSocketDebuggerUrl);
  // a browser lists its extensions and workers beside its pages
  const found = open.find(({ type }) => type === 'page') ?? open[0];
  if (!found) {
    await refuseStrangers(where, `ws://${addressText(address, port)}`, options);
    throw cannot(
      'its /json/list has no inspectable target, another debugger may hold it; close that or restart with --inspect',
    );
  }
  const url = urlAt(addressText(address, port), found.webSocketDebuggerUrl as string, cannot);
  return { url, ...(found.title !== undefined && { title: found.title }) };
}

/**
 * Node's version (`v20.20.2`), or the name of another runtime of V8's (`Deno/2.9.6`), behind an inspector's WebSocket address,
 * without a session. @throws AttachError
 */
export async function nodeVersionAt(url: string, options: FindOptions): Promise<string> {
  const { host, hostname, port } = new URL(url);
  const cannot = (why: string, cause: unknown) => new AttachError(`Cannot ask ${host}: ${why}`, { cause });
  try {
    const body = await ask(hostname.replace(/^\[|\]$/g, ''), Number(port || HTTP_PORT), '/json/version', options);
    const name = Version.parse(JSON.parse(body)).Browser;
    const why = strangeness({ name });
    if (why !== undefined) throw new HttpAnswerError(why);
    return name.replace('node.js/', '');
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

/** Who answers at an inspector's address. */
export interface Runtime {
  /** `node.js/v20.20.2`, `Deno/2.9.6`, `Chrome/131.0.6778.85`, `Electron/31.6.0`, `Bun/1.2.3` */
  readonly name: string;
  readonly v8Version?: string;
}

export function isNode({ name }: Runtime): boolean {
  return name.startsWith('node.js/');
}

const text = outside(TEXT_LENGTHS.version).optional().catch(undefined);
const Told = z.object({
  Browser: text,
  'V8-Version': text,
  'Bun-Version': text,
  'User-Agent': outside(TEXT_LENGTHS.title).optional().catch(undefined),
});

/** What an inspector's `/json/version` says of it; undefined where it says nothing. @throws the reason of a signal */
export async function runtimeAt(url: string, options: FindOptions): Promise<Runtime | undefined> {
  const { hostname, port } = new URL(url);
  try {
    const body = await ask(hostname.replace(/^\[|\]$/g, ''), Number(port || HTTP_PORT), '/json/version', options);
    const told = Told.parse(JSON.parse(body));
    const name = nameOf(told);
    const v8Version = told['V8-Version'];
    return name === undefined ? undefined : { name, ...(v8Version !== undefined && { v8Version }) };
  } catch {
    options.signal?.throwIfAborted();
    return undefined; // what answers otherwise is reported where it was asked first
  }
}

/** A window of Electron calls itself Chrome, and says in its user agent what it is. */
function nameOf({
  Browser,
  'Bun-Version': bun,
  'User-Agent': userAgent = '',
}: z.infer<typeof Told>): string | undefined {
  if (bun !== undefined) return `Bun/${bun}`;
  return /\bElectron\/[\w.-]{1,40}/.exec(userAgent)?.[0] ?? Browser;
}

/** Why a runtime cannot be attached to; undefined for one that V8 drives. */
export function strangeness({ name }: Runtime): string | undefined {
  if (/^Bun\b/i.test(name)) {
    return `this is ${name}, whose engine is JavaScriptCore: it has no V8 heap, use Bun.generateHeapSnapshot() in it`;
  }
  if (/^(node\.js|Deno|(Headless)?Chrome|Chromium|Edg|Electron|workerd)\b/.test(name)) return undefined;
  return `this is ${name}, no Node.js, Deno or Chrome`;
}

/** @throws AttachError for a runtime that names itself and is none of V8's */
async function refuseStrangers(where: string, url: string, options: FindOptions): Promise<void> {
  const runtime = await runtimeAt(url, options);
  const why = runtime && strangeness(runtime);
  if (why) throw new AttachError(`Cannot attach to ${where}: ${why}`);
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

/** Where an inspector listens on every address it prints that one, but answers nobody who names it. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** IPv4 first: what Node's inspector listens on. */
async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: false });
  return found.map(({ address }) => ANY_ADDRESS[address] ?? address);
}

async function ask(address: string, port: number, path: string, { timeoutMs, signal }: FindOptions): Promise<string> {
  using timeout = new Timeout(timeoutMs, signal);
  try {
    return await request(address, port, path, timeout.signal);
  } catch (error) {
    timeout.signal.throwIfAborted();
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

/**
 * The path that the list gives, on the address that answered: through a forwarded port the list's own host means nothing. What
 * is listed is the target's word, and chooses nothing else: neither whom we speak to nor what we ask of him.
 */
function urlAt(authority: string, listed: string, cannot: (why: string, cause?: unknown) => AttachError): string {
  const invalid = (cause?: unknown) =>
    cannot('its /json/list names no valid WebSocket URL, this is no Node.js inspector', cause);
  let url: URL;
  let path: string;
  try {
    url = new URL(`ws://${authority}`);
    const named = new URL(listed);
    path = /^wss?:$/.test(named.protocol) ? named.pathname : '';
  } catch (cause) {
    throw invalid(cause);
  }
  if (!INSPECTOR_PATH.test(path)) throw invalid();
  const { origin } = url;
  url.pathname = path;
  if (url.origin !== origin || url.href !== `${origin}${path}`) throw invalid();
  return url.href;
}
