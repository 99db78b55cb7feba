/** The program of the agent's thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { disconnectAll } from '../../agent/cdp/in-process.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { type AgentJob, type Refused, WORDS } from './agent-job.ts';
import { guardThread } from './thread-guard.ts';

const { settings, words, before } = workerData as AgentJob;

let goodbye = () => {};

guardThread(words);

parentPort!.on('message', () => {
  goodbye();
  disconnectAll();
  Atomics.store(words, WORDS.closed, 1);
  Atomics.notify(words, WORDS.closed);
  process.exit(); // of this thread
});

try {
  // what it loads takes a while, in which the program may exit
  const { watch } = await import('./watch.ts');
  Atomics.store(words, WORDS.open, 1);
  goodbye = await watch(settings, before);
} catch (error) {
  const message: Refused = { refused: `Cannot watch this process: ${reasonOf(error)}` };
  parentPort!.postMessage(message);
  parentPort!.close();
}
