/**
 * Takes apart the RSS of processes whose memory is in one place that is known, on each version of Node, and says what was right:
 *
 *     node dist/scripts/memory-plants.js [--majors 18,26]     exit 1 where a verdict is wrong, or parts do not sum to RSS
 */
import { parseArgs } from 'node:util';
import { attach } from '../agent/attach/agent.ts';
import { rss } from '../agent/probe/rss.ts';
import { snapshot } from '../agent/probe/snapshot.ts';
import { humanSize } from '../protocol/human.ts';
import type { MemoryReport } from '../protocol/memory.ts';
import { PLANTS, SNAPSHOT_PLANT, startPlant } from '../test/support/memory-plants.ts';
import { NODE_MAJORS, nodeBinary } from '../test/support/node-versions.ts';

const { values } = parseArgs({ options: { majors: { type: 'string', default: NODE_MAJORS.join() } } });
/** Of RSS that may be in no part, or in two. */
const MOST_ERROR = 0.02;
let wrong = 0;
let all = 0;
for (const major of NODE_MAJORS.filter((each) => values.majors.split(',').includes(String(each)))) {
  const binary = await nodeBinary(major);
  for (const [plant, cause] of Object.entries(PLANTS)) {
    await using target = await startPlant(plant, { nodeBinary: binary });
    judge(major, plant, cause, await rss(target, { target: plant }));
  }
  await using target = await startPlant(SNAPSHOT_PLANT, { nodeBinary: binary, inspect: true });
  await using agent = await attach(`${target.port}`);
  await snapshot(agent, { target: 'plant', isolate: 'main', by: ['kind'] });
  judge(major, 'left by our snapshot', 'snapshots', await rss(target, { target: 'plant' }));
}
process.stdout.write(`${all - wrong} of ${all} right\n`);
process.exitCode = wrong === 0 ? 0 : 1;

function judge(major: number, plant: string, cause: string, { verdict, parts, rssBytes }: MemoryReport): void {
  const error = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / rssBytes - 1;
  const isRight = verdict.cause === cause && Math.abs(error) <= MOST_ERROR;
  all++;
  if (!isRight) wrong++;
  process.stdout.write(
    `${isRight ? 'right' : 'WRONG'} Node ${major} ${plant}: ${humanSize(rssBytes)}, parts ${(100 * error).toFixed(2)} % off; ${verdict.cause}: ${verdict.text}\n`,
  );
}
