/** What a walk of the heap says of memory outside of it: who holds how much, what of it is garbage. The process runs on. */
import { addBit, emptyBits, hasBit } from '../../graph/bits.ts';
import { Heap } from '../../graph/heap.ts';
import { reach } from '../../graph/reach.ts';
import type { Layout } from '../../layout/layout.ts';
import { LayoutRefusal } from '../../layout/refusal.ts';
import type { MemoryImage } from '../../memory/image.ts';
import type { ProcessMemory } from '../../memory/process-memory.ts';
import type { AreaUse } from '../../rss/area-use.ts';
import type { Area } from '../../rss/areas.ts';
import { residentOf } from '../../rss/page-fill.ts';
import type { HeapReading, IsolateReading, KindReading, OutsideReading } from '../../rss/reading.ts';
import { type Handles, handlesOf } from '../../walk/graph/handles.ts';
import { walkedColumns } from '../../walk/graph/walked-columns.ts';
import { heldOutside, type OutsideBlock } from '../../walk/held-outside.ts';
import { HeapWords } from '../../walk/objects.ts';
import { type Page, pagesOf } from '../../walk/pages.ts';
import { steadyPages } from '../../walk/steady-pages.ts';
import { walkKinds } from '../../walk/walk-kinds.ts';
import type { HeldAreas } from './held-areas.ts';

/** Where a heap is so large, it is not asked what reaches what. */
const MOST_GRAPH_BYTES = 384 * 2 ** 20;
/** Where Buffers have less, it is not either. */
const LEAST_BUFFER_BYTES = 12 * 2 ** 20;
const MOST_WALKED_BYTES = 2 * 2 ** 30;
const MOST_BLOCKS = 1_000_000;
const MOST_READINGS = 5;
const KINDS = 5;

/** The C library's memory and wasm's, where blocks may lie. */
export interface OutsideAreas {
  readonly areas: readonly Area[];
  readonly uses: ReadonlyMap<Area, AreaUse>;
}

/** @throws LayoutRefusal where the heap is too large, or is not as the layout has it; as ProcessMemory does */
export async function readHeap(
  memory: ProcessMemory,
  layout: Layout,
  outside: OutsideAreas,
  held: HeldAreas,
  mostBytes = MOST_WALKED_BYTES,
): Promise<HeapReading> {
  const heldBytes = memory.heldBytes();
  if (heldBytes > mostBytes) {
    throw new LayoutRefusal(`its heap has ${Math.round(heldBytes / 2 ** 20)} MB, more than is walked for this`);
  }
  const isSmall = heldBytes <= MOST_GRAPH_BYTES;
  for (let time = 1; ; time++) {
    const handles = new Map<number, Handles>();
    let before: Page[] = [];
    let pages: Page[] = [];
    const headers = (image: MemoryImage) => {
      before = pagesOf(image, layout);
    };
    const atMoment = (image: MemoryImage) => {
      const found = pagesOf(image, layout);
      pages = image.mapped ? steadyPages(before, found) : found;
      if (isSmall)
        for (const { heap } of pages) if (heap !== 0 && !handles.has(heap)) handles.set(heap, handlesOf(image, heap));
    };
    const { image } = await memory.read({ stop: false, headers, atMoment });
    try {
      const words = new HeapWords(image, layout, pages);
      return { ...kindsIn(words), ...blocksIn(words, handles, outside, held) };
    } catch (error) {
      // caught in the middle of a collection, a heap is not as it is between them
      if (!(error instanceof LayoutRefusal) || time === MOST_READINGS) throw error;
    }
  }
}

/** Node's classes whose objects hold memory of the C library, and are closed by the program. */
const HANDLES =
  /^(?:Zlib|BrotliEncoder|BrotliDecoder|ZstdCompress|ZstdDecompress|Deflate|Inflate|Gzip|Gunzip|DeflateRaw|InflateRaw|Unzip|BrotliCompress|BrotliDecompress|Hash|Hmac|Cipher|Decipher|Cipheriv|Decipheriv|Sign|Verify|KeyObjectHandle|SecureContext|TLSWrap|TCP|UDP|Pipe|Process|X509Certificate|DiffieHellman|ECDH|StatementSync|DatabaseSync)$/;
const CODE = /^(?:code|\(?bytecode|context local)/i;

function kindsIn(words: HeapWords): Pick<HeapReading, 'isolates' | 'handles'> {
  const handles = new Map<string, KindReading>();
  const isolates = walkKinds(words).isolates.map(({ isolate, rows, sizeBytes }): IsolateReading => {
    for (const row of rows) {
      if (!HANDLES.test(row.kind)) continue;
      const before = handles.get(row.kind);
      handles.set(row.kind, {
        kind: row.kind,
        count: row.count + (before?.count ?? 0),
        sizeBytes: row.sizeBytes + (before?.sizeBytes ?? 0),
      });
    }
    return {
      isolate,
      usedBytes: sizeBytes,
      codeBytes: rows.filter(({ kind }) => CODE.test(kind)).reduce((sum, row) => sum + row.sizeBytes, 0),
      kinds: rows.slice(0, KINDS),
    };
  });
  return { isolates, handles: [...handles.values()].sort((a, b) => b.count - a.count) };
}

type Sums = { -readonly [K in keyof OutsideReading]: OutsideReading[K] };

function blocksIn(
  words: HeapWords,
  handles: ReadonlyMap<number, Handles>,
  outside: OutsideAreas,
  held: HeldAreas,
): Omit<HeapReading, 'isolates' | 'handles'> {
  const sums = { buffers: noSums(), bufferGarbage: noSums(), externalStrings: noSums() };
  const buffers: { block: OutsideBlock; residentBytes: number }[] = [];
  for (const block of heldOutside(words, MOST_BLOCKS)) {
    const area = areaOf(outside.areas, block.address);
    if (!area || outside.uses.get(area) === 'wasm') continue; // in Node's own file, or counted as wasm's
    const residentBytes = residentOf(held.of(area), block.address - area.startAddress, block.byteLength);
    if (block.what === 'string') add(sums.externalStrings, block, residentBytes);
    else buffers.push({ block, residentBytes });
  }
  const isWorth = buffers.reduce((sum, { residentBytes }) => sum + residentBytes, 0) >= LEAST_BUFFER_BYTES;
  const lives = isWorth ? liveIn(words, handles) : () => true;
  for (const { block, residentBytes } of buffers)
    add(lives(block) ? sums.buffers : sums.bufferGarbage, block, residentBytes);
  return { knowsGarbage: isWorth && handles.size > 0, ...sums };
}

function add(sums: Sums, { byteLength }: OutsideBlock, residentBytes: number): void {
  sums.count++;
  sums.sizeBytes += byteLength;
  sums.residentBytes += residentBytes;
}

function noSums(): Sums {
  return { count: 0, sizeBytes: 0, residentBytes: 0 };
}

/** Whether an object is reached by what V8, C++ or the program holds for good; by a stack alone it is not. */
function liveIn(words: HeapWords, handles: ReadonlyMap<number, Handles>): (block: OutsideBlock) => boolean {
  const graphs = new Map(
    [...handles].map(([heap, ofHeap]) => {
      const { columns, other, nodeAt } = walkedColumns(words, heap, ofHeap);
      const without = emptyBits(columns.nodeCount);
      addBit(without, other.node);
      const { graph } = new Heap(columns);
      return [heap, { nodeAt, reached: reach(graph, [graph.root], { without }) }] as const;
    }),
  );
  return ({ heap, at }) => {
    const graph = graphs.get(heap);
    if (!graph) return true;
    const node = graph.nodeAt(at);
    return node >= 0 && hasBit(graph.reached, node);
  };
}

function areaOf(areas: readonly Area[], address: number): Area | undefined {
  let [low, high] = [0, areas.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (areas[middle]!.endAddress <= address) low = middle + 1;
    else high = middle;
  }
  const area = areas[low];
  return area && area.startAddress <= address ? area : undefined;
}
