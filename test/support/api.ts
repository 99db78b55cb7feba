/**
 * A collector's HTTP API, each of whose answers is held against its own OpenAPI document: `await api.get('/v1/targets')`
 * fails where status, media type or body are not what the document says of that path.
 */
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, parsed where it is JSON. */
  readonly body: unknown;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export class TestApi {
  readonly document: Document;
  readonly #url: string;
  readonly #ajv: Ajv2020;

  private constructor(url: string, document: Document) {
    this.#url = url;
    this.document = document;
    this.#ajv = new Ajv2020({ strict: false });
    formats.default(this.#ajv);
    this.#ajv.addSchema(document, 'api');
  }

  /** @param streamUrl `ws://127.0.0.1:7331/v1/stream` */
  static async of(streamUrl: string): Promise<TestApi> {
    const url = new URL('/', streamUrl.replace(/^ws/, 'http')).origin;
    const document = (await (await fetch(`${url}/v1/openapi.json`)).json()) as Document;
    return new TestApi(url, document);
  }

  get(path: string, token?: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.send('GET', path, { headers: { ...bearer(token), ...headers } });
  }

  post(path: string, body: unknown, token?: string): Promise<ApiAnswer> {
    const headers = { 'Content-Type': 'application/json', ...bearer(token) };
    return this.send('POST', path, { headers, body: JSON.stringify(body) });
  }

  async send(method: string, path: string, init: RequestInit = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.#url}${path}`, { ...init, method });
    const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]!;
    const text = await response.text();
    const isFile = response.ok && method === 'GET' && path.startsWith('/v1/snapshots/');
    const body: unknown = type === 'application/json' && !isFile ? JSON.parse(text) : text;
    this.#check(method, path, response.status, type, body);
    return { status: response.status, headers: response.headers, body };
  }

  /** What the document does not know of (a path that is none, a method that a path does not take) is a problem at least. */
  #check(method: string, path: string, status: number, type: string, body: unknown): void {
    const template = Object.keys(this.document.paths).find((known) => matches(known, path.split('?', 1)[0]!));
    const operation = template === undefined ? undefined : this.document.paths[template]![method.toLowerCase()];
    const pointer =
      operation === undefined
        ? 'api#/components/schemas/Problem'
        : `api#/paths/${escaped(template!)}/${method.toLowerCase()}/responses/${status}/content/${escaped(type)}/schema`;
    if (operation) {
      const content = operation.responses[status]?.content;
      assert.ok(content, `${method} ${template} does not say that it answers ${status}`);
      assert.ok(content[type], `${method} ${template} does not say that ${status} is ${type}`);
      if (!content[type].schema) return;
    }
    const validate = this.#ajv.getSchema(pointer);
    assert.ok(validate, pointer);
    assert.ok(validate(body), `${method} ${path} ${status}: ${this.#ajv.errorsText(validate.errors)}`);
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

function matches(template: string, path: string): boolean {
  const pattern = template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path);
}

/** A key as a part of a JSON pointer in a URI. */
function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
