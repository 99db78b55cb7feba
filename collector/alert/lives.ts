/**
 * The lives of one target's processes, one after the other: how long each was seen, how its heap went, and which kinds grew.
 * Pure.
 *
 *     process 1 ──────────✝ process 2 ─────────✝ process 3 ──
 *     heap 20 MB ──> 510 MB │ 21 MB ──> 508 MB  │              "each died near 510 MB of 512 MB"
 *
 * What an outsider sees is that a process of this machine is no more, or that another is there; and what limit was near. Whether a
 * signal ended a process only its parent knows.
 */
import type { DeathCause } from '../../protocol/death.ts';
import type { PartitionEvent, TargetEvent, UsageEvent } from '../../protocol/events.ts';
import { humanCount, humanDuration, humanSize } from '../../protocol/human.ts';
import { type GrownKind, LifeKinds } from './life-kinds.ts';

/** Lives that are remembered. */
const MAX_LIVES = 20;
/** A heap that was this full when it was last read has run out of memory. */
const FULL_RATIO = 0.85;
/** How a target's end says that the kernel has killed it. */
const OUT_OF_MEMORY = /memory ran out/;
/** Limits of memory that it may have died of. */
const LIMITS: ReadonlySet<DeathCause> = new Set(['v8Limit', 'cgroup', 'ulimit', 'machine']);

export interface Life {
  /** From its first reading to its last. */
  readonly ranMs: number;
  readonly firstHeapBytes: number;
  readonly lastHeapBytes: number;
  readonly heapLimitBytes: number;
  readonly isOutOfMemory: boolean;
  /** The kinds that grew in it, what explains most first. */
  readonly grown: readonly GrownKind[];
}

export class Lives {
  readonly #lives: Life[] = [];
  #first: UsageEvent | undefined;
  #last: UsageEvent | undefined;
  #kinds = new LifeKinds();
  /** Whether the process of now is known to have ended. */
  #isOver = false;

  /** Newest last. */
  get past(): readonly Life[] {
    return this.#lives;
  }

  /** Takes a reading of the process of now. */
  read(usage: UsageEvent): void {
    this.#first ??= usage;
    this.#last = usage;
  }

  /** Takes what was counted of the process of now. */
  count(partition: PartitionEvent): void {
    this.#kinds.take(partition);
  }

  /** The target is away. @returns the life, if its process is known to have ended */
  gone({ reason, death }: Pick<TargetEvent, 'reason' | 'death'>): Life | undefined {
    const isKilled = OUT_OF_MEMORY.test(reason ?? '');
    if (this.#isOver || !(isKilled || death)) return undefined;
    this.#isOver = true;
    return this.#end(isKilled || (death !== undefined && LIMITS.has(death.cause) && death.certainty !== 'unknown'));
  }

  /** Another process is there. @returns the life before, unless its end was known */
  next(): Life | undefined {
    const life = this.#isOver ? undefined : this.#end(false);
    this.#isOver = false;
    return life;
  }

  #end(isKilled: boolean): Life {
    const [first, last] = [this.#first, this.#last];
    this.#first = undefined;
    this.#last = undefined;
    const grown = this.#kinds.grown();
    this.#kinds = new LifeKinds(this.#kinds.smallest);
    const heapLimitBytes = last?.heapLimitBytes ?? 0;
    const lastHeapBytes = last?.heapUsedBytes ?? 0;
    const isFull = heapLimitBytes > 0 && lastHeapBytes >= heapLimitBytes * FULL_RATIO;
    const life = {
      ranMs: first && last ? Date.parse(last.takenAt) - Date.parse(first.takenAt) : 0,
      firstHeapBytes: first?.heapUsedBytes ?? 0,
      lastHeapBytes,
      heapLimitBytes,
      isOutOfMemory: isKilled || isFull,
      grown,
    };
    this.#lives.push(life);
    if (this.#lives.length > MAX_LIVES) this.#lives.shift();
    return life;
  }
}

/**
 * `the last 3 were seen for about 100 s; the heap grew from 20 MB to 508 MB of 512 MB in each; so did Session, from 200 to 310,000
 * in the last`. Empty where nothing was read.
 */
export function livesText(lives: readonly Life[], count: number): string {
  const last = lives.slice(-count).filter(({ lastHeapBytes }) => lastHeapBytes > 0);
  if (last.length === 0) return '';
  const middle = (of: (life: Life) => number) => last.map(of).toSorted((a, b) => a - b)[Math.floor(last.length / 2)]!;
  const grew = `the heap grew from ${humanSize(middle((life) => life.firstHeapBytes))} to ${humanSize(middle((life) => life.lastHeapBytes))}`;
  const limit = middle((life) => life.heapLimitBytes);
  const of = limit > 0 ? ` of ${humanSize(limit)}` : '';
  const each = last.length === 1 ? 'it was' : `the last ${last.length} were`;
  const lived = `${each} seen for about ${humanDuration(middle(({ ranMs }) => ranMs))}; ${grew}${of}`;
  return `${lived}${last.length === 1 ? '' : ' in each'}${grownText(last)}`;
}

/** The kind that grew in all of these lives and explains most of the last. */
function grownText(lives: readonly Life[]): string {
  const inAll = lives
    .at(-1)!
    .grown.find(({ kind }) => lives.every((life) => life.grown.some((of) => of.kind === kind)));
  if (!inAll) return '';
  const { kind, before, now } = inAll;
  const when = lives.length === 1 ? '' : ' in the last';
  return `; so did ${kind}, from ${humanCount(before)} to ${humanCount(now)} objects${when}`;
}
