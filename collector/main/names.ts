/** Whose names and whose teams the readings of a collector show: a setting of the whole process, and of its threads. */
import { useSourceMaps } from '../../agent/original/in-use.ts';
import { useOwners } from '../../agent/owners/in-use.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';

/** The word for the CODEOWNERS of the repository that a script lies in. */
const AUTO = 'auto';

/** @throws ConfigError for a folder or a file that is not there */
export function useNames({ sourceMaps, owners }: Pick<Config, 'sourceMaps' | 'owners'>): void {
  if (sourceMaps) told('sourceMaps', () => useSourceMaps(sourceMaps));
  if (owners !== undefined) told('owners', () => useOwners(owners === AUTO ? {} : { file: owners }));
}

function told(where: string, use: () => void): void {
  try {
    use();
  } catch (cause) {
    throw new ConfigError([{ where, message: reasonOf(cause) }]);
  }
}
