/**
 * Carries what the stream says into the fleet, once a frame of the screen however much came.
 *
 *     for await event ─> waiting ─> requestAnimationFrame ─> fleet.take
 */
import type { StreamEvent } from '../../../protocol/events.ts';
import type { Client } from '../../client/browser.ts';
import type { Fleet } from './fleet.ts';

/** How often a page that nobody sees is kept up to date, so that it is right at once when it is seen. */
const HIDDEN_EVERY_MS = 1_000;

/** Follows everything until the client ends. */
export async function feed(client: Client, fleet: Fleet): Promise<void> {
  const waiting: StreamEvent[] = [];
  const flush = () => fleet.take(waiting.splice(0));
  const subscription = client.subscribe({
    topics: ['target', 'usage', 'memory', 'partition', 'probe', 'checkpoint', 'mark', 'footprint', 'alert'],
  });
  for await (const item of subscription) {
    if (item.type === 'gap') {
      fleet.missed();
      continue;
    }
    if (waiting.length === 0) soon(flush);
    waiting.push(item);
  }
}

function soon(flush: () => void): void {
  if (document.hidden) setTimeout(flush, HIDDEN_EVERY_MS);
  else requestAnimationFrame(flush);
}
