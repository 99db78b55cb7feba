/** How a command is asked to keep what it reads of large snapshot files for the next question, or not to. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Argv } from 'yargs';
import type { IndexSetting } from '../../agent/index/in-use.ts';
import { UsageError } from './exit.ts';

export interface IndexArguments {
  index: boolean | undefined;
}

const MB = 2 ** 20;
/** To read a smaller file anew takes no longer than to start. */
const FROM_BYTES = 32 * MB;
const MAX_BYTES = 4096 * MB;

/** Adds `--index` and `--no-index`, which hold for the whole process from then on. */
export function indexOptions<Args>(yargs: Argv<Args>): Argv<Args & IndexArguments> {
  return yargs
    .option('index', {
      type: 'boolean',
      describe: 'keep what is read of a snapshot file for the next question to it; --no-index: nothing is kept or used',
      defaultDescription: 'of files from 32 MB on',
    })
    .middleware(async ({ index }) => {
      const { useIndex } = await import('../../agent/index/in-use.ts');
      useIndex(indexSetting(index as boolean | undefined));
    }) as Argv<unknown> as Argv<Args & IndexArguments>;
}

/**
 * `$XDG_CACHE_HOME/heapwatch/index`, by default in `~/.cache`; a relative `XDG_CACHE_HOME` does not count. All indexes together
 * take 4 GB, or `HEAPWATCH_INDEX_BYTES`; with 0 there are none.
 * @param index what was asked for: true also of small files, false of none. @throws UsageError for bytes that are none
 */
export function indexSetting(
  index: boolean | undefined,
  env: NodeJS.ProcessEnv = process.env,
): IndexSetting | undefined {
  const { XDG_CACHE_HOME: given = '', HEAPWATCH_INDEX_BYTES: bytes = `${MAX_BYTES}` } = env;
  if (!/^\d{1,15}$/.test(bytes)) {
    throw new UsageError(`Cannot use HEAPWATCH_INDEX_BYTES: expected a number of bytes, got "${bytes}"`);
  }
  const maxBytes = Number(bytes);
  if (index === false || maxBytes === 0) return undefined;
  const cache = isAbsolute(given) ? given : join(homedir(), '.cache');
  return { folder: join(cache, 'heapwatch', 'index'), maxBytes, fromBytes: index === true ? 0 : FROM_BYTES };
}
