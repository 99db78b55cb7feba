/**
 * One way of the HTTP API: what it takes, who may use it, what it gives. The server answers by it and the OpenAPI document
 * is written from it, so that they say the same.
 */
import type { FileHandle } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Role } from '../../protocol/role.ts';
import type { Caller } from '../access/caller.ts';
import type { PageFile } from './pages.ts';
import type { ProblemCode } from './problem.ts';

export interface Call<P, B> {
  /** The parameters of path and query, checked. */
  readonly params: P;
  /** The JSON of the request, checked. */
  readonly body: B;
  readonly caller: Caller;
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the client has left. */
  readonly signal: AbortSignal;
}

/** What is sent back with status 200, or who sends it. A file is closed by its sender. */
export type RouteResponse =
  | { readonly by: (request: IncomingMessage, response: ServerResponse) => Promise<void> }
  | { readonly json: unknown }
  | { readonly text: string; readonly type: string }
  | { readonly page: PageFile; readonly headers: Readonly<Record<string, string>> }
  | { readonly file: FileHandle; readonly sizeBytes: number; readonly name: string; readonly type: string };

export interface Shape {
  readonly description: string;
  /** The media types it may have. */
  readonly types: readonly string[];
  /** Of JSON. */
  readonly schema?: z.ZodType;
}

interface Head {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With parameters in braces: `/v1/partitions/{id}`. */
  readonly path: string;
  /** Who may use it; null: everybody, from anywhere, without a token. */
  readonly role: Role | null;
  /** Needs a token from everybody: what seems to be the collector's own user may be a proxy. */
  readonly withToken?: true;
  readonly summary: string;
  /**
   * How it keeps to the targets of a visitor. `open`: it tells of no target. `method`: by the method of the stream that it calls.
   * `filtered`: it leaves out the others. `snapshot`: before it is called it is seen to that the snapshot {name} is of them.
   */
  readonly scope: 'open' | 'method' | 'filtered' | 'snapshot';
  /**
   * What the audit trail calls it. Every way has one that changes something or gives away what only operators see, but for
   * those of the stream's methods, which tell it themselves.
   */
  readonly act?: string;
  readonly answer: Shape;
  /** The ways in which it fails beside those of every way with its parameters, its body and its role. */
  readonly problems: readonly ProblemCode[];
}

export interface Route extends Head {
  readonly params: z.ZodObject;
  /** Undefined where nothing is sent along. */
  readonly body: z.ZodType | undefined;
  handle(call: Call<unknown, unknown>): RouteResponse | Promise<RouteResponse>;
}

type Handler<P, B> = (call: Call<P, B>) => RouteResponse | Promise<RouteResponse>;

/** A way that is asked, by parameters of its path and query. */
export function get<P extends z.ZodObject>(
  path: string,
  head: Omit<Head, 'method' | 'path'> & { readonly params: P },
  handle: Handler<z.infer<P>, undefined>,
): Route {
  // the router calls it with what the schema gave
  return { method: 'GET', path, body: undefined, ...head, handle: handle as Handler<unknown, unknown> };
}

/** A route that takes a body, as JSON. */
export function post<P extends z.ZodObject, B extends z.ZodType>(
  path: string,
  head: Omit<Head, 'method' | 'path'> & { readonly params: P; readonly body: B },
  handle: Handler<z.infer<P>, z.infer<B>>,
): Route {
  return { method: 'POST', path, ...head, handle: handle as Handler<unknown, unknown> };
}

/** A way that ends something which its path names. */
export function del<P extends z.ZodObject>(
  path: string,
  head: Omit<Head, 'method' | 'path'> & { readonly params: P },
  handle: Handler<z.infer<P>, undefined>,
): Route {
  return { ...get(path, head, handle), method: 'DELETE' };
}

/** The answer of a way that gives JSON. */
export function jsonOf(schema: z.ZodType, description: string): Shape {
  return { description, types: ['application/json'], schema };
}
