/** The graph of a target, whole, in this process: of a snapshot file, a core file, or a process that is walked from outside. */
import { parseTarget } from '../../agent/base/target.ts';
import { fileColumns } from '../../agent/file/file-columns.ts';
import { refusing } from '../../agent/file/refusal.ts';
import { isCoreFile } from '../../agent/memory/core-file.ts';
import type { Columns } from '../../agent/parse/columns.ts';
import { unpacked } from '../../agent/parse/packed.ts';
import type { Partition } from '../../protocol/partition.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { openWalk, type WalkAsk } from './open-walker.ts';
import { stoppedOrNot } from './read-walk.ts';
import { costText, progressText } from './words.ts';

export interface ColumnsAsk extends WalkAsk {
  readonly target: string;
  /** Of a process; default: the main one. */
  readonly isolate?: string;
}

export interface ReadColumns extends Pick<Partition, 'probe' | 'takenAt'> {
  readonly columns: Columns;
}

/** Whether it is read from a file that holds a snapshot. @throws UsageError for a collector, which stores no graph */
export function isSnapshotFile(target: string): boolean {
  const parsed = parseTarget(target);
  if (parsed.kind === 'collector') {
    throw new UsageError(`Cannot read ${target}: a collector stores no graph, name the process or a snapshot file`);
  }
  return parsed.kind === 'file' && !isCoreFile(parsed.path);
}

/** @throws as the walk or the file does; RefusedError; UsageError */
export async function readColumns(ask: ColumnsAsk, io: Io): Promise<ReadColumns> {
  const read = await (isSnapshotFile(ask.target) ? fromFile(ask.target, io) : walked(ask, io));
  io.progress('');
  return read;
}

async function walked({ target, isolate = 'main', stop, ...ask }: ColumnsAsk, io: Io): Promise<ReadColumns> {
  await using opened = await openWalk(target, { ...ask, stop }, io);
  const { walker, options } = opened;
  const read = (stops: boolean) => walker.graph(isolate, { columns: true }, { ...options, stop: stops });
  const { columns, takenAtMs, cost } = await stoppedOrNot(read, stop, io);
  io.say(costText(cost ?? {}));
  return { columns: unpacked(columns!), probe: 'walk', takenAt: new Date(takenAtMs).toISOString() };
}

async function fromFile(path: string, io: Io): Promise<ReadColumns> {
  const telling = () => fileColumns(path, (event) => io.progress(progressText(event)));
  const { columns, modifiedAtMs } = await refusing(path, telling);
  return { columns, probe: 'snapshot', takenAt: new Date(modifiedAtMs).toISOString() };
}
