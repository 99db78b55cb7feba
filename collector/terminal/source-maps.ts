/** How a command is asked to show what people wrote instead of what a bundler made of it and whose it is, and what it says of maps that do not fit. */
import { delimiter } from 'node:path';
import type { Argv } from 'yargs';
import type { Io } from './io.ts';

export interface SourceMapArguments {
  sourceMaps: string | undefined;
  owners: string | undefined;
}

/** Adds `--source-maps` and `--owners`, which hold for the whole process from then on. */
export function sourceMapOptions<Args>(yargs: Argv<Args>): Argv<Args & SourceMapArguments> {
  return yargs
    .option('source-maps', {
      type: 'string',
      describe: `original names and places, by maps beside the scripts, inline, or in this folder (several: a${delimiter}b)`,
    })
    .option('owners', {
      type: 'string',
      describe: 'of --by owner: a CODEOWNERS file, in place of the one above each script',
    })
    .middleware(async ({ sourceMaps, owners }) => {
      if (sourceMaps !== undefined) await use([sourceMaps].flat() as string[]);
      if (owners !== undefined) await useOwnersOf(String([owners].flat().at(-1)));
    }) as Argv<unknown> as Argv<Args & SourceMapArguments>;
}

async function useOwnersOf(file: string): Promise<void> {
  const { useOwners } = await import('../../agent/owners/in-use.ts');
  useOwners({ file });
}

let areUsed = false;

async function use(lists: readonly string[]): Promise<void> {
  const { useSourceMaps } = await import('../../agent/original/in-use.ts');
  areUsed = true;
  useSourceMaps({ folders: lists.flatMap((list) => list.split(delimiter)).filter((folder) => folder !== '') });
}

/** One line for each script whose map was found and is not used. */
export async function sayRefusedMaps(io: Io): Promise<void> {
  if (!areUsed) return;
  const { refusedMaps } = await import('../../agent/original/in-use.ts');
  for (const { script, reason } of refusedMaps()) io.say(`did not use the source map of ${script}: ${reason}`);
}
