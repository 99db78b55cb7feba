/**
 * docs/configuration.md, written from the schema that checks configuration files: each key with what it takes, its default and
 * what it does.
 *
 *     node dist/scripts/configuration.js > docs/configuration.md
 */
import { fileURLToPath } from 'node:url';
import { configSchema } from '../collector/config/config-schema.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

const HEAD = `# Configuration

A collector reads YAML or JSON. This page is written from the schema that checks it: \`node dist/scripts/configuration.js\`.
\`heapwatch check FILE\` says what is wrong with a file, by line. [The collector](collector.md) explains how the parts work
together.

Sizes are \`512KB\`, \`64MB\`, \`4GB\` (powers of 1,024), durations \`250ms\`, \`5s\`, \`10m\`, \`6h\`, \`14d\`. Any key can also be given as
\`--set limits.maxPause=60s\` or \`HEAPWATCH_LIMITS_MAX_PAUSE=60s\`.
`;

export function configurationReference(): string {
  const schema = configSchema() as Schema;
  return `${HEAD}\n${section('', schema)}`;
}

/** A table of the keys, and a section for each key that has keys of its own. */
function section(path: string, schema: Schema): string {
  const entries = Object.entries(schema.properties ?? {});
  const rows = entries.map(([key, value]) => row(key, value, schema.required?.includes(key) ?? false));
  const table = aligned(['key', 'takes', 'default', 'what it does'], rows);
  const inner = entries.flatMap(([key, value]) =>
    shapes(value).map(
      ({ suffix, shape }) =>
        `\n## \`${join(path, key)}${suffix}\`\n\n${describe(value)}${section(join(path, key), shape)}`,
    ),
  );
  return `${table}${inner.join('')}`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function describe({ description }: Schema): string {
  return description === undefined ? '' : `${description}\n\n`;
}

/** The objects that a value is made of, each with how it is written behind the key. */
function shapes(schema: Schema): { suffix: string; shape: Schema }[] {
  if (schema.properties) return [{ suffix: '', shape: schema }];
  if (schema.items) return shapes(schema.items).map(({ suffix, shape }) => ({ suffix: `[]${suffix}`, shape }));
  if (schema.anyOf) return schema.anyOf.flatMap(shapes);
  if (typeof schema.additionalProperties === 'object')
    return shapes(schema.additionalProperties).map(({ suffix, shape }) => ({ suffix: `.NAME${suffix}`, shape }));
  return [];
}

function row(key: string, schema: Schema, isRequired: boolean): string[] {
  const isPlain = schema.default !== undefined && shapes(schema).length === 0;
  const fallback = isPlain ? code(schema.default) : isRequired ? 'required' : '';
  return [`\`${key}\``, takes(schema), fallback, (schema.description ?? '').replace(/\|/g, '\\|')];
}

function takes(schema: Schema): string {
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.const !== undefined) return code(schema.const);
  if (shapes(schema).length > 0) return 'see below';
  if (schema.anyOf) return [...new Set(schema.anyOf.map(takes))].join(', or ');
  if (schema.examples?.length) return schema.examples.map(code).join(', ');
  if (schema.items) return `a list: ${takes(schema.items)}`;
  const type = [schema.type ?? []].flat().join(' or ');
  if (type === 'object') return 'a map of texts';
  if (type === 'integer') return bounds(schema);
  return { string: 'text', boolean: '`true`, `false`', number: 'a number' }[type] ?? type;
}

function bounds({ minimum, maximum }: Schema): string {
  return `${minimum?.toLocaleString('en')} to ${maximum?.toLocaleString('en')}`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function aligned(head: readonly string[], rows: readonly string[][]): string {
  const widths = head.map((cell, column) =>
    Math.max(...[head, ...rows].map((each) => each[column]!.length), cell.length),
  );
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`;
  return `${line(head)}${line(widths.map((width) => '-'.repeat(width)))}${rows.map(line).join('')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(configurationReference());
