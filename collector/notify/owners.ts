/** Which alerts a receiver with `owners` gets: its globs match the alert's label `owner`. */
import { NO_OWNER } from '../../agent/classify/owner.ts';
import { matchesGlob } from '../../protocol/glob.ts';

/**
 * @param owner of an alert, several with a blank between them; absent: nobody is named
 * @param globs of a receiver; absent: it gets all alerts
 */
export function isOwnedBy(owner: string | undefined, globs: readonly string[] | undefined): boolean {
  if (globs === undefined) return true;
  const owners = owner === undefined || owner === NO_OWNER ? [NO_OWNER] : owner.split(' ');
  return owners.some((each) => globs.some((glob) => matchesGlob(glob, each)));
}
