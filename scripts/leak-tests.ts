/**
 * Leak tests of ten modules that leak and ten that do not, in node:test, Vitest and Jest, with several seeds: what was missed,
 * what was an alarm for nothing, and what a test takes.
 *
 *     node dist/scripts/leak-tests.js [seeds] [runner…]      20 seeds, all runners
 */
import { RUNNERS, type Runner, runLeakTests } from '../test/support/leak-runners.ts';

/** Ten that leak, ten that do not. */
const MODULES = 20;

const [count = '20', ...names] = process.argv.slice(2);
const strange = names.filter((name) => !RUNNERS.some((runner) => runner === name));
if (strange.length > 0) throw new RangeError(`Cannot run ${strange.join(', ')}: expected ${RUNNERS.join(', ')}`);
const runners = names.length === 0 ? RUNNERS : RUNNERS.filter((runner) => names.includes(runner));

for (const runner of runners) await tried(runner);

/** A seed after the other, so that what was found is there if the rest is not. */
async function tried(runner: Runner): Promise<void> {
  const tookMs: number[] = [];
  let wrong = 0;
  for (let seed = 1; seed <= Number(count); seed++) {
    const { code, output, tookMs: took } = await runLeakTests(runner, { seeds: [seed] });
    tookMs.push(...took);
    if (code === 0 && took.length === MODULES) continue;
    wrong++;
    process.exitCode = 1;
    say(`${runner}, seed ${seed}: exit code ${code}, ${took.length} of ${MODULES} tests\n${output}`);
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  const [median, most] = [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0];
  const tests = `${tookMs.length} of ${MODULES * Number(count)} tests`;
  say(`${runner}: ${tests}, ${wrong} of ${count} seeds not as they should be; median ${median} ms, at most ${most} ms`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
