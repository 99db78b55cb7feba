/**
 * The life of one alert, Prometheus's: pure, given what was judged and when.
 *
 *              true           true for `for`           false for `keepFiringFor`
 *     inactive ────> pending ───────────────> firing ───────────────────────────> inactive (resolved)
 *        ^              │ false, undecided        │
 *        └──────────────┘                         └── undecided: nothing is known, nothing changes
 *
 * Times are of a clock that never jumps (the collector's, not the wall's).
 */
import type { LifeCycle } from '../config/rule.ts';

export type AlertState = 'inactive' | 'undecided' | 'pending' | 'firing';

/** Whether a rule's condition holds; `undecided` where the window cannot tell yet. */
export type Judgement = 'true' | 'false' | 'undecided';

export interface AlertStatus {
  readonly state: AlertState;
  /** Since when it is in this state. */
  readonly sinceMs: number;
  /** When its condition last held, while pending or firing; else null. */
  readonly heldAtMs: number | null;
}

/** What somebody has to know. */
export type Transition = 'pending' | 'firing' | 'resolved' | 'cancelled';

export const UNSEEN: AlertStatus = { state: 'inactive', sinceMs: 0, heldAtMs: null };

/** The status after one judgement, and the transition that it made, if any. */
export function step(
  status: AlertStatus,
  judgement: Judgement,
  atMs: number,
  { forMs, keepFiringForMs }: LifeCycle,
): { readonly status: AlertStatus; readonly transition?: Transition } {
  if (status.state === 'firing') {
    if (judgement === 'true') return { status: { ...status, heldAtMs: atMs } };
    if (judgement === 'undecided' || atMs - (status.heldAtMs ?? atMs) < keepFiringForMs) return { status };
    return { status: enter('inactive', atMs), transition: 'resolved' };
  }
  if (judgement === 'true') {
    const sinceMs = status.state === 'pending' ? status.sinceMs : atMs;
    if (atMs - sinceMs >= forMs) return { status: enter('firing', atMs, atMs), transition: 'firing' };
    const pending: AlertStatus = { state: 'pending', sinceMs, heldAtMs: atMs };
    return status.state === 'pending' ? { status: pending } : { status: pending, transition: 'pending' };
  }
  const state = judgement === 'undecided' ? 'undecided' : 'inactive';
  if (status.state === 'pending') return { status: enter(state, atMs), transition: 'cancelled' };
  return { status: status.state === state ? status : enter(state, atMs) };
}

/** The status when the series has ended: its process is no more, or its rule. */
export function end(
  status: AlertStatus,
  atMs: number,
): { readonly status: AlertStatus; readonly transition?: Transition } {
  const ended = enter('inactive', atMs);
  if (status.state === 'firing') return { status: ended, transition: 'resolved' };
  return status.state === 'pending' ? { status: ended, transition: 'cancelled' } : { status: ended };
}

function enter(state: AlertState, sinceMs: number, heldAtMs: number | null = null): AlertStatus {
  return { state, sinceMs, heldAtMs };
}
