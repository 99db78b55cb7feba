/**
 * Built-in modules of the target, loaded without hurting it.
 *
 * V8 interrupts JavaScript to evaluate for us. If the program (or Node, while it starts) is just then loading modules itself,
 * a module that we load sees others half done, fails, and stays broken for the program too: `performance`, read while
 * Node 20 started, threw "setDispatchBufferFull is not a function". So a module is loaded in a microtask, when no
 * JavaScript is on the stack; once loaded, it can be had at any time.
 */
import { z } from 'zod';
import { evaluate } from './evaluate.ts';
import type { SendOptions, Session } from './session.ts';

/** Source text of the function that gives a built-in module; in an evaluation `withRequire` only. */
export const BUILTIN = "((typeof process === 'object' && process?.getBuiltinModule) || require)";

/** Milliseconds that an empty stack is waited for; a program that computes for longer than this is not loading modules. */
const EMPTY_STACK_MS = 250;

const loaded = new WeakMap<Session, Set<string>>();

/** Sees to it that a built-in module (`node:v8`) is loaded in a session's isolate. */
export async function loadBuiltin(session: Session, name: string, options: SendOptions = {}): Promise<void> {
  const names = loaded.get(session) ?? new Set();
  if (names.has(name)) return;
  const timeoutMs = Math.min(EMPTY_STACK_MS, options.timeoutMs ?? EMPTY_STACK_MS);
  try {
    await evaluate(session, name, whenStackIsEmpty(`load('${name}'); return true;`), z.literal(true), {
      ...options,
      timeoutMs,
      withRequire: true,
      awaitPromise: true,
    });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'TimeoutError')) throw error;
  }
  loaded.set(session, names.add(name));
}

/** Source text of a promise of what `body` returns, run in a microtask; `load` gives it built-in modules. */
export function whenStackIsEmpty(body: string): string {
  // of syntax alone: a program may have a Promise of its own
  return `(async (load) => { await undefined; ${body} })(${BUILTIN})`;
}
