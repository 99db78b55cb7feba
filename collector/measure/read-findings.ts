/** What is found in a heap by a target's text: a file, a core file, a process by walk where it may be, else by a snapshot. */

import { parseTarget } from '../../agent/base/target.ts';
import type { FileEvent } from '../../agent/file/file-event.ts';
import type { EarlierFile, EarlierJob, FileFindings, FindingsJob } from '../../agent/file/file-findings.ts';
import { programUrl } from '../../agent/threads/program.ts';
import { inThread } from '../../agent/threads/thread.ts';
import type { Report } from '../../protocol/finding.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import type { Consent } from './consent.ts';
import { walkElse } from './walk-else.ts';
import { costText, progressText } from './words.ts';

export interface FindingsAsk {
  readonly target: string;
  /** Snapshot files of before, the oldest first. */
  readonly baselines: readonly string[];
  readonly probe: 'walk' | 'snapshot' | undefined;
  readonly isolate: string;
  /** False: contents of strings are not shown. */
  readonly strings: boolean;
  readonly stop: boolean | undefined;
  readonly exe: string | undefined;
  readonly consent: Consent;
}

/** @throws as the probe or the file does; RefusedError for a price that is not agreed to; UsageError */
export async function readFindings(ask: FindingsAsk, io: Io): Promise<Report> {
  const earlier: EarlierFile[] = [];
  for (const path of ask.baselines) earlier.push(await inFile<EarlierFile>({ path }, io));
  checkOrder(earlier, io);
  const found = await findings(ask, earlier, io);
  io.progress('');
  return { ...found, baselines: earlier.map(({ rows: _, maxId: __, ...heap }) => heap) };
}

type Found = Omit<Report, 'baselines'>;

async function findings(ask: FindingsAsk, earlier: readonly EarlierFile[], io: Io): Promise<Found> {
  const { target, probe } = ask;
  const parsed = parseTarget(target);
  if (parsed.kind === 'collector') {
    throw new UsageError(
      `Cannot report on ${target}: a collector stores no graph, name the process or a snapshot file`,
    );
  }
  const { isCoreFile } = await import('../../agent/memory/core-file.ts');
  if (parsed.kind !== 'file') return await ofProcess(ask, earlier, io);
  if (isCoreFile(parsed.path)) return await byWalk(ask, earlier, io);
  if (probe !== undefined) throw new UsageError(`Cannot use --probe on ${target}: only a process can be probed`);
  return await byFile(parsed.path, ask, earlier, io);
}

/** By walk, unless something else is asked for or it cannot be walked. */
async function ofProcess(ask: FindingsAsk, earlier: readonly EarlierFile[], io: Io): Promise<Found> {
  if (ask.probe === 'snapshot') return await bySnapshot(ask, earlier, io);
  const walk = () => byWalk(ask, earlier, io);
  return ask.probe === 'walk' ? await walk() : await walkElse(walk, () => bySnapshot(ask, earlier, io), io);
}

async function byWalk(ask: FindingsAsk, earlier: readonly EarlierFile[], io: Io): Promise<Found> {
  const { target, isolate, strings, stop, exe, consent } = ask;
  const { openWalk } = await import('./open-walker.ts');
  const { stoppedOrNot } = await import('./read-walk.ts');
  await using opened = await openWalk(target, { consent, stop, exe }, io);
  const { walker, options } = opened;
  const question = { findings: { strings, target, earlier } };
  const read = (stops: boolean) => walker.graph(isolate, question, { ...options, stop: stops });
  const { findings: found, takenAtMs, cost } = await stoppedOrNot(read, stop, io);
  io.say(costText(cost ?? {}));
  return { target, probe: 'walk', takenAt: new Date(takenAtMs).toISOString(), ...found! };
}

async function byFile(path: string, ask: FindingsAsk, earlier: readonly EarlierFile[], io: Io): Promise<Found> {
  const { target, strings } = ask;
  const found = await inFile<FileFindings>({ path, strings, earlier, target }, io);
  return { target, probe: 'snapshot', ...found };
}

/** A snapshot is taken into a file of ours, which is removed; its price is agreed to first. */
async function bySnapshot(ask: FindingsAsk, earlier: readonly EarlierFile[], io: Io): Promise<Found> {
  const { target, isolate, consent } = ask;
  const { attachTo } = await import('./attached.ts');
  const { withSnapshotFile } = await import('./snapshot-file.ts');
  await using agent = await attachTo(target, io);
  return await withSnapshotFile({ agent, target, isolate, consent }, io, (path) => byFile(path, ask, earlier, io));
}

function inFile<Result>(job: FindingsJob | EarlierJob, io: Io): Promise<Result> {
  return inThread<FileEvent, Result>(programUrl('../../agent/file/file-findings-thread', import.meta.url), job, {
    signal: io.signal,
    onEvent: (event) => io.progress(progressText(event)),
  });
}

/** The order is that of the command line; dates may be those of copies. */
function checkOrder(earlier: readonly EarlierFile[], io: Io): void {
  // ids of one process rise: those in order say more than dates, which a copy changes
  const rises = earlier.every((heap, at) => at === 0 || heap.maxId > earlier[at - 1]!.maxId);
  const late = rises ? -1 : earlier.findIndex((heap, at) => at > 0 && heap.takenAt < earlier[at - 1]!.takenAt);
  if (late < 0) return;
  io.say(
    `${earlier[late]!.target} was written before ${earlier[late - 1]!.target} by its date; baselines count as named, the oldest first`,
  );
}
