/** A client of a collector's stream that notes when each target was read, and can ask for what else it wants. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type Response, type ServerFrame, SUBPROTOCOL } from '../../protocol/frames.ts';
import { type Method, type Params, type Result, readResult } from '../../protocol/requests.ts';

const ALL_READ_MS = 30_000;

export interface UsageStream extends Disposable {
  /** Instants in milliseconds since 1970 at which each target's main isolate was read, in order. */
  readonly readings: ReadonlyMap<string, number[]>;
  /** Waits until so many targets have been read. @throws Error when that takes over 30 seconds */
  allRead(targets: number): Promise<void>;
  /** Asks the collector. @throws Error with its reason */
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

/** Connects to `url` and subscribes to the usage of all targets. */
export async function followUsage(url: string): Promise<UsageStream> {
  const socket = new WebSocket(url, SUBPROTOCOL);
  await once(socket, 'open');
  const readings = new Map<string, number[]>();
  const waiting = new Set<(frame: ServerFrame) => void>();
  socket.on('message', (text) => {
    const frame: ServerFrame = JSON.parse(String(text));
    if (frame.type === 'usage') {
      const times = readings.get(frame.target) ?? [];
      readings.set(frame.target, times);
      times.push(Date.parse(frame.takenAt));
    }
    for (const look of waiting) look(frame);
  });
  const until = (matches: (frame: ServerFrame) => boolean) =>
    new Promise<ServerFrame>((resolve) => {
      const look = (frame: ServerFrame) => {
        if (!matches(frame)) return;
        waiting.delete(look);
        resolve(frame);
      };
      waiting.add(look);
    });
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  send({ type: 'hello' });
  send({ type: 'subscribe', id: 'usage', topics: ['usage'] });
  return {
    readings,
    async allRead(targets) {
      if (readings.size >= targets) return;
      const all = until(() => readings.size >= targets);
      const late = wait(ALL_READ_MS, undefined, { ref: false }).then(() => {
        throw new Error(
          `Cannot bench the fleet: ${readings.size} of ${targets} targets were read in ${ALL_READ_MS} ms`,
        );
      });
      await Promise.race([all, late]);
    },
    async request(method, params) {
      const answered = until((frame) => frame.type === 'response' && frame.id === method);
      send({ type: 'request', id: method, method, params });
      const answer = (await answered) as Response;
      if ('error' in answer) throw new Error(`Cannot bench the fleet: ${answer.error.message}`);
      return readResult(method, answer.result);
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
