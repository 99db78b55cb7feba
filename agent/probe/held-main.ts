/**
 * A target's main thread held at a safe point by its inspector, where a stop would do harm (a debugger, a shell that waits for it):
 * it waits in a microtask of ours, with none of its own code on the stack and no collection in hand.
 *
 *     a word of shared memory ──> handle
 *     microtask: wait for it, or until the limit       the target goes on by itself then, whatever has become of us
 *     does it wait?               <── answered in the middle of the wait, on Node 18 to 26
 *     (its memory is read)
 *     notify
 */
import { setTimeout } from 'node:timers/promises';
import type { Agent } from '../attach/agent.ts';
import { MAIN } from '../cdp/isolate-name.ts';
import type { Session } from '../cdp/session.ts';

/** It does not come to a point where it can be held; its message completes "Cannot hold TARGET: ". */
export class HoldError extends Error {
  override name = 'HoldError';
}

export interface Released {
  readonly heldMs: number;
  /** False: the limit had passed, and it went on before. */
  readonly wasHeld: boolean;
}

export interface HeldMain {
  /** Lets it go on; to be called once, whatever happens. */
  release(): Promise<Released>;
}

const GROUP = 'heapwatch hold';
/** How long the program may compute before it comes to the microtask. */
const BEGIN_MS = 1_000;
const LOOK_MS = 5;

const WORDS = 'new Int32Array(new SharedArrayBuffer(8))';
/** Words: to go on, and whether it waits. An asynchronous function is syntax: a program may have a Promise of its own. */
const WAIT = `function (limitMs) {
  (async () => {
    await undefined;
    if (Atomics.load(this, 0) !== 0) return;
    Atomics.store(this, 1, 1);
    Atomics.wait(this, 0, 0, limitMs);
    Atomics.store(this, 1, 2);
  })();
}`;
const STATE = 'function () { return Atomics.load(this, 1); }';
const GO_ON = `function () {
  Atomics.store(this, 0, 1);
  return Atomics.load(this, 1) === 1 ? Atomics.notify(this, 0) : 0;
}`;

/** @throws HoldError; as Session.send does */
export async function holdMain(agent: Agent, limitMs: number): Promise<HeldMain> {
  const session = await agent.isolate(MAIN);
  const words = await sharedWords(session);
  const call = async (functionDeclaration: string, ...values: number[]): Promise<unknown> => {
    const given = values.map((value) => ({ value }));
    const { result } = await session.send<'Runtime.callFunctionOn'>('Runtime.callFunctionOn', {
      objectId: words,
      functionDeclaration,
      arguments: given,
      returnByValue: true,
      silent: true,
    });
    return result.value;
  };
  const beganAtMs = performance.now();
  const release = async (): Promise<Released> => {
    const wasHeld = (await call(GO_ON)) === 1;
    const heldMs = performance.now() - beganAtMs;
    await session.send('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    return { heldMs, wasHeld };
  };
  await call(WAIT, limitMs);
  while ((await call(STATE)) === 0) {
    if (performance.now() - beganAtMs > BEGIN_MS) {
      await release();
      throw new HoldError(`it computes for ${BEGIN_MS} ms without a pause`);
    }
    await setTimeout(LOOK_MS);
  }
  return { release };
}

async function sharedWords(session: Session): Promise<string> {
  const { result } = await session.send('Runtime.evaluate', { expression: WORDS, objectGroup: GROUP, silent: true });
  if (result.objectId === undefined) throw new HoldError('it has no shared memory');
  return result.objectId;
}
