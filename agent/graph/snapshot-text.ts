/**
 * Columns as the text of a `.heapsnapshot`, in the form that V8 of Node 24 writes (agent/parse reads it, and Chrome DevTools).
 *
 *     {"snapshot":{"meta":{…},"node_count":…},
 *     "nodes":[type,name,id,self_size,edge_count,detachedness, …],
 *     "edges":[type,name_or_index,to_node, …], "locations":[…], "strings":["…", …]}
 */
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK, selfSizeOf } from '../parse/columns.ts';

const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];
const EDGE_FIELDS = ['type', 'name_or_index', 'to_node'];
const LOCATION_FIELDS = ['object_index', 'script_id', 'line', 'column'];
/** Records in one piece of text. */
const PIECE = 1 << 14;

/** The text in pieces of up to some MB, in order. Linear; nothing of it is kept. */
export function* snapshotText(columns: Columns): Generator<string> {
  const { nodeTypes, edgeTypes, nodeCount, edgeCount, extraNativeBytes } = columns;
  const meta = {
    node_fields: NODE_FIELDS,
    node_types: [nodeTypes, 'string', 'number', 'number', 'number', 'number'],
    edge_fields: EDGE_FIELDS,
    edge_types: [edgeTypes, 'string_or_number', 'node'],
    trace_function_info_fields: [],
    trace_node_fields: [],
    sample_fields: [],
    location_fields: LOCATION_FIELDS,
  };
  const header = {
    meta,
    node_count: nodeCount,
    edge_count: edgeCount,
    trace_function_count: 0,
    extra_native_bytes: extraNativeBytes,
  };
  yield `{"snapshot":${JSON.stringify(header)},\n"nodes":[`;
  yield* pieces(nodeCount, (node) => nodeRecord(columns, node));
  yield '],\n"edges":[';
  yield* pieces(edgeCount, (edge) => edgeRecord(columns, edge));
  yield '],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[';
  yield* pieces(columns.locationNode.length, (at) => locationRecord(columns, at));
  yield '],\n"strings":[';
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  yield* pieces(columns.strings.count, (string) => `"${decoder.decode(columns.strings.bytes(string))}"`);
  yield ']}';
}

function* pieces(count: number, record: (i: number) => string): Generator<string> {
  for (let from = 0; from < count; from += PIECE) {
    const records: string[] = [];
    for (let i = from; i < Math.min(count, from + PIECE); i++) records.push(record(i));
    yield (from === 0 ? '' : ',\n') + records.join(',\n');
  }
}

function nodeRecord(columns: Columns, node: number): string {
  const { nodeType, nodeName, nodeId, firstEdge, detachedness } = columns;
  const edges = firstEdge[node + 1] - firstEdge[node];
  return `${nodeType[node]},${nodeName[node]},${nodeId[node]},${selfSizeOf(columns, node)},${edges},${detachedness?.[node] ?? 0}`;
}

function edgeRecord({ edgeTarget, edgeName }: Columns, edge: number): string {
  const packed = edgeTarget[edge];
  return `${packed & EDGE_TYPE_MASK},${edgeName[edge]},${(packed >>> EDGE_TYPE_BITS) * NODE_FIELDS.length}`;
}

function locationRecord(columns: Columns, at: number): string {
  const site = columns.locationSite[at];
  const { locationNode, siteScript, siteLine, siteColumn } = columns;
  return `${locationNode[at] * NODE_FIELDS.length},${siteScript[site]},${siteLine[site]},${siteColumn[site]}`;
}
