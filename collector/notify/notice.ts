/**
 * What a receiver is to be sent, alert by alert. Pure: alert events in, notices out.
 *
 *     firing, evidence gathering ──> waits ── firing, evidence done ──> notice: firing ── resolved ──> notice: resolved
 *                                      └──── resolved before that ───> both at once; the evidence comes too late
 *
 * A silenced alert is reported once the silence is over, if it still fires; what was reported as firing is reported as over whatever
 * silence there is.
 */
import type { Alert } from '../../protocol/alert.ts';

export interface Notice {
  readonly alert: Alert;
  readonly status: 'firing' | 'resolved';
}

/** What a receiver knows of an alert; `over`: all has been reported, and evidence may yet come. */
export interface Told {
  readonly state: 'waiting' | 'firing' | 'over';
  /** Of the alert: another one is another alert of the same fingerprint. */
  readonly startsAt: string;
}

/** What follows from one more event of an alert. `told`: null where nothing need be remembered of it. */
export function noticesOf(known: Told | undefined, alert: Alert): { notices: Notice[]; told: Told | null } {
  const { startsAt } = alert;
  const before = known?.startsAt === startsAt ? known : undefined;
  switch (alert.state) {
    case 'firing':
      return fired(before, alert);
    case 'resolved':
      if (before?.state === 'waiting') {
        const { endsAt: _, ...fires } = alert;
        const notices: Notice[] = [
          { status: 'firing', alert: { ...fires, state: 'firing' } },
          { status: 'resolved', alert },
        ];
        return { notices, told: { state: 'over', startsAt } };
      }
      if (before?.state === 'firing') return { notices: [{ status: 'resolved', alert }], told: null };
      return { notices: [], told: before ?? null };
    case 'pending':
    case 'inactive':
      return { notices: [], told: before ?? null };
  }
}

function fired(before: Told | undefined, alert: Alert): { notices: Notice[]; told: Told | null } {
  const { startsAt, silencedBy = [], evidence } = alert;
  if (before?.state === 'firing') return { notices: [], told: before };
  if (before?.state === 'over') return { notices: [], told: null };
  if (silencedBy.length > 0) return { notices: [], told: null };
  if (evidence?.state === 'gathering') return { notices: [], told: { state: 'waiting', startsAt } };
  return { notices: [{ status: 'firing', alert }], told: { state: 'firing', startsAt } };
}
