/** Levels that a rule holds above: an amount, or a share of a limit; pure. */
import { parseSize } from '../base/units.ts';
import { LIMITS, type Limit } from './rule.ts';

export interface Level {
  /** As it is written. */
  readonly text: string;
  /** Objects or bytes; 0 of a share. */
  readonly value: number;
  /** 0 to 1. Absent for an amount. */
  readonly ratio?: number;
  /** Absent for an amount, and where it is not said. */
  readonly of?: Limit;
}

/** `1000`, `200MB`, `85% of limit`, `60%`. @throws RangeError */
export function parseLevel(text: string): Level {
  const [, percent, , of] = /^(\d+(?:\.\d+)?) ?%( of (\w+))?$/.exec(text) ?? [];
  if (percent === undefined) return { text, value: parseAmount(text) };
  if (!(Number(percent) > 0 && Number(percent) <= 100)) throw new RangeError(`expected up to 100%, got "${text}"`);
  const limit = LIMITS.find((name) => name === of);
  if (of !== undefined && limit === undefined) {
    throw new RangeError(`expected a percentage of ${LIMITS.join(' or ')}, got "${text}"`);
  }
  return { text: `${percent}%`, value: 0, ratio: Number(percent) / 100, ...(limit && { of: limit }) };
}

/** Objects, or bytes: `1000`, `5MB`. @throws RangeError */
export function parseAmount(value: string): number {
  const amount = /^\d+$/.test(value) ? Number(value) : parseSize(value);
  if (Number.isSafeInteger(amount) && amount > 0) return amount;
  throw new RangeError(`expected a number of objects or a size such as 5MB, got "${value}"`);
}
