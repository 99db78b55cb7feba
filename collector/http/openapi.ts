/** The OpenAPI 3.1 document of the HTTP API, from the routes that answer it. */
import { z } from 'zod';
import { TargetState } from '../../protocol/events.ts';
import { Partition } from '../../protocol/partition.ts';
import { PartitionHead } from '../../protocol/partitions.ts';
import { SnapshotFile } from '../../protocol/snapshots.ts';
import { Problem, type ProblemCode, STATUS_BY_CODE } from './problem.ts';
import type { Route, Shape } from './route.ts';

/** Shapes that have a name of their own in the document. */
const NAMED = { Partition, PartitionHead, TargetState, SnapshotFile, Problem };

interface JsonSchema {
  $schema?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  description?: string;
}

export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'heapwatch collector',
      version,
      description: 'The heaps of the targets of a collector. The stream is described at /v1/asyncapi.json.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, schemaOf(schema, name)])),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Needed where the collector has tokens.' },
      },
    },
  };
}

function operation(route: Route): object {
  const { method, path, role, summary, params, body, answer } = route;
  return {
    operationId: operationId(method, path),
    summary,
    ...(role === null ? { security: [] } : { 'x-role': role }),
    parameters: parameters(params, path),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: { 200: response(answer), ...problems(route) },
  };
}

/** `GET /v1/partitions/{id}` is `getPartitionsId`. */
function operationId(method: string, path: string): string {
  const words = path.replace('/v1', '').match(/\w+/g) ?? [];
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function parameters(params: z.ZodObject, path: string): object[] {
  const { properties = {}, required = [] } = schemaOf(params);
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: path.includes(`{${name}}`) ? 'path' : 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function response({ description, types, schema }: Shape): object {
  const media = schema ? { schema: schemaOf(schema) } : {};
  return { description, content: Object.fromEntries(types.map((type) => [type, media])) };
}

/** A response for each status in which the route can fail, with the codes that it can have. */
function problems(route: Route): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodes(route)) {
    const status = STATUS_BY_CODE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/json': { schema: { $ref: reference('Problem') } } };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { description: codes.join(', '), content }]),
  );
}

function problemCodes({ role, body, problems }: Route): Set<ProblemCode> {
  const codes: ProblemCode[] = ['bad-params'];
  if (role !== null) codes.push('unauthorized', 'forbidden', 'too-many');
  if (body) codes.push('too-large', 'not-json');
  return new Set([...codes, ...problems, 'internal', 'stopping']);
}

/** A schema as JSON Schema 2020-12, with the named ones as references, but for `own`. */
function schemaOf(schema: z.ZodType, own?: string): JsonSchema {
  const names = new Map<unknown, string>(Object.entries(NAMED).map(([name, named]) => [named, name]));
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      const name = names.get(zodSchema);
      if (name === undefined || name === own) return;
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key];
      jsonSchema.$ref = reference(name);
    },
  }) as JsonSchema;
  return json;
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}
