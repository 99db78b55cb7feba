/** A walker for what a command line names: a process of this machine by its number or its inspector, a core file. */

import { Walker, type WalkOptions } from '../../agent/probe/walk.ts';
import { findMemory } from '../../agent/probe/walked-memory.ts';
import type { Io } from '../terminal/io.ts';
import type { Consent } from './consent.ts';
import { agreeToStop } from './read-walk.ts';

export interface WalkAsk {
  readonly consent: Consent;
  /** False: it is read as it runs. */
  readonly stop?: boolean | undefined;
  /** Executable of a core file. */
  readonly exe?: string | undefined;
}

export interface OpenedWalk extends AsyncDisposable {
  readonly walker: Walker;
  /** What is known of the target before it is read. */
  readonly options: WalkOptions;
}

/** Opens `target`, and has the stop of a process agreed to. @throws as Walker does; RefusedError; TargetSyntaxError for what cannot be walked */
export async function openWalk(target: string, ask: WalkAsk, io: Io): Promise<OpenedWalk> {
  const { place, ...known } = await findMemory(target, { exe: ask.exe, signal: io.signal });
  const walker = await Walker.open(place, io.signal);
  try {
    if ('pid' in place && ask.stop !== false) await agreeToStop(walker, target, ask.consent, io);
  } catch (error) {
    await walker[Symbol.asyncDispose]();
    throw error;
  }
  const { maxPause } = ask.consent;
  const options = { target, ...known, ...(maxPause !== undefined && { limitMs: maxPause }), signal: io.signal };
  return { walker, options, [Symbol.asyncDispose]: () => walker[Symbol.asyncDispose]() };
}
