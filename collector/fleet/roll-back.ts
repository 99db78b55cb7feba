/** Takes a configuration back that an agent cannot run: the one before is for all again. */
import type { Acknowledgement } from './config-document.ts';
import type { ConfigStore } from './config-store.ts';

/** Gives who could not run it, where it was taken back. @throws Error where NATS does not answer */
export async function rollBackFailing(store: ConfigStore, nowMs: number): Promise<Acknowledgement | undefined> {
  const newest = await store.newest();
  if (!newest?.document.before) return undefined;
  const { hash, before, rolledBack } = newest.document;
  if (rolledBack) return undefined;
  const acks = await store.acknowledgements();
  const failed = acks.find((ack) => ack.hash === hash && ack.reason !== undefined);
  if (!failed) return undefined;
  const { agent, reason = '' } = failed;
  const rollout = { percent: 100, labels: {} };
  const at = new Date(nowMs).toISOString();
  const put = await store.put({ ...before, rollout, rolledBack: { hash, agent, reason }, at }, newest);
  return put === undefined ? undefined : failed;
}
