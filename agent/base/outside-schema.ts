/** The schema of a text from outside; apart from the text itself, which is let in where no schema library is. */
import { z } from 'zod';
import { outsideText } from './outside-text.ts';

/** The schema of such a text: takes any string, and gives what is let in. */
export function outside(maxLength: number) {
  return z.string().transform((text) => outsideText(text, maxLength));
}
