/**
 * Leak tests of ten modules that leak and ten that do not, in node:test, Vitest and Jest, with several seeds: what was missed,
 * what was an alarm for nothing, and what a test takes.
 *
 *     node dist/scripts/leak-tests.js [seeds] [runner…]      20 seeds, all runners
 */
import { RUNNERS, type Runner, runLeakTests } from '../test/support/leak-runners.ts';

const [count = '20', ...names] = process.argv.slice(2);
const runners = names.length === 0 ? RUNNERS : RUNNERS.filter((runner) => names.includes(runner));
const seeds = Array.from({ length: Number(count) }, (_, i) => i + 1);

for (const runner of runners) process.exitCode = Math.max(Number(process.exitCode ?? 0), await tried(runner));

async function tried(runner: Runner): Promise<number> {
  const { code, output, tookMs } = await runLeakTests(runner, { seeds });
  const sorted = tookMs.toSorted((a, b) => a - b);
  const [median, most] = [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0];
  say(
    `${runner}: ${tookMs.length} of ${20 * seeds.length} tests as they should be; median ${median} ms, at most ${most} ms`,
  );
  if (code !== 0) say(output);
  return code;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
