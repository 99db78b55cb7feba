/**
 * The program of the thread that holds a session's connection to a live process. It computes nothing: snapshots are received
 * and parsed in threads of their own, so that a target that wants to end is let go at once, whatever the caller does.
 */
import { attach } from '../attach/agent.ts';
import { watchCondition } from '../attach/condition-watch.ts';
import { epochError } from '../base/errors.ts';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { ownProcess } from '../cdp/own-process.ts';
import { buffersOf } from '../parse/packed.ts';
import { type ColumnsResult, columns, type HeldBy } from '../probe/columns.ts';
import { Epoch, type Member } from '../probe/epoch.ts';
import { type Quote, quote } from '../probe/quote.ts';
import { usage } from '../probe/usage.ts';
import { type Asked, converse, jobOf, type Reply } from '../threads/conversation.ts';
import type { LiveIdentity, LiveJob, LookQuestion, MarkQuestion, TakeQuestion } from './live-job.ts';
import { liveObject } from './live-object.ts';

const { target, isolate } = jobOf<LiveJob>();
const attached = attach(target);
// reported to the one that asks first
attached.catch(() => {});

/** What holds object ids. */
let epoch: Epoch | undefined;
/** Its checkpoints by name; those whose epoch is over stay, to be refused. */
const members = new Map<string, Member>();

type Tell = (event: unknown) => void;

const conversation = converse({
  async identity(): Promise<Reply> {
    const { identity, session } = await attached;
    const { command = identity.title } = (await ownProcess(session)) ?? {};
    return { result: { ...identity, command: outsideText(command, TEXT_LENGTHS.command) } satisfies LiveIdentity };
  },

  async usage(_: object, __: Tell, { signal }: Asked): Promise<Reply> {
    return { result: await usage(await attached, { target, isolate, signal }) };
  },

  async quote(_: object, __: Tell, { signal }: Asked): Promise<Reply> {
    const priced: Quote = await quote(await attached, { probe: 'snapshot', isolate, signal });
    return { result: priced };
  },

  async take({ since }: TakeQuestion, tell: Tell, { signal }: Asked): Promise<Reply> {
    if (since === undefined) return handedOver(await take(tell, signal, epoch && { epoch }));
    const against = members.get(since);
    if (!against || !epoch) throw epochError(since);
    await epoch.assertHolds(against);
    return handedOver(await take(tell, signal, { epoch, against }));
  },

  async mark({ label }: MarkQuestion, tell: Tell, { signal }: Asked): Promise<Reply> {
    const agent = await attached;
    const joined = epoch ?? (await Epoch.join(agent, isolate));
    try {
      const taken = await take(tell, signal, { epoch: joined });
      const member = { label, maxId: taken.held?.maxId ?? 0, onVoid: () => {} };
      const replaced = members.get(label);
      if (replaced) joined.remove(replaced);
      joined.add(member, taken.held?.epoch ?? '');
      members.set(label, member);
      epoch = joined;
      return handedOver(taken);
    } catch (error) {
      if (joined !== epoch) await joined[Symbol.asyncDispose]();
      throw error;
    }
  },

  async release(): Promise<Reply> {
    await release();
    return { result: undefined };
  },

  async distrust(): Promise<Reply> {
    epoch?.distrust();
    return { result: undefined };
  },

  async look({ id, epoch: of, strings }: LookQuestion, _: Tell, { signal }: Asked): Promise<Reply> {
    const agent = await attached;
    const [last] = [...members.values()].slice(-1);
    if (epoch?.id !== of || !last) throw epochError(last?.label ?? '');
    await epoch.assertHolds(last);
    return { result: await liveObject(await agent.isolate(isolate), id, { strings, signal }) };
  },

  async close(): Promise<Reply> {
    await release();
    await (await attached).close();
    return { result: undefined };
  },
});

void attached.then(async ({ closed }) => conversation.end(await closed), conversation.end);

async function take(onProgress: Tell, signal: AbortSignal, held?: HeldBy): Promise<ColumnsResult> {
  const agent = await attached;
  const taken = new AbortController();
  watchCondition(agent, (_, why) => onProgress({ phase: 'standstill', why }), taken.signal).catch(conversation.end);
  try {
    return await columns(agent, { target, isolate, signal, onProgress }, held);
  } finally {
    taken.abort();
  }
}

function handedOver(taken: ColumnsResult): Reply {
  return { result: taken, transfer: buffersOf(taken.columns) };
}

async function release(): Promise<void> {
  for (const member of members.values()) epoch?.remove(member);
  members.clear();
  const held = epoch;
  epoch = undefined;
  await held?.[Symbol.asyncDispose]();
}
