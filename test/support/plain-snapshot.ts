/** A snapshot read the plain way, JSON.parse and nothing else: what the parsers are checked against. */

export interface PlainNode {
  readonly type: string;
  readonly name: string;
  readonly id: number;
  readonly selfSize: number;
  readonly detachedness: number;
  readonly edges: readonly { type: string; name: string | number; to: number }[];
  /** `[script id, line, column]`, absent where V8 tells none. */
  readonly location?: readonly number[];
}

interface RawSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: string[];
      readonly node_types: [string[], ...unknown[]];
      readonly edge_fields: string[];
      readonly edge_types: [string[], ...unknown[]];
      readonly location_fields: string[];
    };
  };
  readonly nodes: number[];
  readonly edges: number[];
  readonly locations: number[];
  readonly strings: string[];
}

/** The nodes of a snapshot in the layout of V8's that JSON.parse can hold. */
export function plainNodes(text: string): PlainNode[] {
  const { snapshot, nodes, edges, locations, strings } = JSON.parse(text) as RawSnapshot;
  const { meta } = snapshot;
  const record = (fields: string[], numbers: number[], index: number): Record<string, number> =>
    Object.fromEntries(fields.map((field, place) => [field, numbers[index * fields.length + place]!]));
  const nodeTypes = meta.node_types[meta.node_fields.indexOf('type')] as string[];
  const edgeTypes = meta.edge_types[meta.edge_fields.indexOf('type')] as string[];

  const places = new Map<number, number[]>();
  for (let i = 0; i < locations.length / meta.location_fields.length; i++) {
    const { object_index, script_id, line, column } = record(meta.location_fields, locations, i);
    places.set(object_index! / meta.node_fields.length, [script_id!, line!, column!]);
  }

  let edge = 0;
  return Array.from({ length: nodes.length / meta.node_fields.length }, (_, n) => {
    const node = record(meta.node_fields, nodes, n);
    const outgoing = Array.from({ length: node.edge_count! }, () => {
      const { type, name_or_index, to_node } = record(meta.edge_fields, edges, edge++);
      const numbered = ['element', 'hidden'].includes(edgeTypes[type!]!);
      return {
        type: edgeTypes[type!]!,
        name: numbered ? name_or_index! : strings[name_or_index!]!,
        to: to_node! / meta.node_fields.length,
      };
    });
    const location = places.get(n);
    return {
      type: nodeTypes[node.type!]!,
      name: strings[node.name!]!,
      id: node.id!,
      selfSize: node.self_size!,
      detachedness: node.detachedness ?? 0,
      edges: outgoing,
      ...(location === undefined ? {} : { location }),
    };
  });
}
