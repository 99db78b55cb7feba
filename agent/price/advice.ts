/** What to do in place of a probe that is too dear for its target: by the prices of this target, not of probes in general; pure. */
import type { Probe } from '../../protocol/partition.ts';
import type { Forecast } from './book.ts';

/** What tells something too, dearest first where a heap is an ordinary one. */
export const INSTEAD: Readonly<Record<Probe, readonly Probe[]>> = {
  snapshot: ['census', 'types'],
  census: ['types'],
  walk: ['types'],
  types: [],
  sampling: [],
  usage: [],
};

/** What is done instead pauses for no more than this part of what was asked for. */
const WORTH_RATIO = 0.5;

interface Priced {
  readonly probe: Probe;
  readonly price: Pick<Forecast, 'pauseMs'>;
}

/** The first of what tells something too that fits and is worth it; undefined: none is. A census of many realms costs more than a snapshot. */
export function instead<P extends Priced>(
  { probe, price }: Priced,
  others: readonly P[],
  fits: (other: P) => boolean,
): P | undefined {
  const candidates = INSTEAD[probe].flatMap((name) => others.filter((other) => other.probe === name));
  return candidates.find((other) => other.price.pauseMs <= price.pauseMs * WORTH_RATIO && fits(other));
}
