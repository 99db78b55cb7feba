/**
 * Names that people wrote, out of what bundlers make of them: a program with planted names is built in all ways, run, and its
 * snapshot read with source maps; then the map of another build is put beside it, which must be refused.
 *
 *     node dist/scripts/source-maps.js                 all builds, on this Node
 *     node dist/scripts/source-maps.js --node PATH     the program on another Node
 *     node dist/scripts/source-maps.js esbuild swc     some tools
 *
 * Exits with 1 where under 99 % of the planted names are right, one that is shown is wrong, or another build's map is used.
 */
import { parseArgs } from 'node:util';
import { builds } from './mapped/builds.ts';
import { type BuildOutcome, outcomeOf } from './mapped/outcome.ts';

const { values, positionals } = parseArgs({
  options: { node: { type: 'string', default: process.execPath } },
  allowPositionals: true,
});

const outcomes: BuildOutcome[] = [];
for (const each of builds()) {
  if (positionals.length > 0 && !positionals.some((tool) => each.name.startsWith(tool))) continue;
  const outcome = await outcomeOf(each, values.node);
  outcomes.push(outcome);
  const { name, verdict, otherRefused } = outcome;
  print(
    `${name.padEnd(24)} ${verdict.right} of ${verdict.planted} planted, ${verdict.shown - verdict.wrong.length} of ` +
      `${verdict.shown} shown right; map of another build ${otherRefused ? 'refused' : 'USED'}`,
  );
  for (const each of verdict.missing) print(`    not there: ${each}`);
  for (const each of verdict.wrong) print(`    wrong: ${each}`);
}
const sum = (of: (outcome: BuildOutcome) => number): number => outcomes.reduce((total, each) => total + of(each), 0);
const [planted, right] = [sum(({ verdict }) => verdict.planted), sum(({ verdict }) => verdict.right)];
const wrong = sum(({ verdict }) => verdict.wrong.length);
const refused = sum(({ otherRefused }) => Number(otherRefused));
print(
  `\n${right} of ${planted} planted names right; ${wrong} wrong; ${refused} of ${outcomes.length} other builds refused`,
);
if (right < 0.99 * planted || wrong > 0 || refused < outcomes.length) process.exitCode = 1;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
