/**
 * One reading serves all alerts of its isolate: what was gathered for one is given to those that fire soon after it, where it is
 * about what they are about.
 *
 *     incident of kinds  ── snapshot, paths of Session ──┐
 *     heapUsed rises     ────────────────────────────────┼──> the same paths, nothing asked of the target
 *     group: false, kind Session, Array ─────────────────┘
 *     group: false, kind Socket ──> a reading of its own
 */
import { isGeneric } from '../../agent/classify/generic.ts';
import type { Alert, Evidence } from '../../protocol/alert.ts';

/** How long what was gathered is as good as new. */
const FRESH_MS = 300_000;

/** What was gathered of an alert. */
export type GatheredEvidence = Omit<Evidence, 'state'>;

interface Kept {
  readonly sinceMs: number;
  readonly incarnation: string | undefined;
  readonly evidence: Promise<GatheredEvidence>;
}

export interface Gathered {
  readonly alert: Alert;
  readonly isolate: string;
  /** Whether others may have what is gathered: not where it was not to ask the target. */
  readonly isShared: boolean;
  /** Never rejects. */
  readonly gather: () => Promise<GatheredEvidence>;
}

export class SharedEvidence {
  readonly #kept = new Map<string, Kept>();
  readonly #monotonic: () => number;

  /** @param monotonic milliseconds of a clock that never goes back */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** What is known already of what an alert is about, once that is gathered; else what `gather` gives. */
  async gathered({ alert, isolate, isShared, gather }: Gathered): Promise<GatheredEvidence> {
    const key = JSON.stringify([alert.target, isolate]);
    let seen: Kept | undefined;
    for (let kept = this.#fresh(key, alert); kept && kept !== seen; kept = this.#fresh(key, alert)) {
      const evidence = await kept.evidence;
      if (isAbout(alert, evidence)) return evidence;
      seen = kept;
    }
    // no other can begin between the look above and this
    const evidence = gather();
    if (isShared) this.#kept.set(key, { sinceMs: this.#monotonic(), incarnation: alert.incarnation, evidence });
    return evidence;
  }

  #fresh(key: string, { incarnation }: Alert): Kept | undefined {
    const nowMs = this.#monotonic();
    for (const [each, { sinceMs }] of this.#kept) if (nowMs - sinceMs > FRESH_MS) this.#kept.delete(each);
    const kept = this.#kept.get(key);
    return kept?.incarnation === incarnation ? kept : undefined;
  }
}

/** A gauge and a generic kind are held by whatever grows; a class by itself only. */
function isAbout({ kind, members = [] }: Alert, { paths = [], cause }: GatheredEvidence): boolean {
  if (paths.length === 0) return false;
  const kinds = [kind, ...members.map((member) => member.kind)];
  return kinds.some((each) => each === undefined || isGeneric(each) || each === cause);
}
