/**
 * One live partition in a process of its own, as `heapwatch heap PORT` takes it, with what it cost the receiver:
 * `node receiver.js <port>`, forked by live.ts.
 */
import { fileURLToPath } from 'node:url';
import { attach } from '../../agent/attach/agent.ts';
import { snapshot } from '../../agent/probe/snapshot.ts';

export interface Received {
  /** Instants in milliseconds since 1970: the snapshot was asked for, its connection was closed, its partition was there, the target was let go. */
  readonly beganAtMs: number;
  readonly closedAtMs: number;
  readonly partitionAtMs: number;
  readonly leftAtMs: number;
  /** CPU time of this process, all threads, from asking to the partition. */
  readonly cpuMs: number;
  readonly transferBytes: number;
  readonly count: number;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const received = await receive(process.argv[2]);
  process.send?.(received, () => process.exit());
}

async function receive(target: string): Promise<Received> {
  const agent = await attach(target);
  const beganAtMs = Date.now();
  const cpu = process.cpuUsage();
  let closedAtMs = 0;
  const { partitions, transferBytes } = await snapshot(agent, {
    target,
    isolate: 'main',
    by: ['kind'],
    onProgress: ({ phase }) => {
      if (phase === 'classifying') closedAtMs = Date.now();
    },
  });
  const partitionAtMs = Date.now();
  const { user, system } = process.cpuUsage(cpu);
  await agent.close();
  return {
    beganAtMs,
    closedAtMs,
    partitionAtMs,
    leftAtMs: Date.now(),
    cpuMs: (user + system) / 1000,
    transferBytes,
    count: partitions[0].count,
  };
}
