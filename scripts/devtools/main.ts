/**
 * `npm run devtools`: our figures beside Chrome DevTools' own engine, on real snapshots of Node 18 to 26.
 *
 *     npm run devtools                       of a small program, made on the spot
 *     npm run devtools -- a.heapsnapshot     of files
 *
 * Ends with code 1 where a figure differs that should not. Sizes of arrays and of what is internal to V8 differ by
 * definition (compare.ts says how). Fetches the engine on first use (some 20 MB, 93 unpacked).
 */
import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { folder } from '../../test/support/folder.ts';
import { type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { projectRoot } from '../../test/support/project.ts';
import { columnsOfFile } from '../bench/columns-file.ts';
import { table } from '../bench/report.ts';
import { type Comparison, compare, faults } from './compare.ts';
import { loadEngine, openSnapshot } from './engine.ts';

const MAJORS: readonly NodeMajor[] = [18, 20, 22, 24, 26];

await using dir = await folder();
const files = process.argv.slice(2);
if (files.length === 0) for (const major of MAJORS) files.push(await snapshotOf(major));
const engine = await loadEngine();
for (const file of files) {
  const theirs = await openSnapshot(engine, file);
  const aggregates = Object.values(theirs.aggregatesWithFilter(new engine.NodeFilter()));
  if (!report(file, compare(await columnsOfFile(file), theirs, aggregates))) process.exitCode = 1;
}

async function snapshotOf(major: NodeMajor): Promise<string> {
  const file = dir.join(`node-${major}.heapsnapshot`);
  const program = join(projectRoot, 'test/fixtures/population.mjs');
  await promisify(execFile)(await nodeBinary(major), [program, '--snapshot', file]);
  return file;
}

/** Prints the figures, and what is wrong with them; gives whether all is well. */
function report(file: string, found: Comparison): boolean {
  const { nodes, moreProgram, retained, distances, rows } = found;
  const wrong = faults(found);
  const figures = table(
    ['V8 type', 'nodes', 'retained size differs', 'distance differs'],
    retained.map((row, at) => [row.type, String(row.nodes), String(row.different), String(distances[at].different)]),
  );
  const verdict = wrong.length === 0 ? `as DevTools has them: ${rows.compared} class rows too` : wrong.join('\n  ');
  const more =
    moreProgram === 0
      ? ''
      : `  ${moreProgram} nodes are of the program with DevTools alone: a WeakMap's table leads to them, their key is V8's own;\n  with us V8's roots hold them, with DevTools they hang from the root, and are compared as it takes them\n`;
  process.stdout.write(`${basename(file)}: ${nodes} nodes\n${figures}\n${more}  ${verdict}\n\n`);
  return wrong.length === 0;
}
