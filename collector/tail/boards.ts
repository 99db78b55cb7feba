/** One board for each isolate that is followed, and where there are several one for their sum. */
import type { Partition } from '../../protocol/partition.ts';
import { Board } from './board.ts';
import { sumOfPartitions, sumOfUsage } from './sum.ts';
import type { TailEvent } from './tail-event.ts';

/** Name of the sum's board. */
export const ALL = 'all';

export class Boards {
  readonly #boards = new Map<string, Board>();
  readonly #all = new Board(ALL);

  /** In the order in which they were first reported; the sum comes before them where there are several. */
  get list(): readonly Board[] {
    const boards = [...this.#boards.values()];
    return boards.length > 1 ? [this.#all, ...boards] : boards;
  }

  hear(reading: TailEvent): void {
    // of a whole process, which is no board where only its workers are followed
    if (reading.is === 'memory') {
      this.#boards.get(reading.memory.target)?.hear(reading);
      return;
    }
    this.#board(nameOf(reading)).hear(reading);
    if (this.#boards.size < 2) return;
    if (reading.is === 'usage') this.#sumUsage();
    if (reading.is === 'partition') this.#sumPartitions(reading.partition);
    if (reading.is === 'pace') this.#sumPace();
  }

  checkpoint(): void {
    for (const board of this.list) board.checkpoint();
  }

  #board(name: string): Board {
    const known = this.#boards.get(name);
    if (known) return known;
    const board = new Board(name);
    this.#boards.set(name, board);
    return board;
  }

  #sumUsage(): void {
    const usages = this.#followed().flatMap(({ usage }) => (usage ? [usage] : []));
    if (usages.length > 0) this.#all.hear({ is: 'usage', usage: sumOfUsage(usages, ALL) });
  }

  /** Only when each has been read: a sum that lacks a target would jump when it comes. */
  #sumPartitions({ probe, by }: Partition): void {
    const newest = this.#followed().map((board) => board.table(probe)?.newest);
    const partitions = newest.filter((partition) => partition?.by === by) as Partition[];
    if (partitions.length < newest.length) return;
    this.#all.hear({ is: 'partition', partition: sumOfPartitions(partitions, ALL) });
  }

  /** The share is that of the target that pays most. */
  #sumPace(): void {
    const paces = this.#followed().flatMap(({ pace }) => (pace ? [pace] : []));
    const [dearest] = paces.toSorted((a, b) => b.shareRatio - a.shareRatio);
    if (dearest) this.#all.hear({ is: 'pace', target: ALL, pace: dearest });
  }

  /** Those whose target is there. */
  #followed(): Board[] {
    return [...this.#boards.values()].filter(({ state }) => state?.state !== 'gone');
  }
}

function nameOf(reading: Exclude<TailEvent, { is: 'memory' }>): string {
  if (reading.is === 'usage') return boardName(reading.usage);
  if (reading.is === 'partition') return boardName(reading.partition);
  return reading.target;
}

/** A main isolate has its target's name. */
function boardName({ target, isolate }: { readonly target: string; readonly isolate: string }): string {
  return isolate === 'main' ? target : `${target} ${isolate}`;
}
