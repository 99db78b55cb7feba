/**
 * The program of the thread that walks one process or core file. Copy and analysis are here, so that from SIGSTOP to SIGCONT
 * nothing else runs in it, and nothing else waits for the analysis.
 */
import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { AttachError } from '../../base/errors.ts';
import type { Layout } from '../../layout/layout.ts';
import { layoutOf } from '../../layout/layout.ts';
import { LayoutRefusal } from '../../layout/refusal.ts';
import { CoreMemory } from '../../memory/core-memory.ts';
import type { MemoryImage } from '../../memory/image.ts';
import { type MemoryReading, ProcessMemory } from '../../memory/process-memory.ts';
import type { Wanted } from '../../memory/wanted.ts';
import { sourceMaps, tellRefused } from '../../original/in-use.ts';
import { buffersOf } from '../../parse/packed.ts';
import { readProcess } from '../../process/process.ts';
import { converse, jobOf, type Reply } from '../../threads/conversation.ts';
import { collectingIsolates, MidCollectionError } from '../../walk/collecting.ts';
import { type Handles, handlesIn } from '../../walk/graph/handles.ts';
import { refuseStrange } from '../../walk/invariants.ts';
import { HeapWords } from '../../walk/objects.ts';
import { type Page, pagesOf } from '../../walk/pages.ts';
import { movedRatio, steadyPages } from '../../walk/steady-pages.ts';
import { walkKinds } from '../../walk/walk-kinds.ts';
import type { GraphAnswer, GraphQuestion } from './graph-job.ts';
import type { OpenedHeap, WalkAnswer, WalkEvent, WalkedMemory, WalkQuestion } from './walk-job.ts';

const place = jobOf<WalkedMemory>();
let heap: Promise<OpenHeap> | undefined;

converse({
  async open(): Promise<Reply> {
    heap ??= opened();
    return { result: (await heap).said };
  },
  async heldBytes(): Promise<Reply> {
    return { result: (await heap!).heldBytes() };
  },
  async walk(question: WalkQuestion, tell: Tell): Promise<Reply> {
    return { result: await (await heap!).walk(question, tell) };
  },
  async graph(question: GraphQuestion, tell: Tell): Promise<Reply> {
    const answer = await (await heap!).graph(question, tell);
    return { result: answer, ...(answer.columns && { transfer: buffersOf(answer.columns) }) };
  },
  async close(): Promise<Reply> {
    await (await heap)?.close();
    return { result: null };
  },
});

/** One in 25 of a program that does nothing but allocate is in the middle of a collection. */
const MOST_COLLECTIONS = 60;
/** A heap that makes no sense may be one that was stopped at a bad moment. */
const MOST_STRANGE = 5;
/** Of one that runs on: how much of its old generation may have been moved during the copy, and how often it is read again. */
const MOVED_RATIO = 0.01;
const MOST_MOVED = 5;
/** A young collection ends within that; one on a busy machine takes longer. */
const COLLECTION_MS = 10;
const LONGEST_WAIT_MS = 50;

type Tell = (event: WalkEvent) => void;

interface OpenHeap {
  readonly said: OpenedHeap;
  heldBytes(): number;
  walk(question: WalkQuestion, tell: Tell): Promise<WalkAnswer>;
  graph(question: GraphQuestion, tell: Tell): Promise<GraphAnswer>;
  close(): Promise<void>;
}

function opened(): Promise<OpenHeap> {
  return 'core' in place ? openCore(place.core, place.exe) : openProcess(place);
}

async function openProcess({
  pid,
  startTicks,
  memFd,
  isInside,
}: Exclude<WalkedMemory, { core: string }>): Promise<OpenHeap> {
  const memory = ProcessMemory.open(pid, memFd, isInside);
  try {
    if (startTicks !== undefined && memory.key.startTicks !== startTicks) {
      throw new AttachError(`Cannot read memory of pid:${pid}: it is another process by now, that of before has ended`);
    }
    const layout = layoutOf(memory.executable);
    const { startedAtMs } = await readProcess(pid).catch((cause) => {
      throw new AttachError(`Cannot read memory of pid:${pid}: ${cause.message}`, { cause });
    });
    return {
      said: { v8: layout.v8, pid, startTicks: memory.key.startTicks, atMs: startedAtMs },
      heldBytes: () => memory.heldBytes(),
      walk: (question, tell) =>
        atGoodMoment(
          memory,
          layout,
          question,
          tell,
          () => undefined,
          (image, pages) => ({
            kinds: kindsIn(image, layout, pages),
          }),
        ),
      graph: (question, tell) =>
        atGoodMoment(
          memory,
          layout,
          question,
          tell,
          (image, pages) => handlesIn(image, pages, question.isolate),
          (image, pages, handles) => graphIn(image, layout, pages, handles, question, `pid:${pid}`),
        ),
      close: () => memory[Symbol.asyncDispose](),
    };
  } catch (error) {
    await memory[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Reads again while it was stopped in the middle of a collection: a heap is then not as it is between them. One that runs on is
 * read again some times where much of it was moved meanwhile; what stood still already is taken as it is.
 * @param atMoment what belongs to that moment and lies outside of V8's pages
 */
async function atGoodMoment<M, T>(
  memory: ProcessMemory,
  layout: Layout,
  { stop, limitMs }: WalkQuestion,
  tell: Tell,
  atMoment: (image: MemoryImage, pages: readonly Page[]) => M,
  make: (image: MemoryImage, pages: readonly Page[], moment: M) => T | Promise<T>,
): Promise<Omit<MemoryReading, 'image'> & T> {
  let stoppedMs = 0;
  let pages: readonly Page[] = [];
  for (let time = 1; ; time++) {
    let moment: M | undefined;
    let collecting: readonly number[] = [];
    let before: readonly Page[] | undefined;
    // of one that runs headers change before the pages are copied
    const wanted: Wanted = (headers) => {
      pages = pagesOf(headers, layout);
      return pages.map(({ address, byteLength }) => [address, address + byteLength]);
    };
    const refuse = (): void => {
      if (collecting.length > 0) throw new MidCollectionError(collecting);
    };
    try {
      const { image, ...reading } = await memory.read({
        stop,
        ...(limitMs !== undefined && { limitMs }),
        // of heaps that were seen before
        before: (outside) => {
          collecting = collectingIsolates({ outside }, layout, pages);
          refuse();
        },
        ...(stop && { wanted }),
        headers: (seen) => {
          before = pagesOf(seen, layout);
        },
        atMoment: (seen) => {
          if (before) pages = steadyPages(before, pagesOf(seen, layout));
          else if (!stop) pages = pagesOf(seen, layout);
          collecting = collectingIsolates(seen, layout, pages);
          moment = atMoment(seen, pages);
        },
      });
      stoppedMs += reading.stoppedMs;
      if (reading.moment === 'stopped') refuse();
      const isMoved = before !== undefined && movedRatio(before, pages) > MOVED_RATIO;
      if (isMoved && time < MOST_MOVED) throw new MidCollectionError(collecting);
      tell('copied');
      return { ...reading, stoppedMs, ...(await make(image, pages, moment as M)) };
    } catch (error) {
      const most = error instanceof MidCollectionError ? MOST_COLLECTIONS : MOST_STRANGE;
      const isForNow = error instanceof MidCollectionError || error instanceof LayoutRefusal;
      if (!isForNow || time >= most) throw error;
    }
    await setTimeout(Math.min(LONGEST_WAIT_MS, COLLECTION_MS * time));
  }
}

async function openCore(path: string, exe: string | undefined): Promise<OpenHeap> {
  const core = CoreMemory.open(path, exe === undefined ? {} : { exe });
  const layout = layoutOf(core.executable);
  const atMs = statSync(path).mtimeMs;
  const { pid } = core.process;
  return {
    said: { v8: layout.v8, ...(pid !== undefined && { pid }), startTicks: 0, atMs },
    heldBytes: () => 0,
    walk: async () => {
      const image = await core.read();
      const copiedBytes = image.buffer.byteLength;
      const kinds = kindsIn(image, layout, pagesOf(image, layout));
      return { kinds, takenAtMs: atMs, moment: 'found stopped', stoppedMs: 0, copiedBytes, lostBytes: 0 };
    },
    graph: async (question) => {
      const image = await core.read();
      const pages = pagesOf(image, layout);
      const made = await graphIn(image, layout, pages, handlesIn(image, pages, question.isolate), question, path);
      const copiedBytes = image.buffer.byteLength;
      return { ...made, takenAtMs: atMs, moment: 'found stopped', stoppedMs: 0, copiedBytes, lostBytes: 0 };
    },
    close: async () => core[Symbol.dispose](),
  };
}

function kindsIn(image: MemoryImage, layout: Layout, pages: readonly Page[]) {
  const kinds = walkKinds(new HeapWords(image, layout, pages), sourceMaps());
  tellRefused();
  return kinds;
}

async function graphIn(
  image: MemoryImage,
  layout: Layout,
  pages: readonly Page[],
  handles: Handles,
  question: GraphQuestion,
  name: string,
) {
  const words = new HeapWords(image, layout, pages);
  refuseStrange(words);
  // what counts by class only has no room for all of that
  const { graphAnswer } = await import('./graph-answer.ts');
  return graphAnswer(words, handles, question, name);
}
