/** Memory of ArrayBuffers outside V8's pages: a node each, however many objects share it. */
import { need } from '../../layout/layout.ts';
import type { HeapWords } from '../objects.ts';
import { mayHold } from '../outside.ts';
import type { NodeIndex } from './node-index.ts';

export class OutsideBuffers {
  /** Of each, in the order of their nodes. */
  readonly bytes: number[] = [];
  readonly #heap: HeapWords;
  readonly #first: number;
  readonly #backing: number;
  readonly #ofAddress = new Map<number, number>();

  /** @param buffers nodes of JSArrayBuffers; the first memory's node is the one behind the last object's */
  constructor(heap: HeapWords, index: NodeIndex, buffers: readonly number[]) {
    const { constants, v8 } = heap.layout;
    this.#heap = heap;
    this.#first = index.end;
    this.#backing = need(constants, 'class_JSArrayBuffer__backing_store__', v8) / 8;
    const length = need(constants, 'class_JSArrayBuffer__byte_length__', v8) / 8;
    for (const buffer of buffers) {
      const address = heap.memory.value(index.at[buffer] + this.#backing);
      const bytes = heap.memory.value(index.at[buffer] + length);
      if (address === 0 || bytes === 0 || heap.memory.wordAt(address) >= 0 || this.#ofAddress.has(address)) continue;
      if (!mayHold(heap.memory.image, address, bytes)) continue;
      this.#ofAddress.set(address, this.#first + this.bytes.push(bytes) - 1);
    }
  }

  /** The node of the memory of the JSArrayBuffer at word `at`; -1 if it has none. */
  nodeOf(at: number): number {
    return this.#ofAddress.get(this.#heap.memory.value(at + this.#backing)) ?? -1;
  }
}
