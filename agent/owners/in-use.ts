/** The owners that this process asks, in all of its threads: a thread takes over the setting when it begins. */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { Owners, type OwnersOptions } from './owners.ts';

const SETTING = 'heapwatch owners';

let inUse: Owners | undefined;

/** From now on, also in threads that are started from now on. @throws Error of one line for a file that is not there */
export function useOwners(options: OwnersOptions): void {
  inUse = new Owners(options);
  setEnvironmentData(SETTING, { ...options });
}

/** Where nothing was said, of the CODEOWNERS above each script. */
export function ownersInUse(): Owners {
  inUse ??= new Owners(wanted() ?? {});
  return inUse;
}

/** Whether somebody wants to know who owns what leaks. */
export function areOwnersWanted(): boolean {
  return wanted() !== undefined;
}

function wanted(): OwnersOptions | undefined {
  return getEnvironmentData(SETTING) as unknown as OwnersOptions | undefined;
}
