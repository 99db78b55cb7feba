/** Who is in a fleet: those that live, and those that ever were. */
import type { KV } from '@nats-io/kv';
import { z } from 'zod';

/** What a member says of itself. */
export const About = z.strictObject({
  name: z.string(),
  kind: z.enum(['agent', 'collector']),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  /** ISO 8601. */
  since: z.string(),
});
export type About = z.infer<typeof About>;

/** What a bucket of them holds now; what cannot be read is left out. @throws Error where NATS does not answer */
export async function membersIn(bucket: KV): Promise<About[]> {
  const found: About[] = [];
  for (const value of await valuesIn(bucket)) {
    const about = About.safeParse(value.json);
    if (about.success) found.push(about.data);
  }
  return found;
}

/** All values of a bucket, read in one go. @throws Error where NATS does not answer */
export async function valuesIn(bucket: KV): Promise<{ readonly key: string; readonly json: unknown }[]> {
  const found: { key: string; json: unknown }[] = [];
  for await (const entry of await bucket.history({ key: '>' })) {
    if (entry.operation === 'PUT') found.push({ key: entry.key, json: parsed(entry.string()) });
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
