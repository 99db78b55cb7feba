/** How allocation sites read. */
import { type FrameName, frameNames } from './frame-names.ts';
import { type ProfileNode, visitNodes } from './heap-profile.ts';

/** A text for each frame of a profile, as `frameNames` gives it. */
export function siteNames(head: ProfileNode): (frame: FrameName) => string {
  const frames: FrameName[] = [];
  visitNodes(head, ({ callFrame }) => {
    frames.push(callFrame);
  });
  return frameNames(frames);
}
