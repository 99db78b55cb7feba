/** What comes of another configuration while a collector runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import type { FleetChange } from '../targets/fleet.ts';
import { sameKind } from './entrance.ts';

export interface Reloaded extends FleetChange {
  /** Keys beside those of targets that were other than before, and are in force now. */
  readonly live: readonly string[];
  /** Keys that are other than those the collector was started with, and stay as they were until it is started anew. */
  readonly restart: readonly string[];
}

const LIVE: ReadonlySet<string> = new Set<keyof Config>(['targets', 'discover', 'auth', 'alerts', 'notify']);

/** Keys that files write in another way. */
const WRITTEN: Readonly<Partial<Record<keyof Config, string>>> = {
  snapshots: 'store.snapshots',
  graceMs: 'grace',
  giveUpMs: 'giveUp',
};

/** The keys in which two configurations differ that are read at the start only, as files write them. */
export function restartKeys(running: Config, wanted: Config): string[] {
  const keys = new Set([...Object.keys(running), ...Object.keys(wanted)]) as Set<keyof Config>;
  return (
    [...keys]
      .filter((key) => !LIVE.has(key) && !isDeepStrictEqual(running[key], wanted[key]))
      // other files are read at once; what is asked of clients is not
      .filter((key) => key !== 'tls' || !sameKind(running, wanted))
      .map((key) => WRITTEN[key] ?? key)
  );
}
