/**
 * What a reading of where its memory is costs a process, which maps and unmaps memory all the while: the longest turn of its event
 * loop beside readings and without, its CPU time, and ours. `node dist/scripts/memory-cost.js [MB…]` (default 5 50 200)
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { rss } from '../agent/probe/rss.ts';
import { startTarget, type Target } from '../test/support/target.ts';

const READINGS = 8;
const given = process.argv.slice(2).map(Number);
for (const mb of given.length > 0 ? given : [5, 50, 200]) await measure(mb);

async function measure(mb: number): Promise<void> {
  await using target = await startTarget('memory-churn', { inspect: false, args: [`${mb}`] });
  await target.line(/ready/);
  await wait(500);
  await worst(target);
  const took: number[] = [];
  const worstBeside: number[] = [];
  const worstWithout: number[] = [];
  for (let time = 0; time < READINGS; time++) {
    const beganMs = performance.now();
    const { parts, rssBytes } = await rss({ pid: target.pid }, { target: 'churn' });
    took.push(performance.now() - beganMs);
    worstBeside.push(await worst(target));
    await wait(took.at(-1));
    worstWithout.push(await worst(target));
    const sum = parts.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
    if (Math.abs(sum / rssBytes - 1) > 0.02) process.stdout.write(`parts are ${sum} of ${rssBytes}\n`);
  }
  const smapsMs = [...took.keys()].map(() => {
    const beganMs = performance.now();
    readFileSync(`/proc/${target.pid}/smaps`);
    return performance.now() - beganMs;
  });
  process.stdout.write(
    `${mb} MB: a reading takes ${ms(took)} of ours, of which smaps ${ms(smapsMs)}; its longest turn ${ms(worstBeside)} beside readings, ${ms(worstWithout)} without\n`,
  );
}

async function worst(target: Target): Promise<number> {
  const answer = target.line(/^worst /);
  target.send('worst\n');
  return Number((await answer).slice('worst '.length));
}

function ms(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[values.length >> 1]!.toFixed(1)} ms (most ${sorted.at(-1)!.toFixed(1)})`;
}
