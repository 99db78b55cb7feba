/**
 * V8's own functions in a realm, however much the program has replaced: what calls only these runs nothing of the program.
 *
 * Globals are not read: they may be getters, Proxies, or a vm context's. The functions are looked for among all objects of the
 * realm, by name; Node and V8 keep the originals alive. V8's have no text of their own and describe themselves as
 * `function get() { [native code] }`, which no function of a program can, bound or proxied; and they show what they do.
 */
import { AnswerError } from '../../base/errors.ts';
import { type CallArgument, type Handles, handleOf } from './handles.ts';

/** In the order in which a counting function takes them; each may need those before it to be distinguished. */
export const INTRINSICS = ['getOwnPropertyDescriptor', 'getPrototypeOf', 'Map', 'get', 'set'] as const;
type Intrinsic = (typeof INTRINSICS)[number];

/** What tells a function from V8's others of its name: `length` (0 of what an addon made), and a trial that changes nothing. */
const PROOFS: Readonly<Record<Intrinsic, { readonly length: number; readonly trial: string }>> = {
  getOwnPropertyDescriptor: { length: 2, trial: 'original({}, 0) === undefined' },
  getPrototypeOf: { length: 1, trial: "original('') !== original({})" }, // Reflect's takes no string
  Map: { length: 0, trial: 'true' },
  get: {
    length: 1,
    trial: 'new (class extends Map { get = original; constructor() { super(); } })().get(0) === undefined',
  },
  set: {
    length: 2,
    trial:
      'new (class extends Map { set = original; constructor() { super(); } same() { return this.set(0, 0) === this; } })().same()',
  },
};

/** Handles of them, in the order of `INTRINSICS`, and of `Symbol.toStringTag`. @throws AnswerError if the originals are not to be found */
export async function intrinsicsOf(handles: Handles, contextId: number, objects: string): Promise<CallArgument[]> {
  const descriptorOf = (await usualDescriptorOf(handles, contextId)) ?? (await foundDescriptorOf(handles, objects));
  const named = await handles.entries(
    handleOf(await handles.call(objects, FUNCTIONS_NAMED, [{ objectId: descriptorOf }])),
  );
  const natives = [...named.values()].filter(({ description = '' }) => description.endsWith(NATIVE));
  const found = new Map<Intrinsic, string>([['getOwnPropertyDescriptor', descriptorOf]]);
  for (const name of INTRINSICS.slice(1)) {
    const candidates = natives.filter(({ description }) => description === textOf(name)).map(handleOf);
    found.set(name, await originalOf(handles, name, candidates, found));
  }
  const tag = await toStringTagOf(handles, contextId);
  return [...INTRINSICS.map((name) => found.get(name) as string), tag].map((objectId) => ({ objectId }));
}

const NATIVE = '() { [native code] }';

function textOf(name: Intrinsic): string {
  return `function ${name}${NATIVE}`;
}

/** `Object.prototype.constructor.getOwnPropertyDescriptor`, read without a getter, if it is V8's. */
async function usualDescriptorOf(handles: Handles, contextId: number): Promise<string | undefined> {
  const plain = handleOf(await handles.evaluate('({})', contextId));
  const objectPrototype = await handles.entries(handleOf(await handles.prototypeOf(plain)));
  const object = objectPrototype.get('constructor')?.objectId;
  const own = object === undefined ? undefined : (await handles.entries(object)).get('getOwnPropertyDescriptor');
  return own?.description === textOf('getOwnPropertyDescriptor') ? own.objectId : undefined;
}

/** Functions described at a time: each comes with its whole text. */
const PAGE = 500;

/** Walks an array of objects: the functions among the next ones, and where to go on. */
const NEXT_FUNCTIONS = `function (from, limit) {
  const functions = { __proto__: null };
  const { length } = this;
  let count = 0;
  let at = from;
  for (; at < length && count < limit; at++) {
    const object = this[at];
    if (typeof object === 'function') functions[count++] = object;
  }
  return { __proto__: null, functions, next: at, done: at >= length };
}`;

/** Where the usual one has been replaced: every function is asked for its text until the original comes. */
async function foundDescriptorOf(handles: Handles, objects: string): Promise<string> {
  for (let from = 0, done = false; !done; ) {
    const page = await handles.entries(
      handleOf(await handles.call(objects, NEXT_FUNCTIONS, [{ value: from }, { value: PAGE }])),
    );
    for (const { description, objectId } of (await handles.entries(handleOf(page.get('functions')))).values()) {
      if (description === textOf('getOwnPropertyDescriptor') && objectId !== undefined) return objectId;
    }
    from = Number(page.get('next')?.value);
    done = page.get('done')?.value === true;
  }
  throw replaced('getOwnPropertyDescriptor');
}

/** The functions in an array of objects that bear one of the names. */
const FUNCTIONS_NAMED = `function (getOwnPropertyDescriptor) {
  const { length } = this;
  const functions = { __proto__: null };
  let count = 0;
  for (let at = 0; at < length; at++) {
    const object = this[at];
    if (typeof object !== 'function') continue;
    const { value } = { __proto__: null, ...getOwnPropertyDescriptor(object, 'name') };
    if (${INTRINSICS.map((name) => `value === '${name}'`).join(' || ')}) functions[count++] = object;
  }
  return functions;
}`;

/** The first candidate that is what its name says. */
async function originalOf(
  handles: Handles,
  name: Intrinsic,
  candidates: readonly string[],
  found: ReadonlyMap<Intrinsic, string>,
): Promise<string> {
  const { length, trial } = PROOFS[name];
  // an error that left the function would be given its stack, by the program's own Error.prepareStackTrace
  const shows = `function (Map) { const original = this; try { return ${trial}; } catch { return false; } }`;
  const map = found.get('Map');
  for (const candidate of candidates) {
    if ((await handles.entries(candidate)).get('length')?.value !== length) continue;
    const { value } = await handles.call(candidate, shows, map === undefined ? [] : [{ objectId: map }]);
    if (value === true) return candidate;
  }
  throw replaced(name);
}

function replaced(name: Intrinsic): AnswerError {
  return new AnswerError(
    `Cannot count objects: the program has replaced ${name} and dropped V8's own, take a snapshot`,
  );
}

/** The symbol that names generators: on the prototype of what every generator function has as `prototype`. */
async function toStringTagOf(handles: Handles, contextId: number): Promise<string> {
  const own = handleOf(await handles.evaluate('(function* () {}).prototype', contextId));
  const { result } = await handles.properties(handleOf(await handles.prototypeOf(own)));
  const tag = result.find(({ symbol }) => symbol?.description === 'Symbol(Symbol.toStringTag)');
  return handleOf(tag?.symbol);
}
