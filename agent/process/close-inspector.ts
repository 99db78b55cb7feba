/** Closes an inspector that was opened for us, by a session on it. */
import { atMost } from '../base/waiting.ts';
import { whenStackIsEmpty } from '../cdp/builtin.ts';
import type { Session } from '../cdp/session.ts';
import { socketInodes } from './process.ts';
import { strangersOn, tcpTable } from './tcp-table.ts';

/** How long a closing inspector may take before we go without having seen it. */
const CLOSE_MS = 1_000;

/**
 * Asks an inspector to close, unless somebody else is connected to it: our own connections end with it.
 * Resolves when our session has ended, or after a second if the target is too busy to do it now.
 * @returns false where somebody else is on it, so that it stays open
 */
export async function closeInspector(session: Session, port: number): Promise<boolean> {
  const [rows, ours] = await Promise.all([tcpTable(), socketInodes('self')]);
  if (strangersOn(port, rows, ours) > 0) return false;
  const expression = whenStackIsEmpty("load('node:inspector').close()");
  const asked = session.send('Runtime.evaluate', {
    expression,
    silent: true,
    includeCommandLineAPI: true,
    returnByValue: true,
  });
  // the answer may be cut off by what was asked for
  await asked.then(
    () => {},
    () => {},
  );
  await atMost(CLOSE_MS, session.closed);
  return true;
}
