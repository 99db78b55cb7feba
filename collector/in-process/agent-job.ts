/** What the agent's thread is given, and what it says. */
import { SESSIONS } from '../../agent/cdp/in-process.ts';
import type { Settings } from './settings.ts';

export interface AgentJob {
  readonly settings: Settings;
  /** WORDS of them, shared with the main thread. */
  readonly words: Int32Array;
  /** Why the thread before it ended, where there was one. */
  readonly before?: string;
}

/** Those of inspector sessions, and how often the thread has turned. */
export const WORDS = { ...SESSIONS, turns: 2, count: 3 } as const;

/** It cannot do what it was told, and there is no use in another thread. */
export interface Refused {
  readonly refused: string;
}
