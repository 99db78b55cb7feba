/**
 * Answers requests over HTTP by the routes that it was given.
 *
 *     path ─> Host, Origin ─> method ─> token, role ─> parameters, body ─> route.handle ─> JSON, text or a file
 *        404           403       405       401, 403, 429          400                  └─> { error: { code, message } }
 *
 * What is logged of a request is its route and never its address, in which somebody may have put a token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { check } from '../../protocol/explain.ts';
import { type Access, AccessError, operatorWanted, type Visitor } from '../access/access.ts';
import type { Acts } from '../access/acts.ts';
import type { Caller } from '../access/caller.ts';
import { keepForVisitor } from '../access/connection-bound.ts';
import { isAllowedOrigin, isOwnHost, type OriginRules } from '../access/origins.ts';
import { peerOf } from '../access/peer.ts';
import { type SnapshotOwners, snapshotRefusal } from '../stream/method-scopes.ts';
import { readJson } from './body.ts';
import { HttpError, httpError } from './problem.ts';
import type { Call, Route, RouteResponse } from './route.ts';
import { type MatchedPath, RouteTable } from './route-table.ts';

/** How long a client may take nothing of what is sent to it. */
const STALL_MS = 30_000;

export interface ApiOptions {
  readonly routes: readonly Route[];
  readonly access: Access;
  readonly origins: OriginRules;
  readonly acts: Acts;
  /** Whose a snapshot is. */
  readonly snapshots: SnapshotOwners;
  readonly logger: Logger;
  /** Told of each answer; `path` is its route's, with parameters in braces, or `none`. */
  readonly answered?: (path: string, status: number) => void;
}

export class Api {
  readonly #options: ApiOptions;
  readonly #paths: RouteTable;
  #stopping = false;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#paths = new RouteTable(options.routes);
  }

  /** Answers what comes from now on with 503. */
  stop(): void {
    this.#stopping = true;
  }

  /** Answers one request; never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    const found = this.#paths.find(pathOf(request));
    const path = found?.path ?? 'none';
    try {
      await this.#send(request, response, await this.#answer(request, response, found, left.signal));
    } catch (error) {
      this.#fail(request, response, error, path);
    }
    this.#options.answered?.(path, response.statusCode);
    this.#options.logger.debug({ method: request.method, path, status: response.statusCode }, 'request answered');
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    found: MatchedPath | undefined,
    signal: AbortSignal,
  ): Promise<RouteResponse | undefined> {
    if (this.#stopping) throw new HttpError('stopping', 'Cannot answer: the collector stops', { Connection: 'close' });
    if (!found) throw new HttpError('not-found', 'Cannot answer: there is nothing here, see /v1/openapi.json');
    const route = this.#route(request, found);
    if (route?.role !== null) this.#checkSource(request, response);
    if (request.method === 'OPTIONS') return undefined;
    if (!route) {
      const allow = [...found.byMethod.keys()].join(', ');
      throw new HttpError('method-not-allowed', `Cannot answer: ${found.path} takes ${allow}`, { Allow: allow });
    }
    const caller = await this.#admit(request, route);
    const fail = (why: string) => new HttpError('bad-params', `Cannot answer ${found.path}: ${why}`);
    const params = check(route.params, { ...queryOf(request), ...found.params }, fail);
    this.#checkScope(route, params, caller);
    const body = route.body ? check(route.body, await readJson(request), fail) : undefined;
    const call = { params, body, caller, headers: request.headers, signal };
    return route.act === undefined ? await route.handle(call) : await this.#act(route, route.act, call);
  }

  /** Does an act, and writes how it went before anything of it is sent. */
  async #act(route: Route, method: string, call: Call<unknown, unknown>): Promise<RouteResponse> {
    const { acts } = this.#options;
    const { caller } = call;
    const target = this.#targetOf(route, call);
    const act = {
      method,
      ...(target !== undefined && { target }),
      params: { ...(call.params as object), ...(call.body as object | undefined) },
    };
    acts.assertRoom();
    let answer: RouteResponse;
    try {
      answer = await route.handle(call);
    } catch (failure) {
      await acts.done(caller, act, { failure });
      throw failure;
    }
    await ('file' in answer ? acts.downloaded(caller, answer.name, target) : acts.done(caller, act));
    return answer;
  }

  /** Whose snapshot it is about, where its name tells. */
  #targetOf({ scope }: Route, { params }: Call<unknown, unknown>): string | undefined {
    if (scope !== 'snapshot') return undefined;
    const owners = this.#options.snapshots.ownersOf((params as { readonly name: string }).name);
    return owners.length === 1 ? owners[0] : undefined;
  }

  #route({ method }: IncomingMessage, { byMethod }: MatchedPath): Route | undefined {
    return byMethod.get(method === 'HEAD' ? 'GET' : (method ?? ''));
  }

  /** Keeps out pages that may not reach us, and lets those in that may. @throws HttpError */
  #checkSource({ headers }: IncomingMessage, response: ServerResponse): void {
    const { origins } = this.#options;
    if (!isOwnHost(headers.host, origins)) {
      throw new HttpError('forbidden', 'Cannot answer: this Host is not ours, ask by 127.0.0.1 or localhost');
    }
    if (!isAllowedOrigin(headers, origins)) {
      throw new HttpError('forbidden', 'Cannot answer: this Origin may not ask, name it in auth.origins');
    }
    if (headers.origin === undefined) return;
    response.setHeader('Access-Control-Allow-Origin', headers.origin);
    response.setHeader('Access-Control-Allow-Methods', 'GET, POST, DELETE');
    response.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type');
    response.setHeader('Vary', 'Origin');
  }

  /** @throws AccessError, HttpError */
  async #admit(request: IncomingMessage, { role, path, withToken }: Route): Promise<Caller> {
    const address = request.socket.remoteAddress ?? '';
    if (role === null) return { visitor: { name: 'anybody', role: 'viewer' }, address, via: 'http' };
    const { access, acts } = this.#options;
    let visitor: Visitor | undefined;
    try {
      const token = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
      const peer = await peerOf(request, !access.wantsTokens);
      visitor = access.isForProvider(token) ? await access.admitByProvider(token, peer) : access.admit(token, peer);
      keepForVisitor(request.socket);
      const caller = { visitor, address, via: 'http' } as const;
      acts.admitted(caller);
      if (role === 'operator' && visitor.role !== 'operator') {
        throw new HttpError('forbidden', `Cannot answer: ${operatorWanted(visitor)}`);
      }
      if (withToken && !access.wantsTokens) throw new HttpError('forbidden', `Cannot answer: ${TOKEN_WANTED}`);
      return caller;
    } catch (error) {
      if (error instanceof HttpError || error instanceof AccessError) {
        acts.refused({ code: error.code, reason: error.message, address, path, ...(visitor && { by: visitor.name }) });
      }
      throw error;
    }
  }

  /** @throws RequestError, which is written down: a snapshot of another target, whether there is one of this name or not */
  #checkScope({ scope, path }: Route, params: object, { visitor, address }: Caller): void {
    if (scope !== 'snapshot') return;
    const { name } = params as { readonly name: string };
    const refusal = snapshotRefusal('answer', name, visitor.scope, this.#options.snapshots);
    if (!refusal) return;
    const { acts } = this.#options;
    acts.refused({ code: refusal.code, reason: refusal.message, address, path, by: visitor.name });
    throw refusal;
  }

  async #send(request: IncomingMessage, response: ServerResponse, answer: RouteResponse | undefined): Promise<void> {
    if (answer === undefined) {
      response.writeHead(204).end();
    } else if ('by' in answer) {
      await answer.by(request, response);
    } else if ('file' in answer) {
      await this.#sendFile(request, response, answer);
    } else if ('page' in answer) {
      sendPage(request, response, answer);
    } else if ('text' in answer) {
      sendText(request, response, 200, answer.type, answer.text);
    } else {
      sendText(request, response, 200, JSON_TYPE, `${JSON.stringify(answer.json)}\n`);
    }
  }

  async #sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    { file, sizeBytes, name, type }: Extract<RouteResponse, { file: unknown }>,
  ): Promise<void> {
    response.setTimeout(STALL_MS, () => response.destroy());
    response.writeHead(200, {
      ...FIXED_HEADERS,
      'Content-Type': type,
      'Content-Length': sizeBytes,
      'Content-Disposition': attachmentOf(name),
    });
    // a file that grows meanwhile is sent as long as it was said to be
    const bytes = file.createReadStream({ end: Math.max(0, sizeBytes - 1) });
    if (request.method === 'HEAD' || sizeBytes === 0) {
      await file.close();
      response.end();
    } else {
      await pipeline(bytes, response);
    }
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown, path: string): void {
    const { logger } = this.#options;
    const known = httpError(error);
    if (response.headersSent || response.destroyed) {
      // a client that left in the middle is no news
      logger.debug({ err: error, path }, 'answer broken off');
      response.destroy();
      return;
    }
    if (!known) logger.error({ err: error, path }, 'request failed');
    const answer = known ?? new HttpError('internal', 'Cannot answer: the collector failed, its log says how');
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
    sendText(request, response, answer.status, JSON_TYPE, `${JSON.stringify(answer.body)}\n`);
  }
}

/** A proxy of the collector's own user that does not say so would give it to anybody. */
const TOKEN_WANTED =
  'a snapshot is sent to nobody without a token: set auth.tokens, or take the file from the folder of store.snapshots';
const JSON_TYPE = 'application/json; charset=utf-8';
const FIXED_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;

function sendText(
  { method }: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  response.setTimeout(STALL_MS, () => response.destroy());
  response.writeHead(status, { ...FIXED_HEADERS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  response.end(method === 'HEAD' ? undefined : text);
}

function sendPage(
  { method, headers: asked }: IncomingMessage,
  response: ServerResponse,
  { page, headers }: Extract<RouteResponse, { page: unknown }>,
): void {
  const zipped = /\bgzip\b/.test(String(asked['accept-encoding'] ?? ''));
  const bytes = zipped ? page.gzip : page.bytes;
  response.setTimeout(STALL_MS, () => response.destroy());
  response.writeHead(200, {
    ...FIXED_HEADERS,
    ...headers,
    Vary: 'Accept-Encoding',
    'Content-Type': page.type,
    'Content-Length': bytes.length,
    ...(zipped && { 'Content-Encoding': 'gzip' }),
  });
  response.end(method === 'HEAD' ? undefined : bytes);
}

/** A header has no letters beyond Latin ones: such names are sent escaped. */
function attachmentOf(name: string): string {
  const isPlain = /^[\w.:@-]*$/.test(name);
  return `attachment; ${isPlain ? `filename="${name}"` : `filename*=UTF-8''${encodeURIComponent(name)}`}`;
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

/** @throws HttpError for a parameter that is given twice */
function queryOf({ url = '' }: IncomingMessage): Record<string, string> {
  const start = url.indexOf('?');
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (Object.hasOwn(query, name)) throw new HttpError('bad-params', 'Cannot answer: a parameter is given twice');
    query[name] = value;
  }
  return query;
}
