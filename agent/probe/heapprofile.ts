/** A sampling profile as the text of a `.heapprofile` file, which Chrome DevTools' Memory panel opens. */
import type { HeapProfile } from '../profile/heap-profile.ts';

export function heapprofile({ head, samples }: HeapProfile): string {
  return JSON.stringify({ head, samples });
}
