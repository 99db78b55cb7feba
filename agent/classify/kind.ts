/** The default: by class, and each store by the class of its owner; the counterpart of heapy's "class / dict of class". */
import type { Heap } from '../graph/heap.ts';
import { classOrder } from './naming/ancestry.ts';
import { kindsByOwner } from './naming/by-owner.ts';
import { classificationOf } from './naming/classifications.ts';
import type { Classification, Classifier } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { NodeKinds } from './naming/node-kinds.ts';
import { BACKING_STORE, STORES, type Store } from './naming/stores.ts';
import { ARRAY_BUFFER_DATA, ARRAY_BUFFER_MEMORY, SHARED_ARRAY } from './naming/words.ts';

export const kind: Classifier = {
  by: 'kind',
  header: 'Kind (class / store of class)',
  classify,
  orderIn: (heap) => classOrder(heap, classificationOf(heap, kind)),
};

function classify({ columns }: Heap): Classification {
  const kinds = new Kinds();
  const nodes = new NodeKinds(columns, kinds);
  const memory = columns.strings.find(ARRAY_BUFFER_MEMORY);
  const storeKinds = new StoreKinds(kinds);
  const kindOf = kindsByOwner(columns, {
    plain: (node) => nodes.of(node),
    store: (store, ownerKind) => storeKinds.of(store, ownerKind),
    shared: (node) => kinds.of(columns.nodeName[node] === memory ? ARRAY_BUFFER_DATA : SHARED_ARRAY),
  });
  return { kindOf, kinds: kinds.texts };
}

/** `elements of Session`, by store and the kind of its owner. */
class StoreKinds {
  readonly #kinds: Kinds;
  readonly #kindOfOwnerKind = STORES.map(() => new Map<number, number>());

  constructor(kinds: Kinds) {
    this.#kinds = kinds;
  }

  of(store: Store, ownerKind: number): number {
    const known = this.#kindOfOwnerKind[store];
    let kind = known.get(ownerKind);
    if (kind === undefined) {
      kind = this.#kinds.of(this.#text(store, ownerKind));
      known.set(ownerKind, kind);
    }
    return kind;
  }

  #text(store: Store, ownerKind: number): string {
    return store === BACKING_STORE ? ARRAY_BUFFER_DATA : `${STORES[store]} of ${this.#kinds.texts[ownerKind]}`;
  }
}
