/** The program of the thread that reads a long frame: its texts are cut, and of more values than any answer has nothing is given. */
import { outsideText } from '../base/outside-text.ts';
import { serve } from '../threads/thread.ts';
import { FrameError, messageOf } from './frame.ts';
import type { LongFrameReading } from './long-frame.ts';

const MAX_VALUES = 40_000;
/** Characters of a text: as many as the longest that is let in has (../base/outside-text.ts). */
const TEXT_LENGTH = 2_000;

serve<{ readonly bytes: Uint8Array }, never>(async ({ bytes }): Promise<LongFrameReading> => {
  try {
    const message = messageOf(new TextDecoder().decode(bytes));
    if (message) shorten(message);
    return { message };
  } catch (error) {
    if (error instanceof FrameError) return { wrong: error.message };
    throw error;
  }
});

/** Cuts each text where it stands. @throws FrameError for too many values */
function shorten(message: object): void {
  let values = 0;
  const pending: Record<string, unknown>[] = [message as Record<string, unknown>];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const [key, value] of Object.entries(at)) {
      if (++values > MAX_VALUES) throw new FrameError(`a frame of more than ${MAX_VALUES} values`);
      if (key.length > TEXT_LENGTH) throw new FrameError(`a frame with a name of ${key.length} characters`);
      if (typeof value === 'string' && value.length > TEXT_LENGTH) at[key] = outsideText(value, TEXT_LENGTH);
      else if (typeof value === 'object' && value !== null) pending.push(value as Record<string, unknown>);
    }
  }
}
