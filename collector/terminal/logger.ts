/** The collector's own log: one line of JSON an event, printable, never waited for. */
import { type Logger, pino } from 'pino';
import { terminalText } from '../../protocol/printable.ts';
import { LogWriter, unblockedStderr } from './log-writer.ts';

/** @param to default: standard error */
export function openLog(level: string, to: pino.DestinationStream = new LogWriter(unblockedStderr())): Logger {
  return pino({ level, hooks: { streamWrite: terminalText }, serializers: { err: plainError } }, to);
}

/** As pino writes errors; of a DOMException without the thirty constants that it has by inheritance. */
function plainError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return pino.stdSerializers.err(error as Error);
  const { name, message, stack } = error;
  return { type: name, message, stack };
}
