/** The planted processes of `memory-plants.mjs`, and what `heapwatch rss` is to say of each. */
import type { MemoryCause } from '../../protocol/memory.ts';
import { startTarget, type Target } from './target.ts';

/** By the fixture's argument. */
export const PLANTS: Readonly<Record<string, MemoryCause>> = {
  small: 'small',
  objects: 'heap',
  buffers: 'buffers',
  'buffer-garbage': 'bufferGarbage',
  wasm: 'wasm',
  worker: 'worker',
  zlib: 'handles',
  fragmentation: 'fragmentation',
  native: 'native',
  'external-strings': 'externalStrings',
  code: 'code',
  stacks: 'stacks',
  'snapshot-written': 'snapshots',
  'snapshot-texts': 'fragmentation',
};

/** Of a heap that a snapshot makes much of. */
export const SNAPSHOT_PLANT = 'many-nodes';

export async function startPlant(
  plant: string,
  options: { nodeBinary?: string; inspect?: boolean } = {},
): Promise<Target> {
  // V8 collects what an idle process has, after some seconds: a busy machine takes so long to read it
  const execArgv = ['--no-memory-reducer'];
  const target = await startTarget('memory-plants', { inspect: false, ...options, execArgv, args: [plant] });
  await target.line(/^planted$/);
  return target;
}
