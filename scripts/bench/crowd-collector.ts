/**
 * A collector with a store in a process of its own: `node crowd-collector.js <store> <name>=<port>...`, forked by crowd.ts. It
 * tells its parent the stream's address; each message from it is answered with what the collector has used so far.
 */
import { pino } from 'pino';
import { readConfig } from '../../collector/config/config.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { peakRssBytes } from './peak.ts';

export interface Used {
  /** CPU time of all its threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

const [store, ...targets] = process.argv.slice(2);
const config = readConfig({
  flags: { listen: '127.0.0.1:0', store, target: targets, every: ['usage=1s,types=1m,sampling=false'] },
});
const collector = await startCollector(config, { logger: pino({ level: 'error' }, pino.destination(2)) });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const used: Used = {
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: peakRssBytes(),
  };
  process.send?.(used);
});
process.on('disconnect', () => process.exit());
process.send?.(collector.url);
