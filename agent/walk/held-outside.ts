/** What objects of a heap hold outside V8's pages: memory of ArrayBuffers, characters of external strings; pure. */
import type { HeapWords } from './objects.ts';
import { mayHold } from './outside.ts';
import type { Page } from './pages.ts';

export interface OutsideBlock {
  readonly what: 'buffer' | 'string';
  /** First word of the object that holds it, in the image; the first found, where several do. */
  readonly at: number;
  readonly heap: number;
  readonly address: number;
  readonly byteLength: number;
}

/** Each once, however many objects share it. Those of objects that the last collection found dead are among them. */
export function heldOutside(heap: HeapWords, most: number): OutsideBlock[] {
  const found = new Map<number, OutsideBlock>();
  const what = holdersOf(heap);
  const { memory } = heap;
  const add = (page: Page, block: Omit<OutsideBlock, 'heap'>): void => {
    const { address, byteLength } = block;
    if (address === 0 || byteLength === 0 || memory.wordAt(address) >= 0 || found.has(address)) return;
    if (!mayHold(memory.image, address, byteLength)) return;
    if (found.size < most) found.set(address, { ...block, heap: page.heap });
  };
  for (const page of heap.pages) {
    heap.eachObject(page, (at, map) => {
      const holder = what(map);
      if (holder === undefined) return;
      if (holder.unit === 0) {
        const [address, byteLength] = [memory.value(at + holder.address), memory.value(at + holder.length)];
        add(page, { what: 'buffer', at, address, byteLength });
      } else if (heap.maps.words[map] >= 4) {
        const byteLength = holder.unit * memory.u32[2 * at + 3];
        add(page, { what: 'string', at, address: memory.value(at + holder.address), byteLength });
      }
    });
  }
  return [...found.values()];
}

interface Holder {
  /** Words from the object's first to those that say so. */
  readonly address: number;
  readonly length: number;
  /** Bytes of a character; 0 of a buffer, which has bytes. */
  readonly unit: number;
}

/** By a Map's number: how its objects hold memory outside; undefined for those that do not. */
function holdersOf({ layout, maps }: HeapWords): (map: number) => Holder | undefined {
  const field = (prefix: string): number | undefined => {
    for (const [name, value] of layout.constants) if (name.startsWith(prefix)) return value / 8;
    return undefined;
  };
  const address = field('class_JSArrayBuffer__backing_store__');
  const length = field('class_JSArrayBuffer__byte_length__');
  const ofBuffer = address !== undefined && length !== undefined ? { address, length, unit: 0 } : undefined;
  const ofType = new Map<number, Holder | undefined>();
  return (map) => {
    const type = maps.type[map];
    if (!ofType.has(type)) {
      const name = layout.typeNames.get(type) ?? '';
      if (name === 'JS_ARRAY_BUFFER') ofType.set(type, ofBuffer);
      // the third word of a string points to V8's resource, the fourth to the characters
      else if (/EXTERNAL.*STRING$/.test(name))
        ofType.set(type, { address: 3, length: 0, unit: name.includes('ONE_BYTE') ? 1 : 2 });
      else ofType.set(type, undefined);
    }
    return ofType.get(type);
  };
}
