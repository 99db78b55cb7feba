/** Prices in words. */
import { humanDuration } from '../../../../protocol/human.ts';
import type { Cost, Price, Probe } from '../../../../protocol/partition.ts';
import type { Result } from '../../../../protocol/requests.ts';
import { signedSize } from '../words.ts';

export type Prices = Result<'prices'>;

/** What each probe tells. */
export const PURPOSES: Record<Probe, string> = {
  usage: 'the gauges of the heap',
  walk: 'counts and bytes by constructor, exact, read from outside; on this machine only',
  sampling: 'where what is alive was allocated, by stack, estimated',
  types: 'counts and bytes by V8 type, exact',
  census: 'counts by constructor, exact; sizes estimated',
  snapshot: 'everything: counts, sizes, references',
};

/** `pause 38 ms, RSS +2.0 MB`. */
export function priceWords({ pauseMs, extraBytes }: Price): string {
  return `pause ${pauseMs < 1 ? 'under 1 ms' : humanDuration(pauseMs)}, RSS ${signedSize(extraBytes)}`;
}

/** `paused 41 ms (forecast 38 ms), RSS +1.9 MB (forecast +2.0 MB)`; what is not known is left out. */
export function costWords({ pauseMs, extraBytes, forecast }: Cost): string {
  const expected = (text: string | undefined) => (text === undefined ? '' : ` (forecast ${text})`);
  return [
    ...(pauseMs === undefined
      ? []
      : [`paused ${humanDuration(pauseMs)}${expected(forecast && humanDuration(forecast.pauseMs))}`]),
    ...(extraBytes === undefined
      ? []
      : [`RSS ${signedSize(extraBytes)}${expected(forecast && signedSize(forecast.extraBytes))}`]),
  ].join(', ');
}
