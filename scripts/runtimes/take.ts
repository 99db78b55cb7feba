/** A snapshot taken over an inspector's WebSocket with nothing of ours: runtimes that heapwatch does not attach to have one too. */
import { closeSync, openSync, writeSync } from 'node:fs';
import WebSocket from 'ws';

const LIMIT_MS = 60_000;

/**
 * @param port of `/json/list`; the first page or program there is asked
 * @param ready an expression of a promise, for which is waited
 */
export async function takeSnapshot(port: number, path: string, ready = 'Promise.resolve()'): Promise<void> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    readonly type?: string;
    readonly webSocketDebuggerUrl?: string;
  }[];
  const found = targets.find(
    ({ type, webSocketDebuggerUrl }) => webSocketDebuggerUrl && type !== 'background_page' && type !== 'service_worker',
  );
  if (!found) throw new Error(`Cannot take a snapshot: nothing to speak to on port ${port}`);
  const socket = new WebSocket(found.webSocketDebuggerUrl!.replace('localhost', '127.0.0.1'), {
    perMessageDeflate: false,
  });
  const file = openSync(path, 'w', 0o600);
  try {
    await new Promise<void>((resolve, reject) => {
      setTimeout(() => reject(new Error('Cannot take a snapshot: no answer within a minute')), LIMIT_MS).unref();
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('Cannot take a snapshot: the connection ended')));
      socket.on('open', () => {
        socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.enable' }));
        const params = { expression: ready, awaitPromise: true };
        socket.send(JSON.stringify({ id: 2, method: 'Runtime.evaluate', params }));
      });
      socket.on('message', (frame: Buffer) => {
        const { id, method, params, error } = JSON.parse(String(frame));
        if (method === 'HeapProfiler.addHeapSnapshotChunk') writeSync(file, params.chunk);
        if (error) reject(new Error(`Cannot take a snapshot: ${error.message}`));
        if (id === 2) socket.send(JSON.stringify({ id: 3, method: 'HeapProfiler.takeHeapSnapshot' }));
        if (id === 3) resolve();
      });
    });
  } finally {
    socket.terminate();
    closeSync(file);
  }
}
