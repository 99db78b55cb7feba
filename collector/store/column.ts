/**
 * Columns of numbers, packed as their values allow.
 *
 *     0                      all of them are 0
 *     1 | uint …             none is negative
 *     2 | uint …             whole numbers, a negative one -v as 2v - 1, another v as 2v
 *     3 | double …           anything else
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

const ZEROS = 0;
const UINTS = 1;
const INTS = 2;
const DOUBLES = 3;
/** Doubled it is a safe whole number still. */
const MAX_INT = 2 ** 52 - 1;

export function writeColumn(writer: ByteWriter, values: readonly number[]): void {
  const form = formOf(values);
  writer.uint(form);
  if (form === ZEROS) return;
  for (const value of values) {
    if (form === DOUBLES) writer.double(value);
    else if (form === UINTS) writer.uint(value);
    else writer.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }
}

/** @param count how many values were written. */
export function readColumn(reader: ByteReader, count: number): number[] {
  const form = reader.uint();
  const values = new Array<number>(count).fill(0);
  if (form === ZEROS) return values;
  for (let at = 0; at < count; at++) {
    if (form === DOUBLES) {
      values[at] = reader.double();
      continue;
    }
    const value = reader.uint();
    values[at] = form === UINTS ? value : value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }
  return values;
}

function formOf(values: readonly number[]): number {
  let form = ZEROS;
  for (const value of values) {
    if (Object.is(value, -0) || !Number.isInteger(value) || Math.abs(value) > MAX_INT) return DOUBLES;
    if (value < 0) form = INTS;
    else if (value > 0 && form === ZEROS) form = UINTS;
  }
  return form;
}
