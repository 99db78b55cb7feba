/**
 * Questions to whoever of the fleet holds something, and their answers, which may take long:
 *
 *     ask heapwatch.ask.judge ─> "here" at once, and again and again ─> result or error
 *                                nothing, for a while ─> nobody is there
 */
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { z } from 'zod';
import { ErrorCode } from '../../protocol/frames.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError } from '../../protocol/requests.ts';

/** How long nothing may come, at first and later. */
const FIRST_SIGN_MS = 3_000;
const NEXT_SIGN_MS = 10_000;
const SIGN_EVERY_MS = 2_000;

const Reply = z.union([
  z.strictObject({ here: z.literal(true) }),
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ error: z.strictObject({ code: ErrorCode, message: z.string() }) }),
]);
type Reply = z.infer<typeof Reply>;

/** Where questions to the one that judges go. */
export function judgeSubject(stream: string): string {
  return `${stream}.ask.judge`;
}

/**
 * Answers what comes on a subject until it is disposed.
 * @param answer undefined: somebody else's to answer
 */
export function answerQuestions(
  connection: NatsConnection,
  subject: string,
  answer: (question: unknown) => Promise<unknown> | undefined,
): Disposable {
  const subscription = connection.subscribe(subject, {
    callback: (error, message) => {
      if (error || !message.reply) return;
      void respond(message, answer);
    },
  });
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

/** @throws RequestError: that of who answers, or that nobody does; the reason of the signal */
export async function ask(
  connection: NatsConnection,
  subject: string,
  question: unknown,
  { nobody, signal }: { readonly nobody: RequestError; readonly signal?: AbortSignal | undefined },
): Promise<unknown> {
  const { createInbox } = await import('@nats-io/transport-node');
  const inbox = createInbox();
  const replies = connection.subscribe(inbox);
  const end = () => replies.unsubscribe();
  signal?.addEventListener('abort', end, { once: true });
  try {
    signal?.throwIfAborted();
    connection.publish(subject, JSON.stringify(question), { reply: inbox });
    for await (const reply of signs(replies, nobody)) {
      if ('result' in reply) return reply.result;
      if ('error' in reply) throw new RequestError(reply.error.code, reply.error.message);
    }
    signal?.throwIfAborted();
    throw nobody;
  } finally {
    signal?.removeEventListener('abort', end);
    replies.unsubscribe();
  }
}

/** What comes, for as long as something does. @throws `nobody` where nothing does */
async function* signs(replies: Subscription, nobody: RequestError): AsyncGenerator<Reply, void, undefined> {
  let isQuiet = false;
  const quiet = () => {
    isQuiet = true;
    replies.unsubscribe();
  };
  let timer = setTimeout(quiet, FIRST_SIGN_MS);
  try {
    for await (const message of replies) {
      // nobody listens there at all
      if (message.headers?.code === 503) throw nobody;
      clearTimeout(timer);
      timer = setTimeout(quiet, NEXT_SIGN_MS);
      yield Reply.parse(message.json());
    }
    if (isQuiet) throw nobody;
  } finally {
    clearTimeout(timer);
  }
}

async function respond(message: Msg, answer: (question: unknown) => Promise<unknown> | undefined): Promise<void> {
  const say = (reply: Reply) => void message.respond(JSON.stringify(reply));
  let timer: NodeJS.Timeout | undefined;
  try {
    const answering = answer(message.json());
    if (!answering) return;
    say({ here: true });
    timer = setInterval(() => say({ here: true }), SIGN_EVERY_MS);
    say({ result: (await answering) ?? null });
  } catch (error) {
    const code = error instanceof RequestError ? error.code : 'internal';
    say({ error: { code, message: reasonOf(error) } });
  } finally {
    clearInterval(timer);
  }
}
