/** Turns readings into lines of a recording. */
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { TailEvent } from '../tail/tail-event.ts';
import type { RecordingLine } from './line.ts';

/** Null for what a recording does not hold: it follows from the rest. @param at now, ISO 8601 */
export function recordingLine(reading: TailEvent, at: string): RecordingLine | null {
  switch (reading.is) {
    case 'usage':
      return { type: 'usage', ...reading.usage };
    case 'partition':
      return { type: 'partition', ...reading.partition };
    case 'mark': {
      const { target, label, by, at: markedAt } = reading;
      return { type: 'mark', target, label, by, at: markedAt };
    }
    case 'state': {
      const { state, nodeVersion, reason } = reading.state;
      return {
        type: 'state',
        target: reading.target,
        state,
        ...incarnationOf(reading.state),
        ...(nodeVersion !== undefined && { nodeVersion }),
        ...(reason !== undefined && { reason }),
        at,
      };
    }
    case 'note':
      return { type: 'note', target: reading.target, text: reading.text, at };
    case 'memory':
    case 'pace':
    case 'probing':
    case 'outside':
    case 'unshown':
      return null;
  }
}
