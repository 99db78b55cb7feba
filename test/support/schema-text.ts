/** A zod schema as the text of the TypeScript type that it checks. */
import { z } from 'zod';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
}

/** `{ type: 'gap'; id: string; skipped: number | null }`, on one line. */
export function typeText(schema: z.ZodType): string {
  return text(z.toJSONSchema(schema) as JsonSchema);
}

function text(schema: JsonSchema): string {
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return choice.map(text).join(' | ');
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.type === 'array') return arrayOf(text(schema.items!));
  if (schema.type === 'object') return object(schema);
  return [schema.type ?? 'unknown'].flat().map(typeName).join(' | ');
}

function typeName(type: string): string {
  return type === 'integer' ? 'number' : type;
}

function object({ properties, required = [], additionalProperties }: JsonSchema): string {
  if (!properties) return `Record<string, ${text(additionalProperties || {})}>`;
  // a strict object takes nothing but its properties
  if (additionalProperties !== false) throw new TypeError('Cannot write a type: expected a strict object');
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${name}${required.includes(name) ? '' : '?'}: ${text(schema)}`,
  );
  return fields.length > 0 ? `{ ${fields.join('; ')} }` : '{ }';
}

function arrayOf(element: string): string {
  return element.startsWith("'") || element.endsWith(' | null') ? `(${element})[]` : `${element}[]`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
