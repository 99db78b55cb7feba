/** Reads a configuration's text, YAML or JSON, and says what is wrong with it by line and column. */
import { closest, distance } from 'fastest-levenshtein';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, type Problem } from './config-error.ts';
import { ConfigFile } from './config-file.ts';
import { apply, type Setting } from './config-settings.ts';

type KeyPath = readonly PropertyKey[];

/**
 * @param file the file's name as the messages should show it. @param settings laid over what the file says, in this order
 * @throws ConfigError with every problem, in the file's order; those of settings first
 */
export function readConfigText(file: string, text: string, settings: readonly Setting[] = []): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const problem = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { where: `${file}:${line}:${col}`, message };
  };
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ pos, message }) => problem(pos[0], message)));
  }
  const values = plainValue(document, problem) ?? {};
  if (isValues(values)) for (const setting of settings) apply(values, setting);
  const result = ConfigFile.safeParse(values, { reportInput: true });
  if (result.success) return result.data;
  const set: Problem[] = [];
  const found: Finding[] = [];
  for (const issue of result.error.issues) {
    const setting = settings.findLast(({ path }) => path.every((key, at) => wholePath(issue)[at] === key));
    const findingsOf = findings(document, issue);
    for (const finding of findingsOf) {
      if (setting) set.push({ where: setting.where, message: finding.message });
      else found.push(finding);
    }
  }
  found.sort((a, b) => a.offset - b.offset);
  throw new ConfigError([...set, ...found.map(({ offset, message }) => problem(offset, message))]);
}

/** `heapwatch.yaml:4:7`: where a file has the value at a path, or the nearest thing around it. */
export function placeIn({ name, text }: { readonly name: string; readonly text: string }, path: KeyPath): string {
  const lines = new LineCounter();
  const { line, col } = lines.linePos(valueOffset(parseDocument(text, { lineCounter: lines }), path));
  return `${name}:${line}:${col}`;
}

function isValues(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Also of a key that there should not be. */
function wholePath(issue: z.core.$ZodIssue): KeyPath {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

/** @throws ConfigError for an alias of nothing, and for aliases that would swell to millions of values */
function plainValue(document: Document, problem: (offset: number, message: string) => Problem): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigError([problem(document.contents?.range?.[0] ?? 0, error.message)]);
  }
}

interface Finding {
  offset: number;
  message: string;
}

function findings(document: Document, issue: z.core.$ZodIssue): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      offset: keyOffset(document, issue.path, key),
      message: unknownKey(key, issue.path),
    }));
  }
  const ofChoice = issue.code === 'invalid_union' ? findingsOfChoice(document, issue) : [];
  if (ofChoice.length > 0) return ofChoice;
  const at = issue.path.length > 0 ? `${pathText(issue.path)}: ` : '';
  return [{ offset: valueOffset(document, issue.path), message: `${at}${complaint(issue)}` }];
}

/** Of keys and values that fit no choice: the keys that none of them has, or what is wrong with the only one that has them all. */
function findingsOfChoice(document: Document, issue: z.core.$ZodIssueInvalidUnion): Finding[] {
  if (!isValues(issue.input)) return [];
  const known = knownKeys(issue.path);
  const unknown = Object.keys(issue.input).filter((key) => !known.includes(key));
  if (known.length > 0 && unknown.length > 0) {
    return findings(document, { code: 'unrecognized_keys', keys: unknown, path: issue.path, message: '', input: {} });
  }
  const fitting = issue.errors.filter((issues) => !issues.some(isOfAnother));
  if (fitting.length !== 1) return [];
  return fitting[0]!.flatMap((each) => findings(document, { ...each, path: [...issue.path, ...each.path] }));
}

/** Whether a choice was not meant: it lacks a key that is there, or has one that is not, or is no map. */
function isOfAnother({ code, path, input }: z.core.$ZodIssue): boolean {
  return path.length === 0 || (code === 'invalid_type' && input === undefined);
}

/** Where somebody may have put a secret in place of where it is. */
const MAY_HOLD_SECRETS: ReadonlySet<PropertyKey | undefined> = new Set(['auth', 'notify', 'fleet']);

/** Says what was expected and what was found instead. */
function complaint(issue: z.core.$ZodIssue): string {
  const show = MAY_HOLD_SECRETS.has(issue.path[0]) ? () => 'something else' : shown;
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `missing; expected ${typeNoun(issue.expected)}`;
      return `expected ${typeNoun(issue.expected)}, got ${show(issue.input)}`;
    case 'too_small':
      return `expected at least ${issue.minimum}${itemsNoun(issue.origin)}, got ${show(issue.input)}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${itemsNoun(issue.origin)}, got ${show(issue.input)}`;
    case 'custom':
      return issue.message;
    default:
      return `${issue.message}, got ${show(issue.input)}`;
  }
}

function typeNoun(expected: string): string {
  const nouns: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    array: 'a list',
    object: 'keys and values',
    record: 'keys and values',
  };
  return nouns[expected] ?? expected;
}

function itemsNoun(origin: string): string {
  if (origin === 'array') return ' entries';
  return origin === 'string' ? ' characters' : '';
}

/** A value in a message: short, on one line. */
function shown(value: unknown): string {
  const text = jsonOf(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Undefined for what JSON lacks; an alias in YAML may make a value hold itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return 'a value that holds itself';
    throw error;
  }
}

function unknownKey(key: string, path: KeyPath): string {
  const known = knownKeys(path);
  if (known.length === 0) return `unknown key "${key}"`;
  if (known.includes(key)) return `key "${key}" does not go with the other keys here`;
  const nearest = closest(key, known);
  if (distance(key, nearest) <= Math.max(2, key.length / 3)) return `unknown key "${key}"; did you mean "${nearest}"?`;
  return `unknown key "${key}"; expected one of ${known.join(', ')}`;
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  /** Of what has names of its user's own. */
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
}

/** The keys that the schema has at `path`. */
function knownKeys(path: KeyPath): string[] {
  const schema = z.toJSONSchema(ConfigFile, { io: 'input' }) as JsonSchema;
  let schemas = [schema];
  for (const step of path) schemas = schemas.flatMap((each) => withChoices(each).flatMap((one) => stepInto(one, step)));
  return [...new Set(schemas.flatMap(withChoices).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function stepInto({ properties, items, additionalProperties }: JsonSchema, step: PropertyKey): JsonSchema[] {
  if (typeof step === 'number') return items ? [items] : [];
  const named = properties?.[String(step)];
  if (named) return [named];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** A schema, or all that it leaves a choice of. */
function withChoices(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(withChoices) : [schema];
}

/** `targets[0].schedule.usage` */
function pathText(path: KeyPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/** Offset of the value at `path`, or of the nearest thing around it that is there. */
function valueOffset(document: Document, path: KeyPath): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: KeyPath, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return valueOffset(document, path);
  const pair = map.items.find((item: Pair) => isScalar(item.key) && item.key.value === key);
  return (pair?.key as Node | undefined)?.range?.[0] ?? valueOffset(document, path);
}
