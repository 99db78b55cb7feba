/** What an identity table says of a set: its objects one by one, under a header that fits their kind. */
import type { IdentityContent } from '../../protocol/identity-table.ts';
import { kind } from '../classify/kind.ts';
import { type NodeSet, sizeOf } from '../graph/set.ts';
import { selfSizeOf } from '../parse/columns.ts';
import type { IdentityDivision } from './division.ts';
import type { Rendering } from './node-names.ts';
import type { HeapView } from './view.ts';

const HEADERS: Readonly<Record<Rendering, string>> = {
  text: 'Representation (limited)',
  value: 'Value',
  name: 'Name',
  scope: 'Name',
  owner: 'Owner Address',
  address: 'Address',
};

export function identityContent(view: HeapView, nodes: NodeSet, division: IdentityDivision): IdentityContent {
  const kinds = view.kinds(kind);
  const first = kinds.of(nodes[0]);
  const mixed = nodes.some((node) => kinds.of(node) !== first);
  const textOf = (node: number): string =>
    mixed ? `${kinds.text(kinds.of(node))}: ${view.names.of(node)}` : view.names.of(node);
  return {
    kind: mixed ? '<mixed>' : `<${kinds.text(first)}>`,
    header: mixed ? 'Brief' : HEADERS[view.names.rendering(nodes[0])],
    sizeBytes: sizeOf(view.heap.columns, nodes),
    length: nodes.length,
    row: (index) => {
      const node = division.nodeAt(index);
      return {
        sizeBytes: selfSizeOf(view.heap.columns, node),
        get text() {
          return textOf(node);
        },
      };
    },
  };
}
