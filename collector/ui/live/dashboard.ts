/** What every page has at hand. */
import type { ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Fleet } from './fleet.ts';
import type { Session } from './session.ts';

export interface Dashboard {
  readonly session: Session;
  readonly fleet: Fleet;
  /** Milliseconds since 1970, every second: for what is said to be some time ago. */
  readonly now: ReadonlySignal<number>;
  /** Why a sign-in by a provider that came back to this page has failed. */
  readonly failure?: string;
}

const context = createContext<Dashboard | null>(null);

export const DashboardProvider = context.Provider;

export function useDashboard(): Dashboard {
  return useContext(context)!;
}
