/** One object of a running program, looked at now: its own properties by value where that is plain, else in words. */
import type { Session } from '../cdp/session.ts';

export interface LiveProperty {
  readonly name: string;
  /** `'admin'`, `42`, `Array(3)`, `[getter]`. */
  readonly value: string;
}

export interface LiveObject {
  readonly className: string;
  /** V8's words for it: `Array(3)`, `class Session {…}`, a string's text. */
  readonly description: string;
  readonly properties: readonly LiveProperty[];
}

export interface LookOptions {
  /** False: `{*}` stands for the contents of strings. */
  readonly strings: boolean;
  readonly signal?: AbortSignal;
}

/** Properties that are read; the rest is left. */
const MAX_PROPERTIES = 50;
const MAX_TEXT = 80;
let groups = 0;

/**
 * Reads the object that V8 calls by `id`. Nothing of the program runs: getters are reported, not called, and V8 asks no proxy.
 * The handle is released before this returns.
 * @throws ProtocolError where no object has that id
 */
export async function liveObject(session: Session, id: number, { strings, signal }: LookOptions): Promise<LiveObject> {
  const options = signal ? { signal } : {};
  const objectGroup = `heapwatch look ${++groups}`;
  try {
    const { result } = await session.send(
      'HeapProfiler.getObjectByHeapObjectId',
      { objectId: String(id), objectGroup },
      options,
    );
    const { className = result.type, objectId } = result;
    const description = cut(textOf(result, strings));
    if (objectId === undefined) return { className, description, properties: [] };
    const { result: own } = await session.send(
      'Runtime.getProperties',
      { objectId, ownProperties: true, generatePreview: false },
      options,
    );
    const properties = own
      .filter(({ name }) => name !== '__proto__')
      .slice(0, MAX_PROPERTIES)
      .map(({ name, value }) => ({
        name: nameOf(name, strings),
        value: value === undefined ? '[getter]' : cut(textOf(value, strings)),
      }));
    return { className, description, properties };
  } finally {
    // a target that went away has released it
    await session.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => {});
  }
}

/** A name that is no identifier is as good as the content of a string. */
function nameOf(name: string, strings: boolean): string {
  return strings || /^[#\w$]+$/.test(name) ? name : '{*}';
}

interface RemoteValue {
  readonly type: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly description?: string;
}

function textOf({ type, value, unserializableValue, description }: RemoteValue, strings: boolean): string {
  if (type === 'string') return strings ? JSON.stringify(value) : '{*}';
  if (type === 'function')
    return `function ${/^(?:async )?(?:function\*?|class) ?([\w$]*)/.exec(description ?? '')?.[1] ?? ''}`.trim();
  return unserializableValue ?? description ?? String(value);
}

function cut(text: string): string {
  const line = text.replaceAll('\n', '\\n');
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
}
