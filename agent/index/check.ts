/** Questions to what an index says, each asked before it is used. */

/** Why a part is of no use. It never leaves the index: the snapshot is read instead. */
export class IndexFault extends Error {
  override readonly name = 'IndexFault';
}

/** @throws IndexFault where it does not hold */
export function check(holds: boolean, what: string): void {
  if (!holds) throw new IndexFault(`Cannot use an index: ${what}`);
}

export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The same array, all of whose entries are below `limit`. @throws IndexFault */
export function below<T extends Uint8Array | Uint16Array | Uint32Array>(array: T, limit: number, name: string): T {
  let largest = -1;
  for (let at = 0; at < array.length; at++) if (array[at]! > largest) largest = array[at]!;
  check(largest < limit, `an entry of ${name} is ${largest}, not below ${limit}`);
  return array;
}

/** Whether no entry is less than the one before it. */
export function ascending(array: Uint32Array): boolean {
  let isSo = true;
  for (let at = 1; at < array.length; at++) if (array[at]! < array[at - 1]!) isSo = false;
  return isSo;
}
