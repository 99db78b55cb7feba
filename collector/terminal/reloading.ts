/** A configuration that is read anew on SIGHUP: where that cannot be read or taken, the one that runs goes on, and the log says why. */
import type { Logger } from 'pino';
import { reasonOf } from '../../protocol/reason.ts';

/** Never rejects. @param take reads it and has it in force; what it gives is undefined where it was refused */
export async function reloaded<Change>(take: () => Promise<Change>, logger: Logger): Promise<Change | undefined> {
  try {
    return await take();
  } catch (error) {
    const problems = reasonOf(error).split('\n');
    logger.error({ problems }, 'configuration refused: the previous one stays in force');
    return undefined;
  }
}
