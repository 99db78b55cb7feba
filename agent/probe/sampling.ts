/**
 * Who allocates what is still alive: V8's sampling heap profiler, on a connection of its own.
 *
 * The profiler is one for the whole isolate, and it ends with the session that started it or with that session's
 * `HeapProfiler.disable`. It keeps samples of what lives alone and drops call frames that have none left, so however long
 * it runs it does not grow with time, nor does its profile (unless it is told to keep what was collected, which we never
 * do): there is no need to begin it anew. If it runs already, it is somebody else's: then it is read, but neither started nor stopped.
 */

import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import { type AnswerBytes, resultOf } from '../cdp/answer.ts';
import { MAIN, noIsolate, threadIdOf } from '../cdp/isolate-name.ts';
import { openSession } from '../cdp/open-session.ts';
import { type DetachedError, ProtocolError, type SendOptions, type Session } from '../cdp/session.ts';
import { openWorker } from '../cdp/workers.ts';
import { originalProfile } from '../original/profile.ts';
import type { AgesState } from '../profile/ages.ts';
import { heapProfileOf } from '../profile/heap-profile.ts';
import { readableInterval } from './allocation-size.ts';
import { footprint } from './footprint.ts';
import { dropMark, type HeldMark, holdMark, isMarkHeld } from './held-mark.ts';
import { startMeter } from './meter.ts';
import { startPing } from './ping.ts';
import { isLike, type Mark, memoryOf, type Unmarked, withoutMark } from './sampling-owner.ts';
import type { SamplingProfile } from './sampling-profile.ts';
import { readUnread } from './unread.ts';

/** 512 KiB: no cost that can be measured. 32 KiB costs an allocating program about a tenth of its speed. */
const INTERVAL_BYTES = 512 * 1024;

export interface SamplingOptions extends SendOptions {
  /** Mean bytes allocated from one sample to the next; default 512 KiB. One of 394 KiB or more is rounded to a multiple of 20,160. */
  samplingIntervalBytes?: number;
}

/** A sampling under way. Disposing ends it without asking for its profile. */
export interface Sampling extends AsyncDisposable {
  /** True: somebody else began it; `stop` leaves it running, and it goes back further than we do. */
  readonly foreign: boolean;
  /** What lives now of all that was allocated since the start. Costs the target a full garbage collection. */
  read(options?: SendOptions): Promise<SamplingProfile>;
  /** The same as a partition, which a thread reads where the profile is large. */
  readPartition(context: PartitionContext, options?: SendOptions): Promise<Partition>;
  /** The same for the last time: ends the sampling and its connection. */
  stop(options?: SendOptions): Promise<SamplingProfile>;
  /** Settles, never rejects, with why the sampling's connection ended. */
  readonly closed: Promise<DetachedError>;
}

export type PartitionContext = ProbeContext & { readonly label?: string; readonly rows?: number };

/** Begins to sample an isolate, or joins the sampling that is under way there. @throws RangeError for an isolate that does not exist. */
export async function startSampling(agent: Agent, isolate: string, options: SamplingOptions = {}): Promise<Sampling> {
  const { samplingIntervalBytes = INTERVAL_BYTES, ...sending } = options;
  const interval = readableInterval(samplingIntervalBytes);
  const beside = await agent.isolate(isolate);
  const session = await openIsolate(agent, isolate, sending);
  try {
    const foreign = await isSampled(session, sending);
    const startedAt = new Date().toISOString();
    if (!foreign) await session.send('HeapProfiler.startSampling', { samplingInterval: interval }, sending);
    const ours = foreign ? undefined : { intervalBytes: interval, mark: await holdMark(session, interval, sending) };
    const own = foreign ? {} : { startedAt, samplingIntervalBytes: interval };
    const place = { agent, isolate, session, beside };
    return new LiveSampling(place, { foreign, ...incarnationOf(agent.identity), ...own }, ours);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** By what our own sampling is known again. */
interface Ours extends Unmarked {
  readonly mark: HeldMark | null;
}

type Origin = Pick<
  SamplingProfile,
  'foreign' | 'cutSince' | 'startedAt' | 'samplingIntervalBytes' | 'incarnation' | 'process'
>;

interface SamplingSessions {
  readonly agent: Agent;
  readonly isolate: string;
  /** The sampling's own. */
  readonly session: Session;
  /** Another connection to the isolate, for the ping. */
  readonly beside: Session;
}

class LiveSampling implements Sampling {
  readonly closed: Promise<DetachedError>;
  readonly #place: SamplingSessions;
  #origin: Origin;
  /** Absent for somebody else's. */
  #ours: Ours | undefined;
  /** Of the readings before. */
  #ages: AgesState | undefined;

  constructor(place: SamplingSessions, origin: Origin, ours: Ours | undefined) {
    this.closed = place.session.closed;
    this.#place = place;
    this.#origin = origin;
    this.#ours = ours;
  }

  get foreign(): boolean {
    return this.#origin.foreign;
  }

  async readPartition({ signal, ...context }: PartitionContext, options: SendOptions = {}): Promise<Partition> {
    const sending = { ...options, ...(signal && { signal }) };
    const { bytes, ...taken } = await this.#take(sending);
    const ours = this.#ours;
    const cut = this.#cutOrigin();
    const { whose, own, theirs, memory, ages } = await readUnread(
      {
        what: 'profile',
        bytes,
        context,
        circumstances: { ...this.#origin, ...taken },
        foreign: { ...cut, ...taken },
        ...(ours && { ours: plainly(ours) }),
        ...(this.#ages && { ages: this.#ages }),
      },
      signal,
    );
    this.#ages = ages;
    if (!ours) return own ?? unread();
    const isLost = whose !== 'marked' && (await this.#isMarkLost(ours, sending));
    if (whose !== 'other' && !isLost) {
      this.#ours = { ...ours, before: memory, ...(whose === 'like' && { mark: null }) };
      return own ?? unread();
    }
    this.#letBe(cut);
    return theirs ?? unread();
  }

  async read(options: SendOptions = {}): Promise<SamplingProfile> {
    const { bytes, ...taken } = await this.#take(options);
    const profile = { ...this.#origin, ...originalProfile(heapProfileOf(resultOf({ bytes }))), ...taken };
    const ours = this.#ours;
    // another of us may have begun it
    if (!ours) return withoutMark(profile) ?? profile;
    const own = await this.#ownOf(profile, ours, options);
    if (own) return own;
    this.#letBe(this.#cutOrigin());
    const { startedAt: _, samplingIntervalBytes: __, ...theirs } = profile;
    return { ...theirs, ...this.#origin };
  }

  /** Of a sampling that somebody has begun after they ended ours. */
  #cutOrigin(): Origin {
    const { startedAt: cutSince } = this.#origin;
    return { foreign: true, ...incarnationOf(this.#origin), ...(cutSince !== undefined && { cutSince }) };
  }

  #letBe(origin: Origin): void {
    this.#ours = undefined;
    this.#origin = origin;
  }

  /** Whether our mark is there, though the profile has it not: so the profile is of another sampling. */
  async #isMarkLost({ mark }: Ours, options: SendOptions): Promise<boolean> {
    const { session } = this.#place;
    if (!mark || !(await isMarkHeld(session, mark, options))) return false;
    await dropMark(session, mark, options);
    return true;
  }

  /** The profile without our mark, where it is of our sampling; null: of another. */
  async #ownOf(profile: SamplingProfile, ours: Ours, options: SendOptions): Promise<SamplingProfile | null> {
    const { mark } = ours;
    const own = mark && withoutMark(profile, mark);
    if (own) {
      this.#ours = { ...ours, before: memoryOf(own.samples) };
      return own;
    }
    if ((await this.#isMarkLost(ours, options)) || !isLike(profile, ours)) return null;
    this.#ours = { ...ours, mark: null, before: memoryOf(profile.samples) };
    return profile;
  }

  /** The end of the session ends the sampling, without another collection. */
  async stop(options: SendOptions = {}): Promise<SamplingProfile> {
    try {
      return await this.read(options);
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  /** A session that has begun to sample ends whatever is sampled: what somebody else has begun since is left to go on. */
  [Symbol.asyncDispose](): Promise<void> {
    const { session } = this.#place;
    return this.#origin.cutSince === undefined ? session.close() : session.leave();
  }

  /** @throws SamplingEndedError where somebody has stopped the sampling, and nobody samples */
  async #take(options: SendOptions): Promise<Taken> {
    const { agent, isolate, session, beside } = this.#place;
    using meter = await startMeter(agent, { probe: 'sampling', isolate }, options);
    const takenAt = new Date().toISOString();
    const ping = startPing(beside);
    let answer: AnswerBytes;
    let pauseMs: number;
    try {
      answer = await session.send('HeapProfiler.getSamplingProfile', {}, { ...options, asBytes: true });
    } catch (error) {
      if (!isNotStarted(error)) throw error;
      throw new SamplingEndedError(SAMPLING_ENDED, { cause: error });
    } finally {
      ({ pauseMs } = ping.stop());
    }
    const after = await footprint(beside, options);
    const cost = meter.enter(pauseMs, after);
    return { ...answer, takenAt, heapUsedBytes: after.heapUsedBytes, cost };
  }
}

/** A profile that is not read yet, and what was seen when it was taken. */
type Taken = AnswerBytes & Pick<SamplingProfile, 'takenAt' | 'heapUsedBytes' | 'cost'>;

/** Without the handle, which is of no use to whom reads. */
function plainly({ intervalBytes, before, mark }: Ours): Unmarked & { mark?: Mark } {
  return { intervalBytes, ...(before && { before }), ...(mark && { mark }) };
}

/** The reading of a profile gives what is asked for here. */
function unread(): never {
  throw new Error('Cannot read the sampling profile: its thread gave no partition');
}

/** Somebody in the target has stopped a sampling of ours, and its profile is lost. */
class SamplingEndedError extends Error {
  override name = 'SamplingEndedError';
}

const SAMPLING_ENDED =
  'Cannot read the sampling profile: somebody else has stopped the sampling in between, sample again when they do not';

async function openIsolate(agent: Agent, isolate: string, options: SendOptions): Promise<Session> {
  if (isolate === MAIN) return await openSession(agent.inspectorUrl, options);
  const session = await openWorker(agent.inspectorUrl, threadIdOf(isolate) ?? 0, options);
  if (session) return session;
  throw noIsolate(isolate, `Cannot find isolate "${isolate}": it has ended`);
}

/** Nobody samples exactly if there is no profile to give. (If somebody does, the question costs a garbage collection.) */
async function isSampled(session: Session, options: SendOptions): Promise<boolean> {
  try {
    await session.send('HeapProfiler.getSamplingProfile', {}, { ...options, asBytes: true });
    return true;
  } catch (error) {
    if (isNotStarted(error)) return false;
    throw error;
  }
}

function isNotStarted(error: unknown): boolean {
  return error instanceof ProtocolError && error.message.includes('was not started');
}
