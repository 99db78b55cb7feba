/**
 * Names of V8's own that hold somebody's text: what stays of them, and what goes.
 *
 *     12 / part of key (Session @301) -> value (… @305) pair in WeakMap (table @299)      a value that is a string is its name
 *     <div class="…">                                                                    attributes of an element
 */
import { weakPairOf } from '../graph/weak-pair.ts';

/** A stretch of a name. */
export interface Stretch {
  readonly text: string;
  readonly hidden: boolean;
}

const PAIR = /^\d+ \/ part of key \(/;
const VALUE = ') -> value (';
const ID = / @\d+$/;
/** A key is an object, called by its class, or a symbol. */
const CLASS = /^[A-Za-z_$][A-Za-z_$]{0,63}$/;
const ELEMENT = /^(?:Detached )?<(?!symbol )[a-z][a-z\d:-]{0,63}(?=\s)/i;

/** The stretches of a name that is such a one; null for any other. */
export function framed(text: string): Stretch[] | null {
  const element = ELEMENT.exec(text)?.[0];
  if (element !== undefined) return [shown(element), hidden(text.slice(element.length))];
  const head = PAIR.exec(text)?.[0];
  if (head === undefined) return null;
  const pair = weakPairOf(text);
  if (pair === null) return [shown(head), hidden(text.slice(head.length))];
  const valueAt = head.length + pair.key.length + VALUE.length;
  const tableAt = text.lastIndexOf(' pair in WeakMap (');
  // without the bracket that closes it
  const value = text.slice(valueAt, tableAt - 1);
  return [shown(head), ...named(pair.key), shown(VALUE), ...named(value), shown(text.slice(tableAt - 1))];
}

/** `Session @301`: the name may go, the id stays. */
function named(text: string): Stretch[] {
  const id = ID.exec(text)?.[0] ?? '';
  const name = text.slice(0, text.length - id.length);
  return [CLASS.test(name) ? shown(name) : hidden(name), shown(id)];
}

function shown(text: string): Stretch {
  return { text, hidden: false };
}

function hidden(text: string): Stretch {
  return { text, hidden: true };
}
