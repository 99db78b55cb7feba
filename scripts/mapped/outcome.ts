/** One build of the program: made, run, read; and read once more with the map of another build beside it. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileColumns } from '../../agent/file/file-columns.ts';
import { originalColumns } from '../../agent/original/columns.ts';
import { SourceMaps } from '../../agent/source-maps/source-maps.ts';
import type { Build } from './builds.ts';
import { judged, type Verdict } from './judge.ts';
import { FILES, nextBuild, PLANTED, type Planted } from './program.ts';

export interface BuildOutcome {
  readonly name: string;
  readonly verdict: Verdict;
  /** Whether nothing was named by the maps of another build. */
  readonly otherRefused: boolean;
  readonly refusals: readonly string[];
}

/** @param node the executable that runs the program */
export async function outcomeOf(build: Build, node: string): Promise<BuildOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-maps-'));
  try {
    const [own, other] = [join(folder, 'own'), join(folder, 'other')];
    const entry = await made(build, own, FILES);
    const snapshot = join(folder, 'x.heapsnapshot');
    await promisify(execFile)(node, [entry, snapshot], { cwd: own });
    const { columns } = await fileColumns(snapshot, () => {});
    const verdict = judged(originalColumns(columns, new SourceMaps({ folders: [] })), FILES, plantedIn(build));
    const otherEntry = await made(build, other, nextBuild(FILES));
    await putMaps(dirname(otherEntry), dirname(entry));
    const maps = new SourceMaps({ folders: [] });
    const misled = originalColumns(columns, maps);
    const used = [...(misled.fileOfScript?.values() ?? [])];
    // scripts of their own that are the same in both builds may keep their maps
    const otherRefused = !used.some((path) => path.endsWith('sessions.ts'));
    return { name: build.name, verdict, otherRefused, refusals: maps.refused.map(({ reason }) => reason) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** V8 keeps what a module exports apart from its scope, and without a name. */
function plantedIn({ hasModules }: Build): readonly Planted[] {
  return hasModules ? PLANTED.filter(({ isExported }) => !isExported) : PLANTED;
}

async function made(build: Build, folder: string, files: ReadonlyMap<string, string>): Promise<string> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return await build.make(folder, [...files.keys()]);
}

async function putMaps(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) if (name.endsWith('.map')) await cp(join(from, name), join(to, name));
}
