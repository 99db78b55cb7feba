/** Prices in words. */
import type { Cost, Price, Probe } from '../../../../protocol/partition.ts';
import type { Result } from '../../../../protocol/requests.ts';
import { duration, signedSize } from '../words.ts';

export type Prices = Result<'prices'>;

/** What each probe tells. */
export const PURPOSES: Record<Probe, string> = {
  usage: 'the gauges of the heap',
  sampling: 'where what is alive was allocated, by stack, estimated',
  types: 'counts and bytes by V8 type, exact',
  census: 'counts by constructor, exact; sizes estimated',
  snapshot: 'everything: counts, sizes, who refers to whom',
};

/** `pause 38 ms, RSS +2.00 MB`. */
export function priceWords({ pauseMs, extraBytes }: Price): string {
  return `pause ${pauseMs < 1 ? 'under 1 ms' : duration(pauseMs)}, RSS ${signedSize(extraBytes)}`;
}

/** `paused 41 ms (forecast 38 ms), RSS +1.90 MB (forecast +2.00 MB)`; what is not known is left out. */
export function costWords({ pauseMs, extraBytes, forecast }: Cost): string {
  const expected = (text: string | undefined) => (text === undefined ? '' : ` (forecast ${text})`);
  return [
    ...(pauseMs === undefined
      ? []
      : [`paused ${duration(pauseMs)}${expected(forecast && duration(forecast.pauseMs))}`]),
    ...(extraBytes === undefined
      ? []
      : [`RSS ${signedSize(extraBytes)}${expected(forecast && signedSize(forecast.extraBytes))}`]),
  ].join(', ');
}
