/** What programs read to know the interfaces: OpenAPI of HTTP, AsyncAPI of the stream. */
import { z } from 'zod';
import { asyncApi } from '../../../protocol/asyncapi.ts';
import { get, jsonOf, type Route } from '../route.ts';

/** @param openApi gives the document of all routes, these included. */
export function documentRoutes(openApi: () => object): Route[] {
  const route = (path: string, summary: string, document: () => object) =>
    get(
      path,
      {
        role: null,
        scope: 'open',
        summary,
        params: z.strictObject({}),
        answer: jsonOf(z.record(z.string(), z.unknown()), 'The document.'),
        problems: [],
      },
      () => ({ json: document() }),
    );
  return [
    route('/v1/openapi.json', 'This interface, as OpenAPI 3.1.', openApi),
    route('/v1/asyncapi.json', 'The stream, as AsyncAPI 3.', asyncApi),
  ];
}
