/**
 * Entries of WeakMaps and WeakSets (src/objects/hash-table.h, EphemeronHashTable), as a snapshot writes them: two internal edges
 * to the value, from the key and from the table, that say the same (agent/graph/ephemerons.ts).
 */
import { addBit, type Bits, emptyBits, hasBit } from '../../graph/bits.ts';
import type { HeapWords } from '../objects.ts';
import type { Names } from './names.ts';
import type { NodeIndex } from './node-index.ts';

interface Pair {
  readonly key: number;
  readonly value: number;
  readonly table: number;
}

export interface PairEdge {
  readonly value: number;
  /** Index of the name that tells the pair from all others. */
  readonly label: number;
}

/** Behind the Map and the length: elements, deleted elements, capacity. */
const FIRST_ENTRY = 5;

/** The pairs of the tables among the nodes, by each of their ends. */
export class PairsByNode {
  readonly #keys: Bits;
  readonly #ofKey = new Map<number, PairEdge[]>();
  readonly #ofTable = new Map<number, PairEdge[]>();

  /** @param tables nodes of EphemeronHashTables */
  constructor(
    heap: HeapWords,
    index: NodeIndex,
    names: Names,
    tables: readonly number[],
    idOf: (node: number) => number,
  ) {
    this.#keys = emptyBits(index.end);
    let count = 0;
    for (const table of tables) {
      for (const pair of pairsOf(heap, index, table)) {
        const edge = { value: pair.value, label: names.of(labelOf(pair, ++count, idOf)) };
        addBit(this.#keys, pair.key);
        push(this.#ofKey, pair.key, edge);
        push(this.#ofTable, table, edge);
      }
    }
  }

  hasKey(node: number): boolean {
    return hasBit(this.#keys, node);
  }

  ofKey(node: number): readonly PairEdge[] {
    return this.#ofKey.get(node) ?? [];
  }

  ofTable(node: number): readonly PairEdge[] {
    return this.#ofTable.get(node) ?? [];
  }
}

/** The entries of a table that have a value; keys that are no objects are V8's marks of empty entries. */
function pairsOf(heap: HeapWords, index: NodeIndex, table: number): Pair[] {
  const { maps, layout } = heap;
  const firstReceiver = layout.typeOf.get('JS_PROXY') ?? 0xffff;
  const symbol = layout.typeOf.get('SYMBOL');
  const end = index.at[table] + index.wordsOf(table);
  const pairs: Pair[] = [];
  for (let word = index.at[table] + FIRST_ENTRY; word + 1 < end; word += 2) {
    const key = index.target(word);
    if (key < 0) continue;
    const type = maps.type[index.map[key]];
    if (type < firstReceiver && type !== symbol) continue;
    const value = index.target(word + 1);
    if (value >= 0) pairs.push({ key, value, table });
  }
  return pairs;
}

function labelOf({ key, value, table }: Pair, count: number, idOf: (node: number) => number): string {
  return `${count} / part of key (key @${idOf(key)}) -> value (value @${idOf(value)}) pair in WeakMap (table @${idOf(table)})`;
}

function push<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
