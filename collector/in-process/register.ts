/**
 * The agent in process: `import 'heapwatch/agent'`, or `node --import heapwatch/agent app.js`. It runs in a worker thread, which
 * speaks to the main thread by an inspector session inside: no port is open.
 *
 *     program's main thread                      agent's thread
 *     register ──> AgentThread ──settings──────> watch ──> target, log, fleet or recording
 *     process 'exit' ──goodbye──────────────────> its inspector sessions are closed
 *     it has ended ──later──> another one
 *
 * Nothing here may harm the program: what fails ends the agent, nothing keeps the process running, nothing is printed but a
 * warning of Node's that says what of the settings cannot be.
 */
import { isMainThread } from 'node:worker_threads';
import { AgentThread } from './agent-thread.ts';
import { type AgentOptions, settingsOf } from './settings.ts';

export type { AgentOptions };

let agent: AgentThread | undefined;
let isTold = false;

/**
 * Watches this process from now on, as `options` say beyond the environment; once. Does nothing where HEAPWATCH_AGENT is `off`, in a
 * worker thread, or where nobody says where events are to go.
 */
export function register(options: AgentOptions = {}): void {
  if (isTold || !isMainThread) return;
  isTold = true;
  try {
    const settings = settingsOf(options, process.env, process.argv[1], process.pid);
    if (settings) agent = new AgentThread(settings);
  } catch (error) {
    process.emitWarning(`Cannot watch this process: ${(error as Error).message}`, 'HeapwatchWarning');
  }
}

/** Ends the agent for good; resolves when its thread has ended. */
export async function close(): Promise<void> {
  isTold = true;
  await agent?.close();
}

// what the program says comes first
process.nextTick(register);
