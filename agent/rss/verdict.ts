/** What stands out in a process's memory, why that is said, and what to try next: parts in, one sentence out; pure. */
import { humanSize } from '../../protocol/human.ts';
import type { MemoryCause, MemoryPart, MemoryPartName, MemoryVerdict } from '../../protocol/memory.ts';
import type { IsolateReading, KindReading, RssReading } from './reading.ts';

const MB = 2 ** 20;

/** What a Node that does nothing has: 18 to 26 on x86-64. Only what is beyond stands out. */
const BARE: Partial<Record<MemoryPartName, number>> = {
  heapFree: MB,
  heapKept: 3 * MB,
  native: 5 * MB,
  stacks: MB,
};
/** ... of its heap's part in use, of old objects and of young ones. */
const OLD_BYTES = 5 * MB;
const YOUNG_BYTES = MB;
/** What is less is not worth a verdict. */
const LEAST_BYTES = 12 * MB;
const LEAST_RATIO = 0.1;
/** What has so much of the most is said too: a moment later it may be the other way round. */
const NEAR_RATIO = 0.75;
/** Of a heap: code that stands out. */
const CODE_RATIO = 0.35;
/** Handles that are worth a word, and what each holds at least if they hold the memory (zlib's smallest have 10 KB, most 260). */
const LEAST_HANDLES = 64;
const MOST_HANDLE_BYTES = 4 * MB;
const LEAST_HANDLE_BYTES = 8 * 1_024;

interface Candidate {
  readonly cause: MemoryCause;
  readonly sizeBytes: number;
  text(size: string): string;
  readonly next: string;
}

/** @param isolateName for people: `main`, `isolate:2` */
export function verdictOf(
  parts: readonly MemoryPart[],
  reading: RssReading,
  isolateName: (isolate: number) => string,
): MemoryVerdict {
  const size = (part: MemoryPartName) => parts.find((each) => each.part === part)?.sizeBytes ?? 0;
  const leastBytes = Math.max(LEAST_BYTES, LEAST_RATIO * reading.rssBytes);
  const standOut = candidatesOf(size, reading, isolateName).filter(({ sizeBytes }) => sizeBytes >= leastBytes);
  const mostBytes = standOut.reduce((most, { sizeBytes }) => Math.max(most, sizeBytes), 0);
  // in their order, not by what of them is more at the moment
  const [first, ...others] = standOut.filter(({ sizeBytes }) => sizeBytes >= NEAR_RATIO * mostBytes);
  if (!first) return small(size('binary'));
  const { cause, sizeBytes, next } = first;
  const said = [first, ...others].map(
    ({ text, sizeBytes: bytes }) =>
      `${text(humanSize(bytes))} (${Math.round((100 * bytes) / reading.rssBytes)} % of RSS)`,
  );
  return { cause, sizeBytes: Math.round(sizeBytes), text: said.join('; about as much: '), next };
}

function small(binaryBytes: number): MemoryVerdict {
  return {
    cause: 'small',
    sizeBytes: 0,
    text: `nothing stands out: it has little more than a Node.js that does nothing, of which ${humanSize(binaryBytes)} are its own file`,
    next: 'nothing',
  };
}

function candidatesOf(
  size: (part: MemoryPartName) => number,
  reading: RssReading,
  isolateName: (isolate: number) => string,
): Candidate[] {
  const beyond = (part: MemoryPartName) => Math.max(0, size(part) - (BARE[part] ?? 0));
  const young = youngBytes(reading);
  return [
    heapCandidate(Math.max(0, size('heapUsed') - young - OLD_BYTES), reading, isolateName),
    ...(reading.spaces ? [] : [unreadHeap(beyond('heapKept'))]),
    {
      cause: 'heapNotShrunk',
      sizeBytes: reading.spaces ? beyond('heapFree') + beyond('heapKept') + Math.max(0, young - YOUNG_BYTES) : 0,
      text: (bytes) =>
        `V8 keeps ${bytes} that its heap does not use: it had more objects before, or many die young, and it has not shrunk yet`,
      next: 'wait for V8 to shrink it while the process idles; if it stays, lower --max-semi-space-size or the limit of the heap',
    },
    {
      cause: 'buffers',
      sizeBytes: size('buffers'),
      text: (bytes) =>
        reading.heap?.knowsGarbage === false && size('buffers') > 0
          ? `${bytes} are memory of ArrayBuffers and Buffers, held or not yet collected`
          : `Buffers that are held have ${bytes}, outside V8's heap: ${reading.heap?.buffers.count ?? 0} blocks are reached`,
      next: 'find who holds them: heapwatch path PID ArrayBuffer, or heapwatch heap PID --by via',
    },
    {
      cause: 'bufferGarbage',
      sizeBytes: size('bufferGarbage'),
      text: (bytes) =>
        `Buffers that nothing holds have ${bytes}: ${reading.heap?.bufferGarbage.count ?? 0} blocks wait for V8's next major collection, which their small objects do not hasten`,
      next: 'nothing leaks: reuse Buffers, or lower the limit of the heap so that V8 collects earlier',
    },
    {
      cause: 'externalStrings',
      sizeBytes: size('externalStrings'),
      text: (bytes) =>
        `external strings have ${bytes}, outside V8's heap: ${reading.heap?.externalStrings.count ?? 0} long texts made of Buffers`,
      next: 'find who holds them: heapwatch heap PID --by referrers, row string; keep the Buffer, or what is needed of the text',
    },
    {
      cause: 'wasm',
      sizeBytes: size('wasm'),
      text: (bytes) => `memories of WebAssembly have ${bytes}: they grow and never shrink`,
      next: 'let go of the instance when its work is done, or look for a leak in its own allocator',
    },
    nativeCandidate(beyond('native'), reading),
    {
      cause: 'fragmentation',
      sizeBytes: size('mallocFree'),
      text: (bytes) => fragmentationText(bytes, reading),
      next: 'allocate blocks of like sizes, or run with another allocator (jemalloc by LD_PRELOAD); MALLOC_ARENA_MAX=2 helps where many threads allocate',
    },
    {
      cause: 'snapshots',
      sizeBytes: size('snapshotLeft'),
      text: (bytes) =>
        `${bytes} of malloc are free since a heap snapshot of it was taken: V8's entries of one are still in it, and the C library has not given the memory back`,
      next: 'nothing leaks: it is used again, or gone with a restart; use walk, types or census instead of snapshots',
    },
    {
      cause: 'stacks',
      sizeBytes: beyond('stacks'),
      text: (bytes) =>
        `stacks of ${reading.threads} threads have ${bytes}: they keep what their deepest call once took`,
      next: 'look for deep recursion in workers, and lower resourceLimits.stackSizeMb or their number',
    },
    {
      cause: 'shared',
      sizeBytes: size('shared'),
      text: (bytes) => `shared memory has ${bytes}, which other processes may have too`,
      next: 'look at its files in /dev/shm and /proc/PID/maps',
    },
    {
      cause: 'unknown',
      sizeBytes: size('unknown'),
      text: (bytes) => `${bytes} are mappings that neither V8 nor a known C library made`,
      next: 'look at /proc/PID/smaps; an addon or another allocator (musl, jemalloc) makes its own',
    },
  ];
}

/**
 * What of the young generation is in use. That is all of it before a collection, and next to nothing behind it: it says when a process
 * was read, not what it has, and counts as what V8 keeps for it.
 */
function youngBytes({ spaces = [] }: RssReading): number {
  const young = spaces.filter(({ space }) => space === 'new_space');
  return young.reduce((sum, { usedBytes, residentBytes }) => sum + Math.min(usedBytes, residentBytes), 0);
}

function unreadHeap(sizeBytes: number): Candidate {
  return {
    cause: 'heapUnknown',
    sizeBytes,
    text: (bytes) => `V8's heap has ${bytes}, used or free: how this V8 lays out its heap is not known`,
    next: 'ask its inspector: heapwatch heap PORT --probe types',
  };
}

function heapCandidate(sizeBytes: number, reading: RssReading, isolateName: (isolate: number) => string): Candidate {
  const largest = reading.heap?.isolates.toSorted((a, b) => b.usedBytes - a.usedBytes)[0];
  const isolate = largest?.isolate ?? largestIsolate(reading);
  const where = isolate === 0 ? '' : ` of ${isolateName(isolate)}`;
  if (largest && largest.codeBytes >= CODE_RATIO * largest.usedBytes) {
    return {
      cause: 'code',
      sizeBytes,
      text: (bytes) =>
        `JavaScript code is most of V8's heap${where}, which has ${bytes} more than a bare one: ${humanSize(largest.codeBytes)} are bytecode and what V8 keeps of functions`,
      next: 'look for new Function, eval, vm.Script or templates that are compiled again and again; keep what they make',
    };
  }
  return {
    cause: isolate > 0 ? 'worker' : 'heap',
    sizeBytes,
    text: (bytes) => `JavaScript objects${where} have ${bytes} of V8's heap${kindsText(largest)}`,
    next: 'see which kinds grow: heapwatch tail PID; what holds them: heapwatch path PID KIND',
  };
}

function largestIsolate({ spaces = [] }: RssReading): number {
  const used = new Map<number, number>();
  for (const { isolate, usedBytes } of spaces) used.set(isolate, usedBytes + (used.get(isolate) ?? 0));
  return [...used].filter(([isolate]) => isolate >= 0).sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0;
}

function kindsText(isolate: IsolateReading | undefined): string {
  const kinds = isolate?.kinds.slice(0, 3) ?? [];
  if (kinds.length === 0) return '';
  return `, mostly ${kinds.map(({ kind, sizeBytes }) => `${kind} (${humanSize(sizeBytes)})`).join(', ')}`;
}

/** Memory of malloc that no JavaScript object is known to hold; by handles of Node's if there are as many as that takes. */
function nativeCandidate(sizeBytes: number, reading: RssReading): Candidate {
  const handle = reading.heap?.handles.find((each) => mayHold(each, sizeBytes));
  if (handle) {
    return {
      cause: 'handles',
      sizeBytes,
      text: (bytes) =>
        `C++ memory has ${bytes}, as much as ${handle.count} objects ${handle.kind} may hold that were never closed (${humanSize(sizeBytes / handle.count)} each)`,
      next: `close them, and find who holds them: heapwatch path PID ${handle.kind}`,
    };
  }
  return {
    cause: 'native',
    sizeBytes,
    text: (bytes) => `C or C++ code has ${bytes} of malloc in use that no JavaScript object is known to hold`,
    next: 'suspect an addon, or a library below Node.js; see who allocates with heaptrack or jemalloc profiling, and whether it grows with requests',
  };
}

function mayHold({ count }: KindReading, sizeBytes: number): boolean {
  const each = sizeBytes / count;
  return count >= LEAST_HANDLES && each >= LEAST_HANDLE_BYTES && each <= MOST_HANDLE_BYTES;
}

function fragmentationText(bytes: string, { malloc }: RssReading): string {
  const isPeak = malloc.largeFreeBytes > malloc.freeBytes / 2;
  return isPeak
    ? `malloc keeps ${bytes} free since a peak: most of it in large pieces below blocks that are still in use`
    : `malloc is fragmented: ${bytes} are free in ${malloc.freeChunks} pieces between blocks in use, and cannot be given back`;
}
