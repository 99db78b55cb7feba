/** The agent's own log, where one is asked for: JSON lines. */
import { type Logger, pino } from 'pino';

const STDERR_FD = 2;

/** @param to `stderr` or a file; undefined: nothing is written. @throws Error where the file cannot be written */
export function openAgentLog(to: string | undefined): Logger {
  if (to === undefined) return pino({ level: 'silent' });
  // at once: the thread may end at any moment
  return pino({ level: 'info' }, pino.destination({ dest: to === 'stderr' ? STDERR_FD : to, sync: true, mkdir: true }));
}
