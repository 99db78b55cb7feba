/**
 * The configuration that all agents of a fleet run: one document, with the one before for those that it is not for yet. Pure.
 *
 *     put ─> for 10 % of the agents, or those of some labels ─> for all
 *              └─ one of them cannot run it ─> the one before, for all
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export const MAX_CONFIG_LENGTH = 256 * 1_024;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(MAX_CONFIG_LENGTH);

/** Who is to run it already. */
export const Rollout = z.strictObject({
  /** Of the agents that the labels are of. */
  percent: z.int().min(0).max(100),
  /** All of these are the agent's. */
  labels: z.record(z.string(), z.string()),
});
export type Rollout = z.infer<typeof Rollout>;

export const ConfigDocument = z.strictObject({
  /** As its file was written, YAML or JSON. */
  text,
  hash: sha256,
  rollout: Rollout,
  /** What the others run. */
  before: z.strictObject({ text, hash: sha256 }).exactOptional(),
  /** The document that this one took the place of because agents could not run it. */
  rolledBack: z.strictObject({ hash: sha256, agent: z.string(), reason: z.string() }).exactOptional(),
  /** ISO 8601. */
  at: z.string(),
});
export type ConfigDocument = z.infer<typeof ConfigDocument>;

/** What an agent says of the document that it was to run. */
export const Acknowledgement = z.strictObject({
  agent: z.string(),
  /** Of what it runs; of what it could not, where it gives a reason. */
  hash: sha256,
  reason: z.string().exactOptional(),
  /** ISO 8601. */
  at: z.string(),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

export function hashOf(configuration: string): string {
  return createHash('sha256').update(configuration).digest('hex');
}

/** What an agent is to run; undefined where there was nothing before what it is not to run yet. */
export function configurationFor(
  { text: newest, hash, rollout, before }: ConfigDocument,
  agent: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): { readonly text: string; readonly hash: string } | undefined {
  return isMeant(rollout, hash, agent) ? { text: newest, hash } : before;
}

/** Another document is first for other agents. */
function isMeant(
  { percent, labels }: Rollout,
  hash: string,
  agent: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  const isLabelled = Object.entries(labels).every(([name, value]) => agent.labels[name] === value);
  const share = createHash('sha256').update(`${hash} ${agent.name}`).digest().readUInt32BE(0) / 2 ** 32;
  return isLabelled && share * 100 < percent;
}
