/**
 * Snapshot files of other runtimes, old and new, made on the spot: Node 6 to 16, Chromium 64 to 153, Bun.
 *
 *     node dist/scripts/runtimes/main.js [--only chromium]
 *
 * The runtimes come from the registry, of fixed versions, whose contents npm checks by their hash; some 60 MB each. Every file
 * must be read as JSON.parse reads it, node for node and byte for byte, or be refused in one line. Ends with 1 where one is not.
 */
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { folder } from '../../test/support/folder.ts';
import { table } from '../bench/report.ts';
import { bunSnapshot } from './bun.ts';
import { checkFile } from './check.ts';
import { CHROMIUMS, chromiumSnapshot } from './chromium.ts';
import { NODES, nodeSnapshot } from './old-node.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

const runtimes: { readonly name: string; readonly take: (path: string) => Promise<void> }[] = [
  ...NODES.map((version) => ({ name: `node ${version}`, take: (path: string) => nodeSnapshot(version, path) })),
  ...CHROMIUMS.map((build) => ({ name: build.name, take: (path: string) => chromiumSnapshot(build, path) })),
  { name: 'bun', take: bunSnapshot },
];

await using dir = await folder();
const rows: string[][] = [];
for (const { name, take } of runtimes.filter((runtime) => `${runtime.name} `.startsWith(values.only))) {
  const path = dir.join(`${name.replaceAll(' ', '-')}.heapsnapshot`);
  try {
    await take(path);
  } catch (error) {
    rows.push([name, '', '', '', `could not be had: ${(error as Error).message.split('\n')[0]}`]);
    continue;
  }
  const { verdict, isRight, nodes, sizeBytes } = await checkFile(path);
  if (!isRight) process.exitCode = 1;
  rows.push([name, String(statSync(path).size), String(nodes), String(sizeBytes), verdict]);
}
process.stdout.write(`${table(['runtime', 'file', 'nodes', 'bytes', 'read'], rows)}\n`);
