/**
 * A table of V8's own constants from a `node` binary, for executables of the same version that have none, and what of our table for that
 * version could be verified on it:
 *
 *     node dist/scripts/layout-table.js /usr/bin/node > agent/layout/versions/constants-11-3.ts
 *
 * It runs the binary: one collection under `--trace-gc-object-stats`' trace gives V8's names and numbers of all instance types, and a
 * walk of a small heap says which types' sizes were met and whether the sums are V8's.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Layout } from '../agent/layout/layout.ts';
import { layoutOf } from '../agent/layout/layout.ts';
import { LayoutRefusal } from '../agent/layout/refusal.ts';
import { symbolsOf } from '../agent/layout/symbols.ts';
import { ProcessMemory } from '../agent/memory/process-memory.ts';
import { HeapWords } from '../agent/walk/objects.ts';
import { pagesOf } from '../agent/walk/pages.ts';
import { walkKinds } from '../agent/walk/walk-kinds.ts';

/** Numbers from the first of these on are V8's statistics' own, not types of objects. */
const FIRST_VIRTUAL = 'BYTECODE_HANDLER';
/** What only debuggers of stacks need. */
const NOT_KEPT = /^(frametype_|parent_|off_fp_|CodeKind|DeoptimizationData|.*Register\d?$)/;
const WIDTH = 118;
const PROGRAM = `
const kept = Array.from({ length: 5000 }, (_, i) => [{ i, text: 'text ' + i }, new Map([[i, i]]), () => i, i + 0.5, 2n ** BigInt(i % 300)]);
require('node:v8').getHeapSpaceStatistics();
require('node:fs').writeSync(1, '');
setTimeout(() => {
  for (let i = 0; i < 3; i++) gc();
  const used = require('node:v8').getHeapSpaceStatistics().reduce((sum, space) => sum + space.space_used_size, 0);
  require('node:fs').writeSync(1, 'still ' + used + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, kept.length * 0 + 60000);
}, 100);`;

const [binary] = process.argv.slice(2);
if (binary === undefined) {
  process.stderr.write('Usage: node dist/scripts/layout-table.js NODE > agent/layout/versions/constants-VERSION.ts\n');
  process.exit(2);
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const child = spawn(binary, ['--expose-gc', '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  await using memory = ProcessMemory.open(child.pid ?? 0);
  const { constants, version } = symbolsOf(memory.executable);
  process.stdout.write(tableText(version ?? 'unknown', constants));
  say(`V8 ${version}: ${constants.size} constants`);
  const layout = layoutOf(memory.executable);
  verifyTypes(layout, tracedTypes(binary));
  await verifyWalk(memory, layout, Number(line.replace(/\D+/g, '')));
} catch (error) {
  if (!(error instanceof LayoutRefusal)) throw error;
  say(`Could not verify anything: ${error.message}`);
  process.exitCode = 4;
} finally {
  child.kill('SIGKILL');
}

/** The file for agent/layout/versions/. */
function tableText(version: string, constants: ReadonlyMap<string, number>): string {
  const rows: string[] = [];
  let row = '';
  for (const [name, value] of [...constants].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (NOT_KEPT.test(name)) continue;
    const pair = `${name} ${value}`;
    if (row.length + pair.length + 2 > WIDTH) {
      rows.push(row);
      row = '';
    }
    row += row === '' ? pair : `; ${pair}`;
  }
  rows.push(row);
  return `/** V8 ${version}'s own constants, written by scripts/layout-table.ts. */
export const V8_CONSTANTS_${version.replaceAll('.', '_')} = \`
${rows.join('\n')}
\`;
`;
}

/** V8's names of instance types and their numbers, from its own statistics of objects. */
function tracedTypes(node: string): Map<string, number> {
  const dir = mkdtempSync(join(tmpdir(), 'layout-table-'));
  try {
    const file = join(dir, 'trace.json');
    const categories = [
      '--trace-event-categories',
      'disabled-by-default-v8.gc_stats',
      '--trace-event-file-pattern',
      file,
    ];
    execFileSync(node, ['--expose-gc', ...categories, '-e', 'gc(); gc()'], { stdio: 'ignore' });
    const types = new Map<string, number>();
    for (const { args } of JSON.parse(readFileSync(file, 'utf8')).traceEvents) {
      if (typeof args?.live !== 'string') continue;
      const statistics: Record<string, { type: number }> = JSON.parse(args.live).type_data ?? {};
      const virtual = statistics[FIRST_VIRTUAL]?.type ?? Number.POSITIVE_INFINITY;
      for (const [name, { type }] of Object.entries(statistics)) {
        if (type < virtual) types.set(name.replace(/_TYPE$/, ''), type);
      }
    }
    return types;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function verifyTypes({ typeOf }: Layout, traced: ReadonlyMap<string, number>): void {
  const differ = [...typeOf].filter(([name, value]) => traced.has(name) && traced.get(name) !== value);
  const lacking = [...traced].filter(([name]) => !typeOf.has(name));
  const unseen = [...typeOf.keys()].filter((name) => !traced.has(name));
  say(`Instance types: ${typeOf.size - unseen.length - differ.length} agree with V8's statistics of objects`);
  if (differ.length > 0)
    say(`  differ: ${differ.map(([name, value]) => `${name} ${value}, V8 says ${traced.get(name)}`).join('; ')}`);
  if (lacking.length > 0) say(`  lacking here: ${lacking.map(([name, value]) => `${name}: ${value}`).join(', ')}`);
  if (unseen.length > 0) say(`  could not verify: ${unseen.join(', ')}`);
}

async function verifyWalk(memory: ProcessMemory, layout: Layout, used: number): Promise<void> {
  const { image } = await memory.read({ stop: true });
  const heap = new HeapWords(image, layout, pagesOf(image, layout));
  const { isolates } = walkKinds(heap);
  const { sizeBytes, tornBytes } = isolates[0];
  say(
    `Bytes of objects: ${sizeBytes}, V8 counts ${used} (${((sizeBytes / used - 1) * 100).toFixed(2)} %); ${tornBytes} are no object`,
  );
  const met = new Set<number>();
  for (let map = 0; map < heap.maps.length; map++) met.add(heap.maps.type[map]);
  const unmet = [...layout.sizes.keys()].filter((type) => !met.has(type)).map((type) => layout.typeNames.get(type));
  say(`Sizes by our table: ${layout.sizes.size - unmet.length} types were met in a small heap`);
  say(`  could not verify: ${unmet.join(', ')}`);
}
