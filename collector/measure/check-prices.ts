/** Which heaps the limits of a target admit each probe for, by version of Node: the lines of `heapwatch check`. */
import type { Limits } from '../../agent/price/limits.ts';
import { tariffOf } from '../../agent/price/tariff.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Probe } from '../../protocol/partition.ts';
import type { TargetConfig } from '../config/target-config.ts';

const MB = 2 ** 20;

const PRICED = ['walk', 'types', 'census', 'snapshot'] as const satisfies readonly Probe[];
/** One version of each tariff. */
const VERSIONS = [
  ['Node 18', 'v18.0.0'],
  ['20 and 22', 'v20.0.0'],
  ['24 and later', 'v24.0.0'],
] as const;

/** What the limits say, and how large a heap each probe runs on. */
export function priceLines({ limits, schedule }: Pick<TargetConfig, 'limits' | 'schedule'>): string[] {
  const { maxPauseMs, maxExtraBytes, pauseBudget } = limits;
  const budget = `${humanDuration(pauseBudget.pauseMs)} of pause in ${humanDuration(pauseBudget.perMs)}`;
  return [
    `limits: ${humanDuration(maxPauseMs)} of pause and ${humanSize(maxExtraBytes)} of extra memory a probe, ${budget} in all`,
    ...PRICED.map((probe) => `  ${admitted(probe, limits)}${budgeted(schedule[probe], limits)}`),
    '  by used bytes; a heap whose objects are counted is priced by them, and by what its own probes have cost',
  ];
}

function admitted(probe: Probe, limits: Limits): string {
  const sizes = VERSIONS.map(([words, version]) => ({ words, bytes: largestHeap(probe, version, limits) }));
  const [first] = sizes;
  const isOne = sizes.every(({ bytes }) => bytes === first?.bytes);
  const shown = isOne
    ? [sizeText(first?.bytes ?? 0)]
    : sizes.map(({ words, bytes }) => `${sizeText(bytes)} (${words})`);
  return `${probe} of heaps up to ${shown.join(', ')}`;
}

function largestHeap(probe: Probe, nodeVersion: string, { maxPauseMs, maxExtraBytes }: Limits): number {
  const { fixedMs, fixedBytes, msPerMb, bytesPerByte } = tariffOf(probe, nodeVersion);
  const byPause = ((maxPauseMs - fixedMs) / msPerMb) * MB;
  const byMemory = (maxExtraBytes - fixedBytes) / bytesPerByte;
  return Math.max(0, Math.min(byPause, byMemory));
}

/** What each run may cost where many share the budget. */
function budgeted(every: TargetConfig['schedule'][Probe], { maxPauseMs, pauseBudget }: Limits): string {
  if (typeof every !== 'number') return '';
  const shareMs = (pauseBudget.pauseMs * every) / pauseBudget.perMs;
  if (shareMs >= maxPauseMs) return '';
  return `; all of its runs fit the budget while each pauses for ${humanDuration(shareMs)} or less`;
}

function sizeText(bytes: number): string {
  return humanSize(Math.floor(bytes));
}
