/** The lines of the chart. */
import type { Usage } from '../../../../protocol/partition.ts';

export type ShownGauge = 'heapUsedBytes' | 'heapTotalBytes' | 'heapLimitBytes' | 'rssBytes' | 'externalBytes';

export interface GaugeLine {
  readonly gauge: ShownGauge & keyof Usage;
  /** In the URL. */
  readonly id: string;
  readonly name: string;
  /** A colour of tokens.css. */
  readonly colour: string;
  readonly dash?: readonly number[];
  /** What it is, shown on request. */
  readonly meaning: string;
}

export const GAUGE_LINES: readonly GaugeLine[] = [
  {
    gauge: 'heapUsedBytes',
    id: 'used',
    name: 'Heap used',
    colour: '--series-1',
    meaning: 'What objects take, dead ones that were not collected yet with them',
  },
  {
    gauge: 'heapTotalBytes',
    id: 'total',
    name: 'Heap total',
    colour: '--series-6',
    meaning: 'What V8 has reserved for objects',
  },
  {
    gauge: 'heapLimitBytes',
    id: 'limit',
    name: 'Heap limit',
    colour: '--bad',
    dash: [6, 4],
    meaning: 'Where V8 gives up: --max-old-space-size',
  },
  {
    gauge: 'rssBytes',
    id: 'rss',
    name: 'RSS',
    colour: '--series-2',
    meaning: 'Memory of the whole process that is in RAM',
  },
  {
    gauge: 'externalBytes',
    id: 'external',
    name: 'External',
    colour: '--series-3',
    meaning: 'Memory outside the heap that objects hold: buffers',
  },
];

/** A limit far above would press all other lines to the ground: it is shown from this share of it on. */
const LIMIT_FROM = 0.5;

/** Ids of the lines to show: those chosen, else all, the limit only where it is near. */
export function shownLines(
  chosen: string | undefined,
  usage: Pick<Usage, ShownGauge> | undefined,
): ReadonlySet<string> {
  if (chosen !== undefined) return new Set(chosen.split('.'));
  const isNear = usage !== undefined && usage.heapUsedBytes > usage.heapLimitBytes * LIMIT_FROM;
  return new Set(GAUGE_LINES.map(({ id }) => id).filter((id) => id !== 'limit' || isNear));
}
