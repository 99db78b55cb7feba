/**
 * The chain of the audit trail: how an entry is written, and how a trail is held against its hashes. Pure.
 *
 *     {"seq":7,"at":…,"previous":"3f…","hash":"9c…"}      a line; the hash is of all before `,"hash"` and a closing brace
 *
 * Without a key the hashes are SHA-256: to change a byte is to change all that follows, up to the newest hash, which is in the
 * log. With a key they are HMAC-SHA-256: then nobody can who does not have it.
 */
import { createHash, createHmac } from 'node:crypto';
import type { AuditEntry } from '../../protocol/audit.ts';

/** What an entry has before it is in the chain. */
export type AuditBody = Omit<AuditEntry, 'previous' | 'hash'>;

/** Of the entry that a trail begins with. */
export const NO_HASH = '0'.repeat(64);

/** Act by which a trail tells that it has let its oldest entries go. */
export const RETENTION = 'retention';

const SEALED = /^(?<head>\{.*),"hash":"(?<hash>[0-9a-f]{64})"\}$/s;

export interface Sealed {
  /** Without a newline. */
  readonly line: string;
  readonly hash: string;
}

export function sealed(body: AuditBody, previous: string, key: string | undefined): Sealed {
  const head = JSON.stringify({ ...body, previous }).slice(0, -1);
  const hash = hashOf(`${head}}`, key);
  return { line: `${head},"hash":"${hash}"}`, hash };
}

function hashOf(text: string, key: string | undefined): string {
  return (key === undefined ? createHash('sha256') : createHmac('sha256', key)).update(text).digest('hex');
}

/** @throws SyntaxError for what is no line of a trail */
export function readLine(line: string): AuditEntry {
  if (!SEALED.test(line)) throw new SyntaxError('expected an entry that ends in its hash');
  return JSON.parse(line) as AuditEntry;
}

/** What is wrong with a trail, and where. */
export interface ChainFault {
  /** The entry's number, as far as it is known: one more than the one before it. */
  readonly seq: number;
  readonly reason: string;
}

/** Takes the lines of a trail in their order and says what is wrong with each. */
export class ChainCheck {
  readonly #key: string | undefined;
  /** Hashes that are known from elsewhere, to be seen. */
  readonly #wanted: Set<string>;
  #first: number | undefined;
  #seq = 0;
  #hash = NO_HASH;
  #entries = 0;
  /** The last entry that a retention has let go. */
  #letGo = 0;

  constructor(key: string | undefined, wanted: readonly string[] = []) {
    this.#key = key;
    this.#wanted = new Set(wanted);
  }

  get entries(): number {
    return this.#entries;
  }

  /** The number of the first entry that is there; 0 in an empty trail. */
  get first(): number {
    return this.#first ?? 0;
  }

  get head(): { seq: number; hash: string } {
    return { seq: this.#seq, hash: this.#hash };
  }

  /** @param line without its newline */
  take(line: string): ChainFault | undefined {
    const reason = this.#reasonAgainst(line);
    return reason === undefined ? undefined : { seq: this.#seq, reason };
  }

  /** What only the whole shows. */
  end(): ChainFault[] {
    const faults: ChainFault[] = [];
    if (this.first > this.#letGo + 1) {
      const told = this.#letGo === 0 ? 'no entry tells that they were let go' : `those to ${this.#letGo} were let go`;
      faults.push({ seq: 1, reason: `entries 1 to ${this.first - 1} are not there: ${told}` });
    }
    for (const hash of this.#wanted) faults.push({ seq: this.#seq, reason: `no entry has the hash ${hash}` });
    return faults;
  }

  #reasonAgainst(line: string): string | undefined {
    this.#entries++;
    const { head, hash } = SEALED.exec(line)?.groups ?? {};
    const entry = head === undefined ? undefined : parsed(line);
    if (!entry || head === undefined || hash === undefined) {
      this.#first ??= ++this.#seq;
      return 'is no entry: expected a line of JSON that ends in its hash';
    }
    const [seq, previous] = [this.#seq + 1, this.#hash];
    const isFirst = this.#first === undefined;
    this.#first ??= entry.seq;
    this.#seq = entry.seq;
    this.#hash = hash;
    this.#wanted.delete(hash);
    this.#noteRetention(entry);
    if (hashOf(`${head}}`, this.#key) !== hash) return 'was changed: its hash is of another text';
    // what was before the first entry that is there, nobody can tell
    if (isFirst) return entry.seq === 1 && entry.previous !== NO_HASH ? 'follows an entry before the first' : undefined;
    if (entry.seq !== seq) return `follows ${seq - 1}: those between are not there`;
    if (entry.previous !== previous) return 'does not follow the entry before it: one was changed or replaced';
    return undefined;
  }

  #noteRetention({ act, by, params }: AuditEntry): void {
    if (act === RETENTION && by === 'collector' && typeof params?.to === 'number') {
      this.#letGo = Math.max(this.#letGo, params.to);
    }
  }
}

function parsed(line: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(line) as AuditEntry;
    return Number.isSafeInteger(entry.seq) && typeof entry.previous === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}
