/** The program of a copier: see copiers.ts. */
import { parentPort } from 'node:worker_threads';
import { backMemory } from './backed.ts';
import { type CopierOrder, DONE, GO, takePieces } from './copiers.ts';
import { hurried } from './hurry.ts';

parentPort?.on('message', (order: CopierOrder) => {
  backMemory(order.buffer, order.zeroFrom, order.zeroBytes);
  parentPort?.postMessage('ready');
  const words = new Int32Array(order.words);
  Atomics.wait(words, GO, 0);
  hurried(() => takePieces(order));
  Atomics.add(words, DONE, 1);
  Atomics.notify(words, DONE);
});
