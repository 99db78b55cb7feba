/**
 * V8's label of the two edges by which a WeakMap or WeakSet holds a value:
 *
 *     12 / part of key (Session @301) -> value (Object @305) pair in WeakMap (table @299)
 *
 * It has names as they are, which may say anything, this label too: it is read from its end, in one pass.
 */

export interface WeakPair {
  /** `Session @301` */
  readonly key: string;
  readonly keyId: number;
  readonly tableId: number;
}

const BETWEEN = ') -> value (';
const TABLE = ' pair in WeakMap (table @';

/** Null for a label of another kind, or one that V8 has cut short. */
export function weakPairOf(label: string): WeakPair | null {
  const tableAt = label.lastIndexOf(TABLE);
  const head = /^\d+ \/ part of key \(/.exec(label)?.[0];
  if (tableAt < 0 || head === undefined || !label.endsWith(')')) return null;
  const tableId = wholeNumber(label.slice(tableAt + TABLE.length, -1));
  // `value (Object @305)`
  if (tableId === null || label[tableAt - 1] !== ')') return null;
  const valueEnd = tableAt - 1;
  const valueAt = idAt(label, valueEnd);
  // the last place that leaves an id on both sides
  for (
    let between = label.lastIndexOf(BETWEEN, valueAt);
    between >= head.length;
    between = label.lastIndexOf(BETWEEN, between - 1)
  ) {
    if (valueAt < between + BETWEEN.length) continue;
    const keyAt = idAt(label, between);
    if (keyAt >= head.length) {
      return { key: label.slice(head.length, between), keyId: Number(label.slice(keyAt + 2, between)), tableId };
    }
  }
  return null;
}

/** Where the ` @305` begins that ends at `end`; -1 where there is none. */
function idAt(label: string, end: number): number {
  let at = end;
  while (at > 0 && isDigit(label.charCodeAt(at - 1))) at--;
  return at < end && label.startsWith(' @', at - 2) ? at - 2 : -1;
}

function wholeNumber(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
