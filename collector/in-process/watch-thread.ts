/** The program of the agent's thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { disconnectAll, exitOf, shareSessions } from '../../agent/cdp/in-process.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { AgentJob, Refused } from './agent-job.ts';
import { guardThread } from './thread-guard.ts';

const { settings, words, before } = workerData as AgentJob;

let goodbye = () => {};

shareSessions(words);
guardThread(words);
void exitOf(words).then(() => {
  goodbye();
  disconnectAll();
  process.exit(); // of this thread
});

try {
  // what it loads takes a while, in which the program may exit
  const { watch } = await import('./watch.ts');
  goodbye = await watch(settings, before);
} catch (error) {
  const message: Refused = { refused: `Cannot watch this process: ${reasonOf(error)}` };
  parentPort!.postMessage(message);
}
