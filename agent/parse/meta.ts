/**
 * The head of a snapshot: its section `snapshot`, which says how many records follow and which number of a record is what.
 *
 *     {"meta": {"node_fields": ["type","name","id",...], "node_types": [["hidden","array",...],"string",...],
 *               "edge_fields": [...], "edge_types": [[...],...], "location_fields": [...], ...},
 *      "node_count": 45120, "edge_count": 182345, "extra_native_bytes": 24, ...}
 *
 * Fields come and go with V8's versions, so nothing is known by its place.
 */

import { reasonOf } from '../../protocol/reason.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { GrowingBytes } from './growing-bytes.ts';
import type { SectionReader } from './section.ts';
import { SkipReader } from './skip.ts';
import { edgeTypesFrom, nodeTypesFrom } from './types.ts';

/** Where the fields that we read stand in a record. */
export interface NodeLayout {
  readonly fields: readonly string[];
  readonly type: number;
  readonly name: number;
  readonly id: number;
  readonly selfSize: number;
  readonly edgeCount: number;
  /** -1 where nodes have none. */
  readonly detachedness: number;
  readonly traceNodeId: number;
}

export interface EdgeLayout {
  readonly fields: readonly string[];
  readonly type: number;
  readonly nameOrIndex: number;
  readonly toNode: number;
}

export interface LocationLayout {
  readonly fields: readonly string[];
  readonly objectIndex: number;
  readonly scriptId: number;
  /** Index of the script's own node (V8 15 on); -1 where locations have none. */
  readonly scriptObjectIndex: number;
  readonly line: number;
  readonly column: number;
}

/** Of a snapshot that was recorded with allocation stacks: their functions. */
export interface TraceLayout {
  readonly fields: readonly string[];
  readonly name: number;
  readonly script: number;
  readonly line: number;
  readonly column: number;
}

export interface Header {
  readonly nodeCount: number;
  /** As the head says; what the nodes' own counts come to is what counts (Julia's heads are wrong). */
  readonly edgeCount: number;
  /** 0 where the snapshot does not say. */
  readonly extraNativeBytes: number;
  readonly node: NodeLayout;
  readonly edge: EdgeLayout;
  /** Null where the snapshot has no locations (before Node 10). */
  readonly location: LocationLayout | null;
  /** Null where no allocation stacks were recorded, as in hardly any snapshot they were. */
  readonly trace: TraceLayout | null;
  /** By the number in a record: those that the file lists, and those beyond (types.ts). */
  readonly nodeTypes: readonly string[];
  /** At most eight (types.ts). */
  readonly edgeTypes: readonly string[];
  /** By the number in a record: which of `edgeTypes` it is; null where it is that number. */
  readonly edgeTypeOf: Uint8Array | null;
}

/** An edge's target and type share 32 bits (see columns.ts). */
const MAX_NODES = 2 ** 29 - 1;
export const MAX_EDGES = 2 ** 32 - 2;
const MAX_TYPES = 4096;
const MAX_FIELDS = 64;
const MAX_HEADER_BYTES = 1 << 20;

/** Collects the section, which is small whatever the size of the heap, and reads it. */
export class HeaderReader implements SectionReader {
  readonly #bounds = new SkipReader('snapshot');
  readonly #offset: number;
  readonly #bytes = new GrowingBytes(4096);
  #header: Header | null = null;

  /** @param offset of the section's value in the snapshot */
  constructor(offset: number) {
    this.#offset = offset;
  }

  get done(): boolean {
    return this.#bounds.done;
  }

  /** Null until `done`. */
  get header(): Header | null {
    return this.#header;
  }

  read(bytes: Uint8Array, from: number, offset: number): number {
    const stop = this.#bounds.read(bytes, from, offset);
    if (this.#bytes.length + stop - from > MAX_HEADER_BYTES) {
      throw new SnapshotSyntaxError(`"snapshot" is longer than ${MAX_HEADER_BYTES} bytes`, this.#offset);
    }
    this.#bytes.append(bytes, from, stop);
    if (this.done) this.#header = readHeader(this.#bytes.view(), this.#offset);
    return stop;
  }
}

function readHeader(bytes: Uint8Array, offset: number): Header {
  const fail = (reason: string): never => {
    throw new SnapshotSyntaxError(`${reason} in "snapshot"`, offset);
  };
  const snapshot = recordOf(parse(bytes, fail));
  const meta = recordOf(snapshot.meta);

  const fieldsOf = (key: string): readonly string[] => {
    const fields = meta[key];
    if (!isStrings(fields) || fields.length === 0 || fields.length > MAX_FIELDS) {
      return fail(`expected "${key}" to be names of fields, got ${brief(fields)}`);
    }
    return fields;
  };
  const place = (fields: readonly string[], key: string, field: string): number => {
    const index = fields.indexOf(field);
    return index < 0 ? fail(`expected "${key}" to have "${field}", got ${brief(fields)}`) : index;
  };
  const typesOf = (key: string, index: number): readonly string[] => {
    const types: unknown = Array.isArray(meta[key]) ? meta[key][index] : undefined;
    if (!isStrings(types) || types.length > MAX_TYPES) {
      return fail(`expected "${key}" to name at most ${MAX_TYPES} types, got ${brief(meta[key])}`);
    }
    return types;
  };
  const count = (key: string, most: number): number => {
    const value = snapshot[key];
    if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > most) {
      return fail(`expected "${key}" to be an integer from 0 to ${most}, got ${brief(value)}`);
    }
    return Number(value);
  };

  const nodeFields = fieldsOf('node_fields');
  const edgeFields = fieldsOf('edge_fields');
  const node: NodeLayout = {
    fields: nodeFields,
    type: place(nodeFields, 'node_fields', 'type'),
    name: place(nodeFields, 'node_fields', 'name'),
    id: place(nodeFields, 'node_fields', 'id'),
    selfSize: place(nodeFields, 'node_fields', 'self_size'),
    edgeCount: place(nodeFields, 'node_fields', 'edge_count'),
    detachedness: nodeFields.indexOf('detachedness'),
    traceNodeId: nodeFields.indexOf('trace_node_id'),
  };
  const edge: EdgeLayout = {
    fields: edgeFields,
    type: place(edgeFields, 'edge_fields', 'type'),
    nameOrIndex: place(edgeFields, 'edge_fields', 'name_or_index'),
    toNode: place(edgeFields, 'edge_fields', 'to_node'),
  };
  return {
    nodeCount: count('node_count', MAX_NODES),
    edgeCount: count('edge_count', MAX_EDGES),
    extraNativeBytes: 'extra_native_bytes' in snapshot ? count('extra_native_bytes', Number.MAX_SAFE_INTEGER) : 0,
    node,
    edge,
    location: locationLayout(meta.location_fields),
    trace: Number(snapshot.trace_function_count) > 0 ? traceLayout(meta.trace_function_info_fields) : null,
    nodeTypes: nodeTypesFrom(typesOf('node_types', node.type)),
    ...edgeTypesFrom(typesOf('edge_types', edge.type)),
  };
}

/** Null where there is none, or one that says no places: a snapshot can be read without. */
function locationLayout(fields: unknown): LocationLayout | null {
  if (!isStrings(fields) || fields.length > MAX_FIELDS) return null;
  const layout = {
    fields,
    objectIndex: fields.indexOf('object_index'),
    scriptId: fields.indexOf('script_id'),
    scriptObjectIndex: fields.indexOf('script_object_index'),
    line: fields.indexOf('line'),
    column: fields.indexOf('column'),
  };
  const { objectIndex, scriptId, line, column } = layout;
  return Math.min(objectIndex, scriptId, line, column) < 0 ? null : layout;
}

/** The same of allocation stacks. */
function traceLayout(fields: unknown): TraceLayout | null {
  if (!isStrings(fields) || fields.length > MAX_FIELDS) return null;
  const layout = {
    fields,
    name: fields.indexOf('name'),
    script: fields.indexOf('script_name'),
    line: fields.indexOf('line'),
    column: fields.indexOf('column'),
  };
  const { name, script, line, column } = layout;
  return Math.min(name, script, line, column) < 0 ? null : layout;
}

function parse(bytes: Uint8Array, fail: (reason: string) => never): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return fail(reasonOf(error));
  }
}

/** The value if it is an object, else one without keys, in which whatever is looked for is missing. */
function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
