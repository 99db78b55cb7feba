/**
 * The audit trail: what people did by a collector, an entry each, chained by hashes.
 *
 *     entry n ── hash ─┐          hash = SHA-256 of the entry as it is written, without its hash
 *     entry n+1        └─> previous ── hash ─> …
 */
import * as z from 'zod';
import { limits } from './limits.ts';
import { Cost } from './partition.ts';
import { Role } from './role.ts';
import { text } from './text.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'a hash of 64 hexadecimal digits' });

/** `refused`: somebody may not do it, or its price is too high. */
export const AuditOutcome = z.enum(['done', 'failed', 'refused']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** In this order it is written, and hashed. */
export const AuditEntry = z.strictObject({
  /** From 1 on, without a hole. */
  seq: z.int().positive(),
  at: z.iso.datetime(),
  /** The name of a token, the subject of a login; `local` without tokens; `anybody` who is not known; `collector`. */
  by: z.string(),
  role: Role.optional(),
  /** Where the client is; absent for what the collector does by itself. */
  address: z.string().optional(),
  via: z.enum(['http', 'stream', 'collector']),
  /** A method of the stream, or `login`, `refusal`, `download`, `remove-snapshot`, `reload`, `start`, `stop`, `retention` and the like. */
  act: z.string(),
  target: z.string().optional(),
  /** What it was done with; cut where it is long. */
  params: z.record(z.string(), z.unknown()).optional(),
  /** What it did cost its target. */
  price: Cost.optional(),
  outcome: AuditOutcome,
  reason: z.string().optional(),
  durationMs: z.number().nonnegative().optional(),
  /** The hash of the entry before; of the first one 64 zeros. */
  previous: hash,
  hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditQuery = z.strictObject({
  /** Entries with smaller numbers; absent: from the newest on. */
  before: z.int().positive().optional(),
  /** Absent: 100. */
  limit: z.int().min(1).max(limits.maxAuditEntries).optional(),
  /** Globs. */
  by: text(limits.maxGlobLength).optional(),
  act: text(limits.maxGlobLength).optional(),
  target: text(limits.maxGlobLength).optional(),
  /** Not older than this. */
  from: z.iso.datetime().optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditResult = z.strictObject({
  /** The newest first. */
  entries: z.array(AuditEntry),
  /** The newest there is, whatever was asked for; 0 and zeros in an empty trail. */
  head: z.strictObject({ seq: z.int().nonnegative(), hash }),
});
export type AuditResult = z.infer<typeof AuditResult>;
