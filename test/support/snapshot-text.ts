/**
 * Small heap snapshots from one line: `snapshotText('0>1 0>2')` is V8's JSON of them, `graph('0>1 0>2')` their Columns.
 *
 * Statements are separated by white space; a word with spaces or colons in it is in single quotes.
 *
 *     0>1                       an edge, of type property and named `p`
 *     0>1:internal:elements     its type and name; of element and hidden edges the name is a number
 *     1:object                  what a node is: its type,
 *     1:object:Session          and name,
 *     1:object:Session:48       and self size in bytes
 *     1@7:12:4                  where it was made: script id, line, column (0-based)
 *     1!                        it is detached
 *
 * Nodes are 0 to the highest ordinal named. Node 0 is `synthetic` without a name and of 0 bytes unless given; the others
 * are an `object` named `N1`, `N2`, ... of 16 bytes. The edges of a node stand in the order they are written in.
 * The id of node n is 2n + 1.
 */
import type { Columns } from '../../agent/parse/columns.ts';
import { ColumnsParser } from '../../agent/parse/parser.ts';

export interface SnapshotFormat {
  /** The Node major whose layout is written: 18 to 22 with a `trace_node_id` and line feeds, 24 and 26 without. Default 24. */
  readonly node?: 18 | 20 | 22 | 24 | 26;
  /** Order of the fields instead of V8's own. */
  readonly nodeFields?: readonly string[];
  readonly edgeFields?: readonly string[];
  readonly locationFields?: readonly string[];
  readonly extraNativeBytes?: number;
}

interface Node {
  type: string;
  name: string;
  selfSize: number;
  detachedness: number;
  readonly edges: { type: string; name: string; to: number }[];
}

interface Location {
  readonly node: number;
  readonly place: readonly number[];
}

const NODE_TYPES = (
  'hidden,array,string,object,code,closure,regexp,number,native,synthetic,' +
  'concatenated string,sliced string,symbol,bigint,object shape'
).split(',');
const EDGE_TYPES = 'context,element,property,internal,hidden,shortcut,weak'.split(',');
const NODE_FIELDS = 'type,name,id,self_size,edge_count,detachedness'.split(',');
const NODE_FIELDS_TRACED = 'type,name,id,self_size,edge_count,trace_node_id,detachedness'.split(',');
const EDGE_FIELDS = 'type,name_or_index,to_node'.split(',');
const LOCATION_FIELDS = 'object_index,script_id,line,column'.split(',');

/** The snapshot that `spec` describes as V8 of that Node would write it. @throws SyntaxError for a statement that is none */
export function snapshotText(spec: string, format: SnapshotFormat = {}): string {
  const { nodes, locations } = read(spec);
  const major = format.node ?? 24;
  const nodeFields = format.nodeFields ?? (major < 24 ? NODE_FIELDS_TRACED : NODE_FIELDS);
  const edgeFields = format.edgeFields ?? EDGE_FIELDS;
  const locationFields = format.locationFields ?? LOCATION_FIELDS;
  const strings = new Strings();

  const nodeRecords = nodes.map((node, ordinal) =>
    inOrder(nodeFields, {
      type: indexIn(NODE_TYPES, node.type),
      name: strings.indexOf(node.name),
      id: 2 * ordinal + 1,
      self_size: node.selfSize,
      edge_count: node.edges.length,
      detachedness: node.detachedness,
    }),
  );
  const edgeRecords = nodes.flatMap(({ edges }) =>
    edges.map((edge) =>
      inOrder(edgeFields, {
        type: indexIn(EDGE_TYPES, edge.type),
        name_or_index: /^(element|hidden)$/.test(edge.type) ? Number(edge.name) : strings.indexOf(edge.name),
        to_node: edge.to * nodeFields.length,
      }),
    ),
  );
  const locationRecords = locations.map(({ node, place }) =>
    inOrder(locationFields, {
      object_index: node * nodeFields.length,
      script_id: place[0]!,
      line: place[1]!,
      column: place[2]!,
    }),
  );
  const snapshot = {
    meta: {
      node_fields: nodeFields,
      node_types: nodeFields.map((field) => (field === 'type' ? NODE_TYPES : field === 'name' ? 'string' : 'number')),
      edge_fields: edgeFields,
      edge_types: edgeFields.map((field) =>
        field === 'type' ? EDGE_TYPES : field === 'to_node' ? 'node' : 'string_or_number',
      ),
      trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
      trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
      sample_fields: ['timestamp_us', 'last_assigned_id'],
      location_fields: locationFields,
    },
    node_count: nodes.length,
    edge_count: edgeRecords.length,
    trace_function_count: 0,
    ...(format.extraNativeBytes === undefined ? {} : { extra_native_bytes: format.extraNativeBytes }),
  };
  const separator = major < 24 ? '\n,' : ',';
  const records = (rows: readonly (readonly number[])[]): string =>
    `[${rows.map((row) => row.join(',')).join(separator)}${major < 24 && rows.length > 0 ? '\n' : ''}]`;
  return [
    `{"snapshot":${JSON.stringify(snapshot)}`,
    `"nodes":${records(nodeRecords)}`,
    `"edges":${records(edgeRecords)}`,
    '"trace_function_infos":[]',
    '"trace_tree":[]',
    '"samples":[]',
    `"locations":${records(locationRecords)}`,
    `"strings":[${strings.all.map(quoted).join(major < 24 ? ',\n' : ',')}]}`,
  ].join(',\n');
}

/** The same as Columns. */
export function graph(spec: string, format: SnapshotFormat = {}): Columns {
  const parser = new ColumnsParser();
  parser.write(new TextEncoder().encode(snapshotText(spec, format)));
  return parser.end();
}

class Strings {
  readonly all: string[] = ['<dummy>'];

  indexOf(text: string): number {
    const known = this.all.indexOf(text);
    return known >= 0 ? known : this.all.push(text) - 1;
  }
}

function read(spec: string): { nodes: Node[]; locations: Location[] } {
  const nodes: Node[] = [];
  const locations: Location[] = [];
  const at = (ordinal: string): Node => {
    for (let n = nodes.length; n <= Number(ordinal); n++) nodes.push(newNode(n));
    return nodes[Number(ordinal)]!;
  };
  for (const statement of spec.match(/(?:'[^']*'|[^\s'])+/g) ?? []) {
    const [, ordinal, sign, rest] = /^(\d+)([>:@!])(.*)$/s.exec(statement) ?? fail(statement);
    const words = (rest!.match(/'[^']*'|[^:']+/g) ?? []).map((word) => word.replace(/^'(.*)'$/s, '$1'));
    if (sign === '>') {
      const [to, type = 'property', name = 'p'] = words;
      at(to ?? fail(statement));
      at(ordinal!).edges.push({ type, name, to: Number(to) });
    } else if (sign === ':') {
      const node = at(ordinal!);
      [node.type = node.type, node.name = node.name] = words;
      if (words[2] !== undefined) node.selfSize = Number(words[2]);
    } else if (sign === '@') {
      at(ordinal!);
      locations.push({ node: Number(ordinal), place: words.map(Number) });
    } else {
      at(ordinal!).detachedness = 2;
    }
  }
  return { nodes, locations };
}

function newNode(ordinal: number): Node {
  const root = ordinal === 0;
  return {
    type: root ? 'synthetic' : 'object',
    name: root ? '' : `N${ordinal}`,
    selfSize: root ? 0 : 16,
    detachedness: 0,
    edges: [],
  };
}

function fail(statement: string): never {
  throw new SyntaxError(`Cannot draw a snapshot: "${statement}" is no statement`);
}

function indexIn(types: readonly string[], type: string): number {
  const index = types.indexOf(type);
  if (index < 0) throw new SyntaxError(`Cannot draw a snapshot: "${type}" is none of ${types.join(', ')}`);
  return index;
}

/** A record's numbers as `fields` order them; 0 for a field that has no value. */
function inOrder(fields: readonly string[], values: Readonly<Record<string, number>>): number[] {
  return fields.map((field) => values[field] ?? 0);
}

/** As V8 writes a string: ASCII, everything else escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
