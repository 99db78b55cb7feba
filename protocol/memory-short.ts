/** What stands out in a process's memory in a few words, for a cell or a header; pure. */
import { humanSize } from './human.ts';
import type { MemoryCause, MemoryVerdict } from './memory.ts';

const SHORT: Readonly<Record<MemoryCause, string>> = {
  small: 'nothing stands out',
  heap: 'JS heap',
  worker: 'heap of a worker',
  code: 'JS code',
  heapNotShrunk: 'heap not shrunk yet',
  heapUnknown: "V8's heap",
  buffers: 'Buffers held',
  bufferGarbage: 'Buffers uncollected',
  externalStrings: 'external strings',
  wasm: 'wasm',
  handles: 'native handles',
  native: 'native memory',
  fragmentation: 'malloc fragmented',
  snapshots: 'left by a snapshot',
  stacks: 'thread stacks',
  shared: 'shared memory',
  unknown: 'unknown mappings',
};

/** `Buffers held 112 MB` */
export function memoryShort({ cause, sizeBytes }: Pick<MemoryVerdict, 'cause' | 'sizeBytes'>): string {
  return cause === 'small' ? SHORT[cause] : `${SHORT[cause]} ${humanSize(sizeBytes)}`;
}
