/**
 * Kills a collector's store and stream at random moments, again and again, and holds it to its word: what was sent is
 * stored, and a client that resumes gets each event once, in order.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { openForReading } from '../../collector/store/database.ts';
import { Reader } from '../../collector/store/reader.ts';
import type { Gap, ServerFrame } from '../../protocol/frames.ts';
import { storedStreamPath } from './stored-stream.ts';
import { connect, type StreamClient } from './stream-client.ts';

export interface KillOptions {
  /** Of the store's file. */
  readonly path: string;
  readonly rounds: number;
  readonly clients: number;
  readonly samplesPerSecond: number;
  /** How long a process lives at most once its clients have come. */
  readonly lifeMs: number;
  /** Told of each round: how many events have been sent in all. */
  readonly onRound?: (round: number, sent: number) => void;
}

const TOPICS = ['partition', 'usage', 'target', 'probe', 'checkpoint', 'mark'];

/** Gives how many events were sent and found. @throws Error at the first word that is not kept */
export async function killRounds(options: KillOptions): Promise<number> {
  const { path, rounds, samplesPerSecond, lifeMs, onRound } = options;
  const followers = Array.from({ length: options.clients }, () => new Follower());
  for (let round = 1; round <= rounds; round++) {
    const child = fork(storedStreamPath, [path, String(samplesPerSecond)], { execArgv: [] });
    const exited = once(child, 'exit');
    await follow(child, followers);
    await wait(Math.random() * lifeMs);
    child.kill('SIGKILL');
    await exited;
    await Promise.all(followers.map((follower) => follower.ended()));
    onRound?.(round, Math.max(...followers.map(({ offset }) => offset)));
  }
  return checkStored(path, followers);
}

async function follow(child: ChildProcess, followers: readonly Follower[]): Promise<void> {
  const [url] = (await once(child, 'message')) as [string];
  await Promise.all(followers.map((follower) => follower.follow(url)));
}

/** A client that comes back for what it missed. */
class Follower {
  /** Each frame as it was first sent, by its offset less 1; undefined where a gap came in its place. */
  readonly frames: (string | undefined)[] = [];
  #log: string | undefined;
  #client: StreamClient | undefined;

  get offset(): number {
    return this.frames.length;
  }

  async follow(url: string): Promise<void> {
    const client = await connect(url, { check: false });
    this.#client = client;
    const { log, offset } = await client.hello();
    this.#log ??= log;
    if (log !== this.#log) throw new Error(`expected log ${this.#log}, got ${log}`);
    if (offset < this.offset) throw new Error(`event ${this.offset} was sent, the log ends with ${offset}`);
    await client.subscribe({ topics: TOPICS, from: { log, offset: this.offset } });
  }

  /** Takes all that came until the connection ended. */
  async ended(): Promise<void> {
    const client = this.#client!;
    await client.closed;
    for (const frame of client.drain()) {
      if (frame.type === 'gap') this.#skip(frame);
      else this.#keep(frame);
    }
  }

  #keep(frame: ServerFrame): void {
    if (!('offset' in frame) || !('target' in frame))
      throw new Error(`expected an event, got ${JSON.stringify(frame)}`);
    const { replay: _, ...event } = frame as typeof frame & { replay?: true };
    if (event.offset !== this.offset + 1) throw new Error(`expected event ${this.offset + 1}, got ${event.offset}`);
    this.frames.push(JSON.stringify(event));
  }

  /** On a busy machine a client may be slower than the samples: then it is sent a gap for those that newer ones replaced. */
  #skip({ from, to, skipped }: Gap): void {
    if (from !== this.offset + 1 || to - from + 1 !== skipped)
      throw new Error(`expected a gap from ${this.offset + 1}, got ${skipped} from ${from} to ${to}`);
    for (let offset = from; offset <= to; offset++) this.frames.push(undefined);
  }
}

function checkStored(path: string, followers: readonly Follower[]): number {
  const db = openForReading(path);
  const reader = new Reader(db);
  const sent = Math.max(...followers.map(({ offset }) => offset));
  let at = 0;
  for (let page = reader.after(0); page.length > 0; page = reader.after(at)) {
    for (const { offset, bytes } of page) {
      if (offset !== at + 1) throw new Error(`expected event ${at + 1} in the store, found ${offset}`);
      for (const { frames } of followers) {
        const frame = frames[at];
        if (frame !== undefined && frame !== String(bytes)) throw new Error(`sent ${frame}, stored ${String(bytes)}`);
      }
      at = offset;
    }
  }
  db.close();
  if (at < sent) throw new Error(`event ${sent} was sent, the store ends with ${at}`);
  return sent;
}
