/**
 * What counts in the target: a function of fixed text, called on the array of a realm's objects with V8's own functions
 * (intrinsics.ts). Beside those it uses only syntax that no program can change: dictionaries without a prototype, fields
 * instead of methods, descriptors copied before they are read.
 *
 *     object ──> own Symbol.toStringTag, or prototype ──> slot ──> count, latest
 *
 * A slot's name is what V8 says, as in a snapshot, of the object that is handed out for it: the slot's latest, or an empty
 * one of the same prototype. V8's inspector describes what it hands out: of an error it reads `stack` (which may be a getter,
 * or run the program's `Error.prepareStackTrace`), of what has a function `splice` it reads `length`. So an object with a
 * `stack`, or a getter for `splice`, on its chain is not handed out; the empty one has an own `splice` that is no function.
 *
 * Of a vm context, the properties of the global object and of what is made like it are never read: they are those of an
 * object of the program, which may be a Proxy. (V8's walk gives the object behind `globalThis`, which no program sees.)
 *
 * V8 names an object by its base class first, then by an own `Symbol.toStringTag`, then by its chain. So of the instances
 * of base classes the tag counts for nothing; of their prototypes, which Object made, it does.
 */
import { INTRINSICS } from './intrinsics.ts';

/** Gives a dictionary of the functions below. */
export const COUNTER = `function (${INTRINSICS.join(', ')}, toStringTag, isContext) {
  const objects = this;
  const { length } = objects;
  const global = (function () { return this; })();
  const functionPrototype = getPrototypeOf(function () {});
  const objectPrototype = getPrototypeOf({});
  const globalPrototype = getPrototypeOf(global);
  class Slots extends Map { get = get; set = set; constructor() { super(); } }
  const slots = new Slots();
  const keys = { __proto__: null }, counts = { __proto__: null }, latest = { __proto__: null }, isBase = { __proto__: null };
  let slotCount = 0, functions = 0, at = 0;

  const descriptorOf = (object, key) => ({ __proto__: null, ...getOwnPropertyDescriptor(object, key) });
  const isOpaque = (object) =>
    isContext && (object === global || object === globalPrototype || getPrototypeOf(object) === globalPrototype);
  const constructorOf = (prototype) => {
    if (isOpaque(prototype)) return undefined;
    const { value } = descriptorOf(prototype, 'constructor');
    return typeof value === 'function' ? value : undefined;
  };
  const slotOf = (key) => {
    const known = slots.get(key);
    if (known !== undefined) return known;
    const slot = slotCount++;
    slots.set(key, slot);
    keys[slot] = key;
    counts[slot] = 0;
    const maker = typeof key === 'string' || key === objectPrototype ? undefined : constructorOf(key);
    isBase[slot] = maker !== undefined && getPrototypeOf(maker) === functionPrototype;
    return slot;
  };
  // made by V8, not by Object: the prototypes of these are named as what inherits from them
  const countWithInstances = (prototype) => {
    if (getPrototypeOf(prototype) !== objectPrototype) return;
    counts[slotOf(objectPrototype)]--;
    counts[slotOf(prototype)]++;
  };
  const argumentsLike = { __proto__: null };
  const isArguments = (object) =>
    getOwnPropertyDescriptor(object, 'callee') !== undefined && descriptorOf(object, 'length').enumerable === false;
  const namesItself = (object, slot) =>
    typeof descriptorOf(object, toStringTag).value === 'string' && (!isBase[slot] || constructorOf(object) !== undefined);

  const isHarmless = (object) => {
    for (let link = object; link !== null; link = getPrototypeOf(link)) {
      if (isOpaque(link)) return false;
      const { get, set } = descriptorOf(link, 'splice');
      if (get !== undefined || set !== undefined) return false;
    }
    return !('stack' in object);
  };
  const namedLike = (key, object) =>
    object !== undefined && key !== objectPrototype && isHarmless(object) ? object : { __proto__: key, splice: undefined };

  countWithInstances(getPrototypeOf([]));
  countWithInstances(getPrototypeOf(''));
  countWithInstances(getPrototypeOf(0));
  countWithInstances(getPrototypeOf(true));

  return {
    __proto__: null,
    // counts the next ones; whether all are counted
    next: (limit) => {
      const end = length - at > limit ? at + limit : length;
      for (; at < end; at++) {
        const object = objects[at];
        if (typeof object === 'function') {
          functions++;
          continue;
        }
        const prototype = getPrototypeOf(object);
        let slot = slotOf(prototype);
        if (!isOpaque(object)) {
          if (getOwnPropertyDescriptor(object, toStringTag) !== undefined && namesItself(object, slot))
            slot = slotOf(descriptorOf(object, toStringTag).value);
          else if (prototype === objectPrototype && isArguments(object)) slot = slotOf(argumentsLike);
        }
        counts[slot]++;
        latest[slot] = object;
      }
      return at === length;
    },
    // the functions' count, then each slot's
    counts: () => {
      let text = '' + functions;
      for (let slot = 0; slot < slotCount; slot++) text += ',' + counts[slot];
      return text;
    },
    // by slot: an object that V8 names as the slot's, or the name itself
    names: (from, limit) => {
      const names = { __proto__: null };
      for (let slot = from; slot < slotCount && slot < from + limit; slot++) {
        const key = keys[slot];
        names[slot] = typeof key === 'string' ? key : namedLike(key, latest[slot]);
      }
      return names;
    },
    // the function that is the constructor of a slot's prototype, and an object that V8 names by it
    maker: (slot) => {
      const key = keys[slot];
      const maker = typeof key === 'string' ? undefined : constructorOf(key);
      return { __proto__: null, maker, named: { __proto__: { __proto__: null, constructor: maker }, splice: undefined } };
    },
  };
}`;
