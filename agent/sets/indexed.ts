/** Things with rows, taken by `thing[i]` as in heapy: also from the end, and never silently undefined. */

/** What a language, a console or a test asks of any object; all else that is not there is a mistake. */
const ASKED_OF_ALL: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'inspect',
  'nodeType',
  'tagName',
  'asymmetricMatch',
  '$$typeof',
  '@@__IMMUTABLE_ITERABLE__@@',
]);

export interface Rows<T> {
  /** The row at `index`, from the end if negative. @throws RangeError where there is none */
  at(index: number): T;
}

export type Indexed<T, R> = R & { readonly [index: number]: T };

const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const INDEXED = new WeakMap<object, object>();

/**
 * `rows`, whose rows are also its properties by index; the same object whenever it is asked for again. `find` gives what
 * other names mean, undefined for nothing.
 */
export function indexed<T, R extends Rows<T> & object>(rows: R, find?: (name: string) => unknown): Indexed<T, R> {
  const known = INDEXED.get(rows);
  if (known !== undefined) return known as Indexed<T, R>;
  const proxy = new Proxy(rows, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return own(target, name);
      if (/^-?\d+$/.test(name)) return target.at(Number(name));
      // before `find`, which may take any name for a row's: an answer to "then" would make this a promise
      if (ASKED_OF_ALL.has(name)) return undefined;
      const found = find?.(name);
      if (found !== undefined) return found;
      throw new TypeError(`Cannot get "${name}": there is no such property here`);
    },
  });
  INDEXED.set(rows, proxy);
  return proxy as Indexed<T, R>;
}

/** A property of the object itself; methods run on it, not on what is before it, so that they may have private parts. */
function own(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  // Node's inspect calls it on what it was given, which may be a page of this
  if (name === INSPECT) return value;
  // relations can be called, but are no functions and have no `this`
  return value instanceof Function && name !== 'constructor' ? value.bind(target) : value;
}

/** `index` counted from the start. @throws RangeError if it is none of `length` rows of `what` */
export function rowIndex(index: number, length: number, what: string): number {
  const fromStart = index < 0 ? length + index : index;
  if (Number.isInteger(fromStart) && fromStart >= 0 && fromStart < length) return fromStart;
  throw new RangeError(`Cannot take row ${index}: ${what} has ${length} row${length === 1 ? '' : 's'}`);
}
