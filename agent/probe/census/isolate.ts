/** Counts the objects of an isolate: realm by realm, and all handles are released, whatever happens. */

import { setMaxListeners } from 'node:events';
import { Either } from '../../base/either.ts';
import type { AnswerBytes } from '../../cdp/answer.ts';
import type { SendOptions, Session } from '../../cdp/session.ts';
import { ProtocolError } from '../../cdp/session.ts';
import { countRealm, type RealmCount } from './count.ts';
import { Handles, MAIN_CONTEXT } from './handles.ts';
import { placesOf } from './places.ts';
import { findRealms, nativeContexts } from './realms.ts';
import type { CensusSlots } from './rows.ts';

/** Realms that are counted: each is a full collection and a walk of the whole heap. */
const MAX_REALMS = 16;

export interface IsolateCount {
  readonly functions: number;
  readonly slots: CensusSlots['slots'];
  /** What lived in it when the first realm was searched. */
  readonly liveBytes: number;
  readonly realms: number;
  /** Realms that live and were not counted: beyond the most that are, or not found. */
  readonly realmsLeftOut: number;
  readonly transferBytes: number;
}

/** How many realms a census of an isolate would count, dead ones that V8 has not collected yet among them. */
export async function realmsToCount(session: Session, options: SendOptions): Promise<number> {
  return Math.min(MAX_REALMS, Math.max(1, await nativeContexts(session, options)));
}

export interface Counting {
  /** One realm is done, and there is another. */
  readonly onNext: () => void;
  /** Reads the addresses of scripts out of V8's counts of what has run. */
  readonly urlsIn: (coverage: AnswerBytes, scriptIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

export async function countIsolate(
  session: Session,
  options: SendOptions,
  { onNext, urlsIn }: Counting,
): Promise<IsolateCount> {
  // for calls that wait side by side: Node warns of more than ten that listen to one signal
  using many = new Either([options.signal]);
  setMaxListeners(0, many.signal);
  const sending = { ...options, signal: many.signal };
  await using handles = new Handles(session, sending);
  const realms: RealmCount[] = [];
  const { contextIds, notFound } = await findRealms(session, sending);
  for (const contextId of contextIds.slice(0, MAX_REALMS)) {
    if (contextId !== MAIN_CONTEXT) onNext();
    try {
      realms.push(await countRealm(handles, contextId));
    } catch (error) {
      // a context that was found may be collected before its turn
      if (contextId === MAIN_CONTEXT || !(error instanceof ProtocolError)) throw error;
    }
  }
  const places = await placesOf(handles, realms, async (scriptIds) => urlsIn(await handles.coverage(), scriptIds));
  const slots = realms.flatMap((realm) =>
    realm.slots.map((slot) => {
      const place = places.get(slot);
      return { name: slot.name, count: slot.count, ...(place && { place }) };
    }),
  );
  const functions = realms.reduce((sum, realm) => sum + realm.functions, 0);
  const realmsLeftOut = Math.max(0, contextIds.length - MAX_REALMS) + notFound;
  const liveBytes = realms[0]?.liveBytes ?? 0;
  return { functions, slots, liveBytes, realms: realms.length, realmsLeftOut, transferBytes: handles.transferBytes };
}
