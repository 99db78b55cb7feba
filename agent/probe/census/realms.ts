/**
 * The realms of an isolate: the main context and those of `vm.createContext`, by V8's numbers of contexts.
 *
 * V8 tells of contexts only where the domain `Runtime` is enabled, which keeps every logged object alive. But it answers
 * whoever names one: contexts are numbered from 1 on as they are made, and V8's gauges say how many there are.
 */

import { z } from 'zod';
import { AnswerError } from '../../base/errors.ts';
import { BUILTIN, loadBuiltin } from '../../cdp/builtin.ts';
import { evaluate } from '../../cdp/evaluate.ts';
import { ProtocolError, type SendOptions, type Session } from '../../cdp/session.ts';
import { MAIN_CONTEXT } from './handles.ts';

/** Numbers that are tried, some 30 µs of the target each: a program that has made more contexts has some that are not found. */
const MAX_NUMBER = 4_096;
/** Numbers tried at a time. */
const BATCH = 64;

export interface Realms {
  /** Numbers of contexts, ascending; the main one first. */
  readonly contextIds: readonly number[];
  /** How many more there are, the dead ones that V8 has not collected yet among them (as may be those that are found). */
  readonly notFound: number;
}

/** Finds the contexts of an isolate. Nothing runs in them. */
export async function findRealms(session: Session, options: SendOptions): Promise<Realms> {
  const expected = await nativeContexts(session, options);
  const contextIds = [MAIN_CONTEXT];
  for (let from = MAIN_CONTEXT + 1; contextIds.length < expected && from <= MAX_NUMBER; from += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, at) => from + at);
    const exist = await Promise.all(numbers.map((number) => exists(session, number, options)));
    for (const [at, number] of numbers.entries()) if (exist[at]) contextIds.push(number);
  }
  return { contextIds, notFound: Math.max(0, expected - contextIds.length) };
}

/** How many contexts V8 has, dead ones that it has not collected yet among them. */
export async function nativeContexts(session: Session, options: SendOptions): Promise<number> {
  const expression = `${BUILTIN}('node:v8').getHeapStatistics().number_of_native_contexts`;
  try {
    await loadBuiltin(session, 'node:v8', options);
    return await evaluate(session, 'number of contexts', expression, z.number(), { ...options, withRequire: true });
  } catch (error) {
    // a page, or a program in which no module can be loaded any more: the main one is there
    if (error instanceof AnswerError) return 1;
    throw error;
  }
}

async function exists(session: Session, contextId: number, options: SendOptions): Promise<boolean> {
  const expression = { expression: '0', contextId, silent: true };
  try {
    await session.send('Runtime.evaluate', expression, options);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
