/** A snapshot file read the naive way, by `JSON.parse`: what our readers are held against. */
import { readFile } from 'node:fs/promises';

interface RawFile {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
  strings: string[];
}

/** One node as V8 wrote it. */
export interface RawNode {
  readonly type: string;
  readonly name: string;
  readonly selfSize: number;
}

export interface Tally {
  readonly count: number;
  readonly sizeBytes: number;
}

/** All nodes of a snapshot file but V8's synthetic ones, in the file's order. */
export async function rawNodes(path: string): Promise<RawNode[]> {
  const { snapshot, nodes, strings }: RawFile = JSON.parse(await readFile(path, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, selfSize] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const found: RawNode[] = [];
  for (let at = 0; at < nodes.length; at += fields.length) {
    const typeName = types[0][nodes[at + type]];
    if (typeName === 'synthetic') continue;
    found.push({ type: typeName, name: strings[nodes[at + name]], selfSize: nodes[at + selfSize] });
  }
  return found;
}

export function tally(nodes: readonly { readonly selfSize: number }[]): Tally {
  return { count: nodes.length, sizeBytes: nodes.reduce((sum, { selfSize }) => sum + selfSize, 0) };
}

/** Counts and sizes of each group, by the text that `kindOf` gives its nodes. */
export function tallyBy(nodes: readonly RawNode[], kindOf: (node: RawNode) => string): Record<string, Tally> {
  const groups = new Map<string, RawNode[]>();
  for (const node of nodes) {
    const kind = kindOf(node);
    const group = groups.get(kind);
    if (group) group.push(node);
    else groups.set(kind, [node]);
  }
  return Object.fromEntries([...groups].map(([kind, group]) => [kind, tally(group)]));
}
