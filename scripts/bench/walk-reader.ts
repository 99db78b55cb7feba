/**
 * The process that walks another for the bench, and does nothing else, so that its peak of memory is the walk's:
 *
 *     node walk-reader.js PID nothing|copy|classes|graph RUNS
 */
import type { Wanted } from '../../agent/memory/wanted.ts';
import { peakRssBytes } from './peak.ts';

export interface WalkReading {
  /** From the question to the answer, one a run. */
  readonly answerMs: readonly number[];
  /** How long the target stood still. */
  readonly stopMs: readonly number[];
  readonly heapBytes: number;
  /** User and system time of all threads, the median run's. */
  readonly cpuMs: readonly number[];
  readonly peakRssBytes: number;
}

/** On a busy machine a stop takes many times what is forecast. */
const BENCH = { target: 'bench', limitMs: 60_000 };

const [pid, what, runs] = process.argv.slice(2);
const [answerMs, stopMs, cpuMs]: [number[], number[], number[]] = [[], [], []];
let heapBytes = 0;

async function timed(work: () => Promise<{ stoppedMs: number; bytes: number }>): Promise<void> {
  for (let run = 0; run < Number(runs); run++) {
    const [from, cpu] = [performance.now(), process.cpuUsage()];
    const { stoppedMs, bytes } = await work();
    answerMs.push(performance.now() - from);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1_000);
    stopMs.push(stoppedMs);
    heapBytes = bytes;
  }
}

// each loads only what it needs
if (what === 'copy') {
  const { ProcessMemory } = await import('../../agent/memory/process-memory.ts');
  const [{ layoutOf }, { pagesOf }] = await Promise.all([
    import('../../agent/layout/layout.ts'),
    import('../../agent/walk/pages.ts'),
  ]);
  await using memory = ProcessMemory.open(Number(pid));
  const layout = layoutOf(memory.executable);
  const spans = (pages: ReturnType<typeof pagesOf>) =>
    pages.map(({ address, byteLength }) => [address, address + byteLength] as const);
  let pages: ReturnType<typeof spans> | undefined;
  await timed(async () => {
    const wanted: Wanted = (headers) => {
      pages ??= spans(pagesOf(headers, layout));
      return pages;
    };
    const { copiedBytes } = await memory.read({ stop: false, wanted });
    return { stoppedMs: 0, bytes: copiedBytes };
  });
} else if (what !== 'nothing') {
  const { Walker } = await import('../../agent/probe/walk.ts');
  await using walker = await Walker.open({ pid: Number(pid) });
  await timed(async () => {
    if (what === 'graph') {
      const { cost, heapUsedBytes } = await walker.graph('main', { by: ['retained'] }, BENCH);
      return { stoppedMs: cost?.pauseMs ?? 0, bytes: heapUsedBytes };
    }
    const [main] = await walker.walk(BENCH);
    return { stoppedMs: main?.cost?.pauseMs ?? 0, bytes: main?.heapUsedBytes ?? 0 };
  });
}
const reading: WalkReading = { answerMs, stopMs, cpuMs, heapBytes, peakRssBytes: peakRssBytes() };
process.send?.(reading, () => process.exit());
