/** What a frame of a difference has more or less than before, in a colour and in words. */
import type { FrameChange } from '../../agent/profile/frames.ts';
import { humanSize } from '../../protocol/human.ts';

/** Red for more, blue for less, the stronger the larger its share; what is as it was is grey. */
export function changeColour({ nowBytes, beforeBytes }: Pick<FrameChange, 'nowBytes' | 'beforeBytes'>): string {
  const share = (nowBytes - beforeBytes) / Math.max(nowBytes, beforeBytes, 1);
  const strength = Math.min(1, Math.abs(share));
  if (strength < 0.01) return 'hsl(210 8% 84%)';
  return `hsl(${share > 0 ? 8 : 212} 75% ${Math.round(88 - 32 * strength)}%)`;
}

/** `+3.0 MB`, `-1.0 KB`, `0 B`. */
export function signedSize(bytes: number): string {
  return `${bytes > 0 ? '+' : bytes < 0 ? '-' : ''}${humanSize(Math.abs(bytes))}`;
}
