/** Which alerts a silence keeps from notifying. */
import type { Alert, Silence } from '../../protocol/alert.ts';
import { matchesGlob } from '../../protocol/glob.ts';

/** Whether an alert has all the labels that a silence asks for. Whether it is over is for its caller. */
export function isSilenced({ labels }: Pick<Alert, 'labels'>, { matchers }: Pick<Silence, 'matchers'>): boolean {
  return Object.entries(matchers).every(([name, glob]) => matchesGlob(glob, labels[name] ?? ''));
}

/** Ids of the silences that keep an alert from notifying: its own; of an incident, also those that keep all its members. */
export function silencedBy(
  alert: Pick<Alert, 'labels'>,
  silences: readonly Silence[],
  members: readonly Pick<Alert, 'labels'>[] = [],
): string[] {
  const own = silences.filter((silence) => isSilenced(alert, silence));
  if (own.length > 0 || members.length === 0) return own.map(({ id }) => id);
  const each = members.map((member) => silencedBy(member, silences));
  return each.every((ids) => ids.length > 0) ? [...new Set(each.flat())] : [];
}
