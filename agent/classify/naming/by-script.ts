/** Kinds by the script that defines a node's class or, for a function, the function; stores by their owner's class. */
import type { Columns } from '../../parse/columns.ts';
import { kindsByOwner } from './by-owner.ts';
import { NOT_IN_SET } from './classifier.ts';
import { Definitions } from './definitions.ts';
import { NO_SITE } from './locations.ts';

/**
 * The kind of each node.
 * @param kindOfScript by V8's script id
 * @param none what is defined in no script, or in none of these, and what several hold
 */
export function kindsByScript(columns: Columns, kindOfScript: ReadonlyMap<number, number>, none: number): Uint32Array {
  const { nodeType, nodeTypes, siteScript } = columns;
  const definitions = new Definitions(columns);
  const synthetic = nodeTypes.indexOf('synthetic');
  return kindsByOwner(columns, {
    plain: (node) => {
      if (nodeType[node] === synthetic) return NOT_IN_SET;
      const site = definitions.of(node);
      return site === NO_SITE ? none : (kindOfScript.get(siteScript[site]) ?? none);
    },
    store: (_store, ownerKind) => ownerKind,
    shared: () => none,
  });
}
