/**
 * What a collector wants of a sampling profile: its partition, and whose sampling it is of (sampling-owner.ts). All that is read
 * of the profile itself, so that a thread can do it.
 */
import type { Partition, Row } from '../../protocol/partition.ts';
import type { ProbeContext } from '../attach/agent.ts';
import { originalProfile } from '../original/profile.ts';
import { bySizeThenKind, limitRows } from '../partition/partition.ts';
import { Ages, type AgesState, type Survivor } from '../profile/ages.ts';
import { type HeapProfile, heapProfileOf } from '../profile/heap-profile.ts';
import { isLike, type Mark, memoryOf, type Unmarked, withoutMark } from './sampling-owner.ts';
import { profilePartition, type SamplingProfile } from './sampling-profile.ts';

type Circumstances = Omit<SamplingProfile, 'head' | 'samples'>;

export interface ProfileQuestion {
  readonly context: Omit<ProbeContext, 'signal'> & { readonly label?: string; readonly rows?: number };
  /** By what our own sampling is known again; absent: it was never ours. */
  readonly ours?: Unmarked & { readonly mark?: Mark };
  /** What earlier readings of our own sampling have left; absent: this is the first. */
  readonly ages?: AgesState;
  /** Of the profile, if it is ours, or where nothing is. */
  readonly circumstances: Circumstances;
  /** Of the profile, if it is of another sampling than ours. */
  readonly foreign: Circumstances;
}

export interface ProfileReading {
  /** `marked`: it has our mark. `like`: without a mark it can be ours. `other`: it is not. */
  readonly whose: 'marked' | 'like' | 'other';
  /** As ours; absent for `other`. */
  readonly own?: Partition;
  /** As another's; absent for `marked`. */
  readonly theirs?: Partition;
  /** For the next reading, if this was ours. */
  readonly ages?: AgesState;
  /** To be held against the next reading. */
  readonly memory: Float64Array<ArrayBuffer>;
}

/** @param answer to `HeapProfiler.getSamplingProfile` @throws AnswerError */
export function profileReading(
  answer: object,
  { context, ours, ages, circumstances, foreign }: ProfileQuestion,
): ProfileReading {
  const profile = originalProfile(heapProfileOf(answer));
  const memory = memoryOf(profile.samples);
  const partition = (of: Circumstances, { head, samples } = profile, survivors?: readonly Survivor[]) => {
    const { rows, ...named } = context;
    const sites = profilePartition({ ...of, head, samples }, named);
    const whole = survivors ? withSurvivors(sites, survivors) : sites;
    return rows === undefined ? whole : limited(whole, rows);
  };
  const own = (of: HeapProfile) => {
    const read = new Ages(ages);
    read.add(of, Date.parse(circumstances.takenAt));
    const steady = read.survivors().filter(({ steadiness }) => steadiness >= LEAST_STEADINESS);
    const survivors = read.readAtMs.length >= FIRST_TOLD ? steady.slice(0, MOST_SURVIVORS) : undefined;
    return { own: partition(circumstances, of, survivors), ages: read.state };
  };
  // another of us may have begun it
  if (!ours) return { whose: 'like', ...own(withoutMark(profile) ?? profile), memory };
  const marked = ours.mark && withoutMark(profile, ours.mark);
  if (marked) return { whose: 'marked', ...own(marked), memory: memoryOf(marked.samples) };
  const theirs = partition(foreign);
  if (!isLike(profile, ours)) return { whose: 'other', theirs, memory };
  return { whose: 'like', ...own(profile), theirs, memory };
}

/** Number of readings from which on survivors are reported: the first two and the last two bound what has lived through them. */
const FIRST_TOLD = 4;
/** What stays for a while once is no leak: something of most parts of the time has stayed. */
const LEAST_STEADINESS = 0.75;
/** Sites that are told. */
const MOST_SURVIVORS = 20;

/** With what was allocated since the first reading and has lived through the last ones, as `survived` of each row. */
function withSurvivors(partition: Partition, survivors: readonly Survivor[]): Partition {
  const bytesOf = new Map(survivors.map(({ site, survivedBytes }) => [site, Math.round(survivedBytes)]));
  const rows = partition.rows.map((row) => {
    const sizeBytes = row.sizeBytes === 0 ? 0 : (bytesOf.get(row.kind) ?? 0);
    const count = sizeBytes === 0 ? 0 : Math.round((row.count * sizeBytes) / row.sizeBytes);
    return { ...row, survived: { count, sizeBytes } };
  });
  return { ...partition, rows };
}

/** The largest rows, but none of those of survivors is left out: a slow leak is small at first. */
function limited(partition: Partition, rows: number): Partition {
  const hasSurvived = ({ survived }: Row) => (survived?.sizeBytes ?? 0) > 0;
  const first = partition.rows.filter(hasSurvived);
  const { rows: left, ...rest } = limitRows(
    { ...partition, rows: [...first, ...partition.rows.filter((row) => !hasSurvived(row))] },
    rows,
  );
  return { ...rest, rows: left.toSorted(bySizeThenKind) };
}
