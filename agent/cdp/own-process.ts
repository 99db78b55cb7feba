/**
 * A target's `process`, read without running anything of its program: no getter, and no function but V8's own.
 *
 *     Runtime.evaluate "process" ──> handle ──> Runtime.getProperties ──> values, and functions with their texts
 *                                                 └─ `function uptime() { [native code] }` ──> called
 *
 * A program may replace, wrap or delete what it likes: a fake clock, a spy, a getter that throws. What Node made in C++
 * describes itself as no function of a program can. Nothing is evaluated under `throwOnSideEffect` here or elsewhere: V8 then
 * keeps 700 bytes for each text that it compiles (DebugInfo, and a copy of its bytecode), for good.
 */
import { randomUUID } from 'node:crypto';
import type { Protocol } from 'devtools-protocol';
import type { SendOptions, Session } from './session.ts';

type RemoteObject = Protocol.Runtime.RemoteObject;

/** What of it is to be had; each by itself. */
export interface OwnProcess {
  readonly pid?: number;
  /** `v20.20.2` */
  readonly version?: string;
  readonly title?: string;
  readonly uptimeSeconds?: number;
  /** What is behind the program's name in its command line, cut. */
  readonly command?: string;
  /** By name: `v8`, `electron`, `deno`. */
  readonly versions: ReadonlyMap<string, string>;
  /** It has all that a process has but its pid, which comes last. */
  readonly isHalfStarted: boolean;
}

/** Milliseconds that letting go of handles may take before it is left to the end of the session. */
const RELEASE_MS = 1_000;

/** Longest command line that is shown. */
const MAX_COMMAND = 200;

const GLOBAL = "typeof process === 'object' ? process : undefined";
/** The same object where the program has dropped the global. */
const MODULE = "require('node:process')";
const CALL = 'function () { return this(); }';
const GET = 'function (get) { return get.call(this); }';

/** Null where there is no `process` at all. @throws DetachedError; ProtocolError; the reason of a signal */
export async function ownProcess(session: Session, options: SendOptions = {}): Promise<OwnProcess | null> {
  return await reading(session, options, async (reader) => {
    const seen = await reader.process(GLOBAL);
    if (seen && (seen.pid !== undefined || seen.isHalfStarted)) return seen;
    return (await reader.process(MODULE)) ?? seen ?? null;
  });
}

/** What a function of V8's own or of Node's C++ gives that `expression` names; null if what is there is another. */
export async function nativeNumber(
  session: Session,
  expression: string,
  options: SendOptions = {},
): Promise<number | null> {
  return await reading(session, options, async (reader) => {
    const found = await reader.evaluate(`typeof process === 'object' ? process?.${expression} : undefined`);
    const own = isNative(found, expression) ? found : await reader.evaluate(`${MODULE}?.${expression}`);
    return isNative(own, expression) ? await reader.number(own) : null;
  });
}

/** The text of the function that is in `process` under a name; undefined where none is. */
export async function textOf(session: Session, name: string, options: SendOptions = {}): Promise<string | undefined> {
  return await reading(session, options, async (reader) => {
    const found = await reader.evaluate(`typeof process === 'object' ? process?.${name} : undefined`);
    return found?.type === 'function' ? found.description : undefined;
  });
}

async function reading<T>(session: Session, options: SendOptions, read: (reader: Reader) => Promise<T>): Promise<T> {
  const objectGroup = `heapwatch process ${randomUUID()}`;
  try {
    return await read(new Reader(session, options, objectGroup));
  } finally {
    // a target that has gone keeps nothing of ours, one that is silent is reported
    await session.send('Runtime.releaseObjectGroup', { objectGroup }, { timeoutMs: RELEASE_MS }).catch(() => {});
  }
}

class Reader {
  readonly #session: Session;
  readonly #options: SendOptions;
  readonly #objectGroup: string;

  constructor(session: Session, options: SendOptions, objectGroup: string) {
    this.#session = session;
    this.#options = options;
    this.#objectGroup = objectGroup;
  }

  /** Undefined for what throws. */
  async evaluate(expression: string): Promise<RemoteObject | undefined> {
    const includeCommandLineAPI = expression.startsWith('require');
    const request = { expression, silent: true, objectGroup: this.#objectGroup, includeCommandLineAPI };
    const { result, exceptionDetails } = await this.#session.send<'Runtime.evaluate'>(
      'Runtime.evaluate',
      request,
      this.#options,
    );
    return exceptionDetails ? undefined : result;
  }

  async number({ objectId }: Handle): Promise<number | null> {
    const value = await this.#call(objectId, CALL, []);
    return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : null;
  }

  async process(expression: string): Promise<OwnProcess | undefined> {
    const found = await this.evaluate(expression);
    if (!isHandle(found)) return undefined;
    const own = await this.#properties(found);
    const pid = own.get('pid')?.value?.value;
    const version = own.get('version')?.value?.value;
    const versions = own.get('versions')?.value;
    const uptime = own.get('uptime')?.value;
    const title = await this.#title(found, own.get('title'));
    const argv = own.get('argv')?.value;
    const words = isHandle(argv) ? await this.#texts(argv) : new Map<string, string>();
    words.delete('0');
    const uptimeSeconds = isNative(uptime, 'uptime') ? await this.number(uptime) : null;
    return {
      ...(Number.isSafeInteger(pid) && (pid as number) > 0 && { pid: pid as number }),
      ...(typeof version === 'string' && { version }),
      ...(title !== undefined && { title }),
      ...(uptimeSeconds !== null && { uptimeSeconds }),
      ...(words.size > 0 && { command: [...words.values()].join(' ').slice(0, MAX_COMMAND) }),
      versions: isHandle(versions) ? await this.#texts(versions) : new Map(),
      isHalfStarted: typeof version === 'string' && !own.has('pid'),
    };
  }

  /** A string, or what Node's own getter gives. */
  async #title({ objectId }: Handle, property: Property | undefined): Promise<string | undefined> {
    const plain = property?.value?.value;
    if (typeof plain === 'string') return plain;
    const { get } = property ?? {};
    if (!isHandle(get) || get.description !== 'function () { [native code] }') return undefined;
    const value = await this.#call(objectId, GET, [{ objectId: get.objectId }]);
    return typeof value === 'string' ? value : undefined;
  }

  async #texts(handle: Handle): Promise<Map<string, string>> {
    const own = await this.#properties(handle);
    return new Map(
      [...own].flatMap(([name, { value }]) => (typeof value?.value === 'string' ? [[name, value.value]] : [])),
    );
  }

  async #properties({ objectId }: Handle): Promise<Map<string, Property>> {
    const request = { objectId, ownProperties: true };
    const { result } = await this.#session.send<'Runtime.getProperties'>(
      'Runtime.getProperties',
      request,
      this.#options,
    );
    return new Map(result.map((property) => [property.name, property]));
  }

  async #call(objectId: string, functionDeclaration: string, args: Protocol.Runtime.CallArgument[]): Promise<unknown> {
    const request = { objectId, functionDeclaration, arguments: args, silent: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#session.send<'Runtime.callFunctionOn'>(
      'Runtime.callFunctionOn',
      request,
      this.#options,
    );
    return exceptionDetails ? undefined : result.value;
  }
}

type Property = Protocol.Runtime.PropertyDescriptor;
type Handle = RemoteObject & { readonly objectId: string };

function isHandle(object: RemoteObject | undefined): object is Handle {
  return object?.objectId !== undefined;
}

/** V8's text of a function that is written in C++; `expression` ends in its name. */
function isNative(object: RemoteObject | undefined, expression: string): object is Handle {
  const name = expression.slice(expression.lastIndexOf('.') + 1);
  return isHandle(object) && object.description === `function ${name}() { [native code] }`;
}
