/**
 * Which visitors are here already. Each request brings its token, and a client may come back as often as it likes: only the
 * first of a visit is a login, so that nobody fills the audit trail by it.
 */
import type { Caller } from './caller.ts';

/** After so long without a request the next one is a visit of its own. */
const VISIT_MS = 3_600_000;
/** Visits that are remembered; of more the one that asked longest ago is forgotten. */
const MAX_VISITS = 10_000;

export class Logins {
  /** When each asked last; the one that asked last comes last. */
  readonly #atMs = new Map<string, number>();

  /** Whether this request begins a visit. */
  isNew({ visitor, address, via }: Caller, nowMs: number): boolean {
    const key = JSON.stringify([visitor.name, visitor.role, address, via]);
    const lastMs = this.#atMs.get(key);
    this.#atMs.delete(key);
    this.#atMs.set(key, nowMs);
    if (this.#atMs.size > MAX_VISITS) this.#atMs.delete(this.#atMs.keys().next().value!);
    return lastMs === undefined || nowMs - lastMs >= VISIT_MS;
  }
}
