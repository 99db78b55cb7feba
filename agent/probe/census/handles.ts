/** Handles of objects in the target: all of one group, released together whatever happens. */
import { randomUUID } from 'node:crypto';
import type { Protocol } from 'devtools-protocol';
import { z } from 'zod';
import { AnswerError, DetachedError } from '../../base/errors.ts';
import type { AnswerBytes } from '../../cdp/answer.ts';
import { thrownText } from '../../cdp/evaluate.ts';
import type { SendOptions, Session } from '../../cdp/session.ts';

type RemoteObject = Protocol.Runtime.RemoteObject;
type Properties = Protocol.Runtime.GetPropertiesResponse;

const HeapUsage = z.object({ usedSize: z.number().nonnegative() });

/** The one that is meant where none is named; it has that number in Node, but not in every page. */
export const MAIN_CONTEXT = 1;

/** Milliseconds that letting go may take before it is left to the target, which has been asked to. */
const RELEASE_MS = 1_000;

export class Handles implements AsyncDisposable {
  readonly #session: Session;
  readonly #options: SendOptions;
  readonly #objectGroup = `heapwatch census ${randomUUID()}`;
  #transferBytes = 0;

  /** @param options of every call; its `signal` does not keep from releasing */
  constructor(session: Session, options: SendOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Bytes of all answers so far, as JSON. */
  get transferBytes(): number {
    return this.#transferBytes;
  }

  /**
   * The value of an expression in a context: one of syntax alone, which runs nothing of the program. (Under
   * `throwOnSideEffect` V8 would keep 700 bytes each time, for good.)
   * @throws AnswerError if it throws; ProtocolError for a context that does not exist
   */
  async evaluate(expression: string, contextId: number): Promise<RemoteObject> {
    const request = { expression, silent: true, objectGroup: this.#objectGroup };
    const answer = await this.#session.send(
      'Runtime.evaluate',
      { ...request, ...(contextId !== MAIN_CONTEXT && { contextId }) },
      this.#options,
    );
    return this.#resultOf(answer);
  }

  /** What a function gives that is called on an object, `this`; plain values come by value. @throws AnswerError if it throws */
  async call(objectId: string, functionDeclaration: string, args: CallArgument[] = []): Promise<RemoteObject> {
    const request: Protocol.Runtime.CallFunctionOnRequest = { objectId, functionDeclaration, arguments: args };
    const call = { ...request, silent: true, objectGroup: this.#objectGroup };
    return this.#resultOf(await this.#session.send('Runtime.callFunctionOn', call, this.#options));
  }

  /** An object's own properties and V8's internal ones. No getter runs. */
  async properties(objectId: string): Promise<Properties> {
    const request: Protocol.Runtime.GetPropertiesRequest = { objectId, ownProperties: true };
    return this.#counted(await this.#session.send('Runtime.getProperties', request, this.#options));
  }

  /** What an object inherits from, as V8 has it. */
  async prototypeOf(objectId: string): Promise<RemoteObject | undefined> {
    const { internalProperties } = await this.properties(objectId);
    return internalProperties?.find(({ name }) => name === '[[Prototype]]')?.value;
  }

  /** The own properties of a dictionary, by name. */
  async entries(objectId: string): Promise<Map<string, RemoteObject>> {
    const { result } = await this.properties(objectId);
    return new Map(result.flatMap(({ name, value }) => (value ? [[name, value] as const] : [])));
  }

  /** An array of all objects whose chain holds that prototype, of its realm alone: a full collection and a walk of the heap. */
  async instances(prototypeObjectId: string): Promise<string> {
    const query = { prototypeObjectId, objectGroup: this.#objectGroup };
    const { objects } = await this.#session.send('Runtime.queryObjects', query, this.#options);
    return handleOf(objects);
  }

  /** What the isolate's heap holds now, garbage included. */
  async heapUsedBytes(): Promise<number> {
    return HeapUsage.parse(await this.#session.send('Runtime.getHeapUsage', {}, this.#options)).usedSize;
  }

  /** V8's counts of what has run, unread: each function of each script, some 100 bytes. A walk of the heap. */
  async coverage(): Promise<AnswerBytes> {
    const answer = await this.#session.send('Profiler.getBestEffortCoverage', {}, { ...this.#options, asBytes: true });
    this.#transferBytes += answer.bytes.length;
    return answer;
  }

  /** What was asked for before is answered before, so that what was given up leaves nothing either. */
  async [Symbol.asyncDispose](): Promise<void> {
    const request = { objectGroup: this.#objectGroup };
    try {
      await this.#session.send('Runtime.releaseObjectGroup', request, { timeoutMs: RELEASE_MS });
    } catch (error) {
      if (error instanceof DetachedError || (error instanceof DOMException && error.name === 'TimeoutError')) return;
      throw error;
    }
  }

  #resultOf({ result, exceptionDetails }: Protocol.Runtime.EvaluateResponse): RemoteObject {
    if (!exceptionDetails) return this.#counted(result);
    const { exception, text } = exceptionDetails;
    throw new AnswerError(`Cannot count objects: the target threw ${thrownText(exception?.description ?? text)}`);
  }

  #counted<T>(answer: T): T {
    this.#transferBytes += JSON.stringify(answer).length;
    return answer;
  }
}

/** An object by its handle, or a plain value. */
export type CallArgument = Protocol.Runtime.CallArgument;

/** @throws AnswerError for what is no object */
export function handleOf(object: RemoteObject | undefined): string {
  if (object?.objectId !== undefined) return object.objectId;
  throw new AnswerError('Cannot count objects: the target gave no handle of an object');
}
