import type { Columns } from '../../parse/columns.ts';
import { NO_OWNER, ownerIn, SEVERAL_OWNERS, type Store, storeIn, storeOwners, storeTypes } from './stores.ts';

/** How a classifier that looks at owners names nodes; each method gives a kind, or NOT_IN_SET. */
export interface OwnerRule {
  /** A node that nobody holds as a store; asked in ascending order for all that cannot be stores, then for the rest. */
  plain(node: number): number;
  /** A store whose one owner is of kind `ownerKind`. */
  store(store: Store, ownerKind: number): number;
  /** A store that several objects hold. */
  shared(node: number): number;
}

/**
 * The kind of each node, stores by the kind of their owner. The owners are replaced by kinds in place, so that the
 * result is the only array a node long.
 */
export function kindsByOwner(columns: Columns, rule: OwnerRule): Uint32Array {
  const { nodeCount, nodeType } = columns;
  const mayBeStore = storeTypes(columns);
  const kindOf = storeOwners(columns);
  for (let node = 0; node < nodeCount; node++) {
    if (mayBeStore[nodeType[node]] === 0) kindOf[node] = rule.plain(node);
  }
  // every owner has its kind now: no store owns another
  for (let node = 0; node < nodeCount; node++) {
    if (mayBeStore[nodeType[node]] === 0) continue;
    const owner = kindOf[node];
    if (owner === NO_OWNER) kindOf[node] = rule.plain(node);
    else if (owner === SEVERAL_OWNERS) kindOf[node] = rule.shared(node);
    else kindOf[node] = rule.store(storeIn(owner), kindOf[ownerIn(owner)]);
  }
  return kindOf;
}
