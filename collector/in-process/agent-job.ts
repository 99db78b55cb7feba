/** What the agent's thread is given, and what it says. */
import type { Settings } from './settings.ts';

export interface AgentJob {
  readonly settings: Settings;
  /** WORDS of them, shared with the main thread. */
  readonly words: Int32Array;
  /** Why the thread before it ended, where there was one. */
  readonly before?: string;
}

/** Whether inspector sessions may be open, whether they are closed since the program exits, and how often the thread has turned. */
export const WORDS = { open: 0, closed: 1, turns: 2, count: 3 } as const;

/** It cannot do what it was told, and there is no use in another thread. */
export interface Refused {
  readonly refused: string;
}
