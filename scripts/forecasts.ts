/**
 * Forecasts against what probes did cost, over five shapes of heap and several sizes: `node dist/scripts/forecasts.js [MB…]`
 * (default 30 100 300 1000). Each target is probed by types, census and snapshot, twice each. Prints one line a probe. What
 * would take more than half of the memory that the machine has left is refused, and said so.
 */
import { attach } from '../agent/attach/agent.ts';
import { census } from '../agent/probe/census.ts';
import { quote } from '../agent/probe/quote.ts';
import { snapshot } from '../agent/probe/snapshot.ts';
import { types } from '../agent/probe/types.ts';
import type { Cost, Price } from '../protocol/partition.ts';
import { startTarget } from '../test/support/target.ts';

const SHAPES = ['objects', 'strings', 'doubles', 'tables', 'mixed'] as const;
const PROBES = ['types', 'census', 'snapshot'] as const;
const MB = 2 ** 20;

const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [30, 100, 300, 1000];

process.stdout.write(
  `Node ${process.version}; CPU of the main thread, highest RSS less RSS before; forecast in brackets\n`,
);
for (const mb of sizes) for (const shape of SHAPES) await measure(shape, mb);

async function measure(shape: string, mb: number): Promise<void> {
  await using target = await startTarget('shapes', { args: [shape, `${mb}`], execArgv: ['--max-old-space-size=6000'] });
  await target.line(/ready/);
  await using agent = await attach(`${target.port}`);
  for (const round of ['1st', '2nd']) {
    for (const probe of PROBES) {
      const { price, headroom } = await quote(agent, { probe, isolate: 'main' });
      const heap = `${shape} ${mb} MB`;
      if (price.extraBytes > (headroom.memory[0]?.bytes ?? Number.POSITIVE_INFINITY) / 2) {
        process.stdout.write(
          `${heap.padEnd(16)} ${round} ${probe}: refused, it would take ${inMb(price.extraBytes)} MB\n`,
        );
        continue;
      }
      const context = { target: shape, isolate: 'main' };
      const cost =
        probe === 'snapshot'
          ? (await snapshot(agent, { ...context, by: ['name'] })).partitions[0]?.cost
          : (await { types, census }[probe](agent, context)).cost;
      process.stdout.write(`${lineOf(heap, `${round} ${probe}`, price, cost ?? {})}\n`);
    }
  }
}

function lineOf(heap: string, probe: string, price: Price, { cpuMs = 0, extraBytes = 0 }: Cost): string {
  const cpu = `${seconds(cpuMs)} s (${seconds(price.pauseMs)})`;
  return `${heap.padEnd(16)} ${probe.padEnd(13)} ${cpu.padStart(18)} ${`${inMb(extraBytes)} MB (${inMb(price.extraBytes)})`.padStart(22)}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function inMb(bytes: number): string {
  return Math.round(bytes / MB).toLocaleString('en');
}
