/**
 * What a collector wants of a sampling profile: its partition, and whose sampling it is of (sampling-owner.ts). All that is read
 * of the profile itself, so that a thread can do it.
 */
import type { Partition } from '../../protocol/partition.ts';
import type { ProbeContext } from '../attach/agent.ts';
import { originalProfile } from '../original/profile.ts';
import { limitRows } from '../partition/partition.ts';
import { heapProfileOf } from '../profile/heap-profile.ts';
import { isLike, type Mark, memoryOf, type Unmarked, withoutMark } from './sampling-owner.ts';
import { profilePartition, type SamplingProfile } from './sampling-profile.ts';

type Circumstances = Omit<SamplingProfile, 'head' | 'samples'>;

export interface ProfileQuestion {
  readonly context: Omit<ProbeContext, 'signal'> & { readonly label?: string; readonly rows?: number };
  /** By what our own sampling is known again; absent: it was never ours. */
  readonly ours?: Unmarked & { readonly mark?: Mark };
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
  /** To be held against the next reading. */
  readonly memory: Float64Array<ArrayBuffer>;
}

/** @param answer to `HeapProfiler.getSamplingProfile` @throws AnswerError */
export function profileReading(
  answer: object,
  { context, ours, circumstances, foreign }: ProfileQuestion,
): ProfileReading {
  const profile = originalProfile(heapProfileOf(answer));
  const memory = memoryOf(profile.samples);
  const partition = (of: Circumstances, { head, samples } = profile) => {
    const { rows, ...named } = context;
    const whole = profilePartition({ ...of, head, samples }, named);
    return rows === undefined ? whole : limitRows(whole, rows);
  };
  // another of us may have begun it
  if (!ours) return { whose: 'like', own: partition(circumstances, withoutMark(profile) ?? profile), memory };
  const marked = ours.mark && withoutMark(profile, ours.mark);
  if (marked) return { whose: 'marked', own: partition(circumstances, marked), memory: memoryOf(marked.samples) };
  const theirs = partition(foreign);
  if (!isLike(profile, ours)) return { whose: 'other', theirs, memory };
  return { whose: 'like', own: partition(circumstances), theirs, memory };
}
