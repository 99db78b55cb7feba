/**
 * What is written of visitors, in the log and in the audit trail: who was let in, who was refused and why, who downloaded what, who
 * had which probe run. A flood of refusals is counted and not written: a few a minute, and then how many there were beside them.
 *
 *     Caller, Act ─> the log, a line of JSON with the entry's number and hash
 *                └─> the audit trail, an entry of the chain
 */
import type { Logger } from 'pino';
import type { AuditOutcome } from '../../protocol/audit.ts';
import type { Cost } from '../../protocol/partition.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Visitor } from './access.ts';
import type { Caller } from './caller.ts';
import { Logins } from './logins.ts';

/** Refusals that are written one by one within a minute. */
const REFUSALS = { max: 30, withinMs: 60_000 };

export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly address?: string;
  readonly via?: Caller['via'];
  /** Who asked, where that is known: a token of the wrong role has a name. */
  readonly by?: string;
  /** What was asked for: a route, the stream, or a method of it. */
  readonly path: string;
}

/** Something that a visitor does beyond looking: a method of the stream, or what a route does, and with what. */
export interface Act {
  readonly method: string;
  /** Absent: as `params` name it. */
  readonly target?: string;
  readonly params: object;
}

/** How an act has ended. */
export interface Ending {
  /** What was thrown; absent where it was done. */
  readonly failure?: unknown;
  /** What a probe did cost. */
  readonly price?: Cost;
  readonly durationMs?: number;
}

export class Acts {
  readonly #logger: Logger;
  readonly #trail: AuditTrail;
  readonly #now: () => number;
  readonly #logins = new Logins();
  #sinceMs = Number.NEGATIVE_INFINITY;
  #written = 0;
  #unwritten = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(logger: Logger, trail: AuditTrail, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#trail = trail;
    this.#now = now;
  }

  /** @throws RequestError `refused` where the trail cannot take one more act */
  assertRoom(): void {
    if (this.#trail.hasRoom) return;
    throw new RequestError(
      'refused',
      'Cannot do this: the audit trail cannot be written, see to the disk of its folder',
    );
  }

  refused({ via = 'http', ...refusal }: Refusal): void {
    const nowMs = this.#now();
    if (nowMs - this.#sinceMs >= REFUSALS.withinMs) {
      this.#tellUnwritten();
      this.#sinceMs = nowMs;
      this.#written = 0;
    }
    if (this.#written === REFUSALS.max) {
      this.#unwritten++;
      return;
    }
    this.#written++;
    const { by = 'anybody', address, code, path, reason } = refusal;
    const params = { code, path };
    const told = { by, via, act: 'refusal', params, outcome: 'refused', reason } as const;
    const { seq, hash } = this.#trail.append({ ...told, ...(address !== undefined && { address }) });
    this.#logger.warn({ ...refusal, seq, hash }, 'request refused');
  }

  #tellUnwritten(): void {
    const count = this.#unwritten;
    if (count === 0) return;
    this.#unwritten = 0;
    const told = { by: 'anybody', via: 'collector', act: 'refusals', params: { count }, outcome: 'refused' } as const;
    const { seq, hash } = this.#trail.append(told);
    this.#logger.warn({ count, seq, hash }, 'more requests refused');
  }

  /** Somebody was let in: written once, as long as there is no hour without a request or a connection. */
  admitted(caller: Caller): void {
    if (!this.#logins.isNew(caller, this.#now())) return;
    const { seq, hash } = this.#trail.append({ ...whoOf(caller), act: 'login', outcome: 'done' });
    this.#logger.info(
      { by: caller.visitor.name, address: caller.address, via: caller.via, seq, hash },
      'client let in',
    );
  }

  /** `act` was done, or failed. Resolves when that is written. */
  async done(
    caller: Caller,
    { method, params, target }: Act,
    { failure, price, durationMs }: Ending = {},
  ): Promise<void> {
    const reason = failure === undefined ? undefined : reasonText(failure);
    const { seq, hash, written } = this.#trail.append({
      ...whoOf(caller),
      act: method,
      ...(target === undefined ? targetOf(params) : { target }),
      params: { ...params },
      ...(price && { price }),
      outcome: outcomeOf(failure),
      ...(reason !== undefined && { reason }),
      ...(durationMs !== undefined && { durationMs }),
    });
    const line = { by: caller.visitor.name, method, params, seq, hash };
    if (reason === undefined) this.#logger.info(line, 'request done');
    else this.#logger.warn({ ...line, reason }, 'request failed');
    await written;
  }

  /** Resolves when it is written: before the first byte is sent. */
  async downloaded(caller: Caller, file: string, target?: string): Promise<void> {
    const of = target === undefined ? {} : { target };
    const told = { ...whoOf(caller), act: 'download', ...of, params: { name: file }, outcome: 'done' } as const;
    const { seq, hash, written } = this.#trail.append(told);
    this.#logger.info({ by: caller.visitor.name, file, address: caller.address, seq, hash }, 'snapshot downloaded');
    await written;
  }

  /** The collector itself began, ended, or took another configuration. */
  byCollector(act: string, params: Record<string, unknown>): void {
    this.#tellUnwritten();
    this.#trail.append({ by: 'collector', via: 'collector', act, params, outcome: 'done' });
  }
}

function whoOf({ visitor, address, via }: Caller): {
  by: string;
  role: Visitor['role'];
  address: string;
  via: Caller['via'];
} {
  return { by: visitor.name, role: visitor.role, address, via };
}

function targetOf(params: object): { target?: string } {
  return 'target' in params && typeof params.target === 'string' ? { target: params.target } : {};
}

function outcomeOf(failure: unknown): AuditOutcome {
  if (failure === undefined) return 'done';
  const isRefused = failure instanceof RequestError && (failure.code === 'refused' || failure.code === 'forbidden');
  return isRefused ? 'refused' : 'failed';
}

function reasonText(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
