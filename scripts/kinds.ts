/**
 * The largest kinds of a walk beside those of a snapshot that V8 itself writes right after, on each version of Node:
 *
 *     node dist/scripts/kinds.js [--majors 18,20,22,24,26] [--largest 50] [--off 0.5]
 *
 * The program (test/fixtures/walked-kinds.mjs) holds one of everything, and its main thread is blocked in between. Prints each
 * kind whose count or bytes differ by more than so many percent, and exits 1 if there is one that EXPLAINED does not name.
 */
import { parseArgs } from 'node:util';
import { partitionFile } from '../agent/file/file.ts';
import { layoutOf } from '../agent/layout/layout.ts';
import { ProcessMemory } from '../agent/memory/process-memory.ts';
import { isSince13 } from '../agent/walk/external-strings.ts';
import { HeapWords } from '../agent/walk/objects.ts';
import { type Page, pagesOf } from '../agent/walk/pages.ts';
import { type KindRow, walkKinds } from '../agent/walk/walk-kinds.ts';
import { folder } from '../test/support/folder.ts';
import { type NodeMajor, nodeBinary } from '../test/support/node-versions.ts';
import { startTarget } from '../test/support/target.ts';

const { values: options } = parseArgs({
  options: {
    majors: { type: 'string', default: '18,20,22,24,26' },
    largest: { type: 'string', default: '50' },
    off: { type: 'string', default: '0.5' },
  },
});

/** Why a kind may differ: all of them are V8's or Node's own. */
const EXPLAINED: readonly (readonly [kind: RegExp, why: string])[] = [
  [/^native /, "memory of Node's own, no object of V8's"],
  [/^(code|hidden class|array \(no owner\)|\(system\))$/, "V8's own: a snapshot collects first, and flushes code"],
  [/^(number|symbol|properties of Object)$/, 'dozens more, which a snapshot does not reach from its roots'],
];

type CountAndBytes = Pick<KindRow, 'count' | 'sizeBytes'>;

interface Compared {
  readonly kind: string;
  readonly walked: CountAndBytes;
  readonly snapshot: CountAndBytes;
  readonly offPercent: number;
}

async function compare(major: NodeMajor): Promise<Compared[]> {
  await using dir = await folder();
  const file = dir.join('after.heapsnapshot');
  await using target = await startTarget('walked-kinds', {
    nodeBinary: await nodeBinary(major),
    execArgv: ['--expose-gc'],
    // V8 12 keeps for a snapshot where each line of a script ends: 470 KB of `code` that were not there at the walk
    args: [file, '0', 'twice'],
    inspect: false,
  });
  await target.line(/^still /);
  const walked = await walkedKinds(target.pid);
  target.send('\n');
  await target.line(/^written/);
  const [snapshot] = await partitionFile(file, { by: ['kind'] });
  return snapshot!.rows.slice(0, Number(options.largest)).map((row) => {
    const found = walked.get(row.kind) ?? { count: 0, sizeBytes: 0 };
    return { kind: row.kind, walked: found, snapshot: row, offPercent: offBy(found, row) };
  });
}

/** Of the main isolate, and of the read-only space that all isolates share: a snapshot has both. */
async function walkedKinds(pid: number): Promise<Map<string, CountAndBytes>> {
  await using memory = ProcessMemory.open(pid);
  const layout = layoutOf(memory.executable);
  let pages: readonly Page[] = [];
  const atMoment = (image: Parameters<typeof pagesOf>[0]) => {
    pages = pagesOf(image, layout);
  };
  const { image } = await memory.read({ stop: true, limitMs: 60_000, atMoment });
  const { isolates, readOnly } = walkKinds(new HeapWords(image, layout, pages));
  const sums = new Map<string, CountAndBytes>();
  const shared = readOnly.rows.map((row) => (isSince13(layout) ? { ...row, sizeBytes: 0 } : row));
  for (const { kind, count, sizeBytes } of [...isolates[0]!.rows, ...isolates[0]!.outside, ...shared]) {
    const sum = sums.get(kind) ?? { count: 0, sizeBytes: 0 };
    sums.set(kind, { count: sum.count + count, sizeBytes: sum.sizeBytes + sizeBytes });
  }
  return sums;
}

function offBy(found: Compared['walked'], wanted: Compared['snapshot']): number {
  const off = (name: 'count' | 'sizeBytes') => Math.abs(found[name] - wanted[name]) / Math.max(1, wanted[name]);
  return 100 * Math.max(off('count'), off('sizeBytes'));
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
let unexplained = 0;
for (const major of options.majors.split(',').map(Number)) {
  const kinds = await compare(major as NodeMajor);
  const off = kinds.filter(({ offPercent }) => offPercent > Number(options.off));
  say(`Node ${major}: ${kinds.length - off.length} of the largest ${kinds.length} kinds within ${options.off} %`);
  for (const { kind, walked, snapshot, offPercent } of off) {
    const [, why] = EXPLAINED.find(([name]) => name.test(kind)) ?? [];
    if (why === undefined) unexplained++;
    const bytes = `${walked.count} of ${snapshot.count}, ${walked.sizeBytes} of ${snapshot.sizeBytes} bytes`;
    say(`  ${kind}: ${bytes}, ${offPercent.toFixed(1)} % off${why === undefined ? '' : `: ${why}`}`);
  }
}
process.exitCode = unexplained === 0 ? 0 : 1;
