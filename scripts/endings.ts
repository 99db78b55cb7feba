/**
 * Ends collectors in the middle of snapshots: by SIGTERM, by SIGHUP, by kill -9, and targets alone by reload and discovery,
 * 100 snapshots each (or `--endings N`), on Node 18 to 26. Ends with 1 where a target died or a half-written file is left.
 */
import { parseArgs } from 'node:util';
import { endInSnapshots, WAYS } from '../test/support/endings.ts';
import { folder } from '../test/support/folder.ts';
import { NODE_MAJORS, nodeBinary } from '../test/support/node-versions.ts';

const { values: options } = parseArgs({
  options: { endings: { type: 'string', default: '100' }, way: { type: 'string', multiple: true } },
});
const endings = Number(options.endings);
const nodes = await Promise.all(NODE_MAJORS.map((major) => nodeBinary(major)));
const ways = WAYS.filter((way) => options.way?.includes(way) ?? true);
const problems: string[] = [];
for (const way of ways) {
  await using dir = await folder();
  const onEnding = (ended: number) => process.stderr.write(`\r${way}: ${ended} snapshots ended`);
  problems.push(...(await endInSnapshots({ dir, way, endings, nodes, onEnding })));
  process.stderr.write('\n');
}
for (const problem of problems) process.stdout.write(`PROBLEM: ${problem}\n`);
process.stdout.write(`${ways.join(', ')}: ${endings} snapshots ended each, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
