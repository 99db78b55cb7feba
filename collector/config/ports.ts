/** Ports in a row: `9230-9239`, `9229`, `10.0.0.7:9230-9239`. */

export interface PortRange {
  readonly host: string;
  readonly first: number;
  readonly last: number;
}

/** The most ports of one range: each is asked anew at each look. */
const MAX_PORTS = 1_024;

/** @throws RangeError for anything else */
export function parsePorts(text: string): PortRange {
  const [, host = '127.0.0.1', low, high = low] =
    /^(?:\[?([^\s/[\]]+?)\]?:)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const [first, last] = [Number(low), Number(high)];
  if (low === undefined) throw new RangeError(`expected ports such as 9230-9239 or 10.0.0.7:9229, got "${text}"`);
  if (first < 1 || last > 65_535 || last < first) {
    throw new RangeError(`expected a first port from 1 and a last one to 65535, not before it, got "${text}"`);
  }
  if (last - first >= MAX_PORTS) throw new RangeError(`expected at most ${MAX_PORTS} ports, got "${text}"`);
  return { host, first, last };
}

/** The ports from first to last. */
export function portsOf({ first, last }: PortRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
