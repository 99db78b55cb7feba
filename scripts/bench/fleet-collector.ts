/**
 * A collector in a process of its own whose event loop is watched: `node fleet-collector.js <name>=<port>...`, forked by
 * fleet.ts. It tells its parent the stream's address; each message from it is answered with the delays since the last.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { readConfig } from '../../collector/config/config.ts';
import { startCollector } from '../../collector/main/collector.ts';

/** How late the event loop was, milliseconds. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const config = readConfig({
  flags: { listen: '127.0.0.1:0', target: process.argv.slice(2), every: ['usage=1s,sampling=false'] },
});
const collector = await startCollector(config, { logger: pino({ level: 'warn' }, pino.destination(2)) });
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();

process.on('message', () => {
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  const delay: LoopDelay = {
    p50Ms: ms(delays.percentile(50)),
    p99Ms: ms(delays.percentile(99)),
    maxMs: ms(delays.max),
  };
  delays.reset();
  process.send?.(delay);
});
process.on('disconnect', () => process.exit());
process.send?.(collector.url);
