/** How much memory the columns of a file may take whose size says nothing of them: one that is packed, or a pipe. */
import { freemem } from 'node:os';

/** The rest is for what is computed of them. */
const ROOM_RATIO = 0.8;

/** Bytes: of what the machine has free, or the limit of our control group leaves. */
export function roomBytes(): number {
  const limitBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return ROOM_RATIO * Math.min(freemem(), Math.max(0, limitBytes - process.memoryUsage.rss()));
}
