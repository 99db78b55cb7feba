/**
 * The types of nodes and edges that a snapshot's records may have: those that its head lists, and a few more.
 *
 *     Chrome of 2015, Node 4, alinode    list 12 node types and write symbols as type 12
 *     V8 since                           lists all that it writes
 *     an eighth edge type, and more      V8 has seven; an edge's type has three bits here (columns.ts)
 */

/** Node types in the order in which V8 has numbered them from the start; each version lists the first of them. */
export const V8_NODE_TYPES: readonly string[] = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
  'wasm object',
];

/** Node types beyond the listed ones that a record may have: a number further off is no type but a broken file. */
const UNLISTED_NODE_TYPES = 4;
const MAX_NODE_TYPES = 256;

/** A node type by its number. */
export function nodeTypesFrom(listed: readonly string[]): readonly string[] {
  const isV8s = listed.every((type, number) => type === V8_NODE_TYPES[number]);
  const unlisted = Array.from({ length: UNLISTED_NODE_TYPES }, (_, at) => listed.length + at);
  const named = unlisted.map((number) => (isV8s && V8_NODE_TYPES[number]) || `type ${number}`);
  return [...listed, ...named].slice(0, MAX_NODE_TYPES);
}

/** Edge types whose `name_or_index` is a number, not a string. */
export const NUMBERED_EDGE_TYPES: readonly string[] = ['element', 'hidden'];

const V8_EDGE_TYPES: readonly string[] = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
const MAX_EDGE_TYPES = 8;

/** What all edge types have in common that V8 does not have, where there are too many to be distinguished: they keep alive. */
const OTHER = 'other';
/** What an edge is taken for whose type is not listed: nothing says whether it has a name. */
const UNLISTED = 'hidden';

/**
 * The edge types that are distinguished, at most eight, and which of them a number in a record is; null where it is the one at
 * that place. One number more than are listed is a type, too.
 */
export function edgeTypesFrom(listed: readonly string[]): {
  edgeTypes: readonly string[];
  edgeTypeOf: Uint8Array | null;
} {
  if (listed.length < MAX_EDGE_TYPES) return { edgeTypes: [...listed, UNLISTED], edgeTypeOf: null };
  if (listed.length === MAX_EDGE_TYPES) return { edgeTypes: listed, edgeTypeOf: null };
  const edgeTypes = [...V8_EDGE_TYPES, OTHER];
  const numberOf = (type: string): number => edgeTypes.indexOf(V8_EDGE_TYPES.includes(type) ? type : OTHER);
  return { edgeTypes, edgeTypeOf: Uint8Array.from([...listed, UNLISTED], numberOf) };
}
