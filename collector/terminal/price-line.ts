import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { ProbePrice } from '../../protocol/prices.ts';

/** `census: 40 ms of pause, 3.1 MB of extra memory: fits`, or why not. */
export function priceLine({ probe, forecast, verdict, reason }: ProbePrice): string {
  const cost = `${humanDuration(forecast.pauseMs)} of pause, ${humanSize(forecast.extraBytes)} of extra memory`;
  return `${probe}: ${cost}: ${verdict}${reason === undefined ? '' : `, ${reason}`}`;
}
