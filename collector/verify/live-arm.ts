/** An arm of a process of this machine: what its roots reach, read from outside again and again. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Tally } from '../../protocol/partition.ts';
import type { Run } from '../alert/statistics/arms.ts';
import type { Consent } from '../measure/consent.ts';
import { type OpenedWalk, openWalk } from '../measure/open-walker.ts';
import { stoppedOrNot } from '../measure/read-walk.ts';
import type { Io } from '../terminal/io.ts';
import type { ArmRun } from './judge.ts';
import { unitOf } from './readings.ts';

export interface LiveAsk {
  readonly forMs: number;
  readonly readings: number;
  readonly stop: boolean | undefined;
  readonly consent: Consent;
}

/** A process that may be read. */
export interface LiveSource extends AsyncDisposable {
  /** Reads it for the time. @throws as the walk does; the reason of `io.signal` */
  watch(): Promise<ArmRun>;
}

/** Opens the process, and has its stops agreed to. @throws as `openWalk` does */
export async function liveSource(source: string, ask: LiveAsk, io: Io): Promise<LiveSource> {
  const opened = await openWalk(source, { consent: ask.consent, stop: ask.stop }, io);
  return {
    watch: () => watch(source, opened, ask, io),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

type Rows = ReadonlyMap<string, Tally>;

async function watch(source: string, { walker, options }: OpenedWalk, ask: LiveAsk, io: Io): Promise<ArmRun> {
  const { forMs, readings, stop } = ask;
  const taken: { readonly atMs: number; readonly tallies: Rows }[] = [];
  const startedMs = performance.now();
  for (let reading = 0; reading < readings; reading++) {
    const leftMs = startedMs + (forMs * reading) / (readings - 1) - performance.now();
    if (leftMs > 0) await wait(leftMs, undefined, { signal: io.signal });
    const read = (stops: boolean) =>
      walker.graph('main', { by: ['kind'], reachable: true }, { ...options, stop: stops });
    const { partitions, takenAtMs } = await stoppedOrNot(read, stop, io);
    const rows = partitions[0]?.rows ?? [];
    taken.push({ atMs: takenAtMs, tallies: new Map(rows.map((row) => [row.kind, row])) });
    io.progress(`${source}: ${reading + 1} of ${readings} readings`);
  }
  const atMs = taken.map((each) => each.atMs);
  const runOf = (kind: string): Run => {
    const tallies = taken.map((each) => each.tallies.get(kind) ?? NONE);
    return { atMs, values: tallies.map(({ sizeBytes }) => sizeBytes), unit: unitOf(tallies) };
  };
  const kinds = new Set(taken.flatMap(({ tallies }) => [...tallies.keys()]));
  return { source, kinds: new Map([...kinds].map((kind) => [kind, runOf(kind)])), isExact: true };
}

const NONE: Tally = { count: 0, sizeBytes: 0 };
