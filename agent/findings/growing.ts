/**
 * Kinds that grow from heap to heap: those that grew in every step of a series, and of these the ones whose steps get smaller,
 * a cache that fills up towards a limit of its own.
 *
 *     100  200  300  400        grows: each step as large as the one before
 *     100  180  230  255  262   fills: towards 270
 */
import type { Finding, Moment } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import type { Row } from '../../protocol/partition.ts';
import { OF_V8, objectsOf } from './dominant-kind.ts';
import type { Facts } from './facts.ts';
import { severityOf } from './severity.ts';
import { argument } from './words.ts';

/** An earlier heap: its rows by shape. */
export interface EarlierHeap {
  readonly target: string;
  readonly rows: readonly Pick<Row, 'kind' | 'count' | 'sizeBytes'>[];
}

const NAMED = 5;
const LEAST_GROWN = 16 * 2 ** 10;
const LEAST_OBJECTS = 20;
/** Of what there was: less may be chance. */
const LEAST_PART = 0.02;
/** Heaps from which on a series tells. */
const TELLING = 3;
/** The last step against the first, below which a kind fills. */
const BENT = 0.4;
const HEAPS_TO_BEND = 4;
const EXAMPLES = 2_000;

/** @param earlier the oldest first */
export function growingKinds(facts: Facts, earlier: readonly EarlierHeap[]): Finding[] {
  if (earlier.length === 0) return [];
  return seriesOf(facts, earlier)
    .filter(({ kind, series }) => !OF_V8.test(kind) && grewAlways(series))
    .map(({ kind, series }) => ({ kind, series, grownBytes: series.at(-1)!.sizeBytes - series[0]!.sizeBytes }))
    .filter(({ grownBytes }) => grownBytes >= LEAST_GROWN)
    .sort((a, b) => b.grownBytes - a.grownBytes || (a.kind < b.kind ? -1 : 1))
    .slice(0, NAMED)
    .map(({ kind, series, grownBytes }) => findingOf(facts, kind, series, grownBytes));
}

function findingOf(facts: Facts, kind: string, series: readonly Moment[], sizeBytes: number): Finding {
  const limit = limitOf(series.map(({ count }) => count));
  const [first, last] = [series[0]!, series.at(-1)!];
  const objects = objectsOf(facts, facts.shapes.kinds.indexOf(kind));
  const steps = series.length - 1;
  const grown = `${kind} grew from ${humanCount(first.count)} to ${humanCount(last.count)} objects, by ${humanSize(sizeBytes)}`;
  return {
    finding: limit === undefined ? 'growing kind' : 'filling kind',
    severity: limit === undefined ? severityOf(sizeBytes, facts.sizeBytes) : 'low',
    confidence: series.length >= TELLING ? 'likely' : 'possible',
    title:
      limit === undefined
        ? `${grown}, in ${steps === 1 ? 'the one step' : `each of ${steps} steps`}`
        : `${grown}, in smaller and smaller steps`,
    reason:
      limit === undefined
        ? 'It grew in every step and shows no limit.'
        : `It fills up: by its steps it ends at about ${humanCount(limit)} objects. A cache with a limit does that.`,
    sizeBytes,
    count: last.count - first.count,
    ...facts.holding(facts.largestOf(objects.slice(-EXAMPLES), EXAMPLES), objects.length),
    series,
    next:
      limit === undefined
        ? `see who holds the newest: heapwatch console ${argument(facts.target)}, then (await hp.heap()).and(hp.by("shape").of(${JSON.stringify(kind)})).rp`
        : 'look again later: if it stays below that, it is no leak',
  };
}

interface KindSeries {
  readonly kind: string;
  readonly series: readonly Moment[];
}

function seriesOf(facts: Facts, earlier: readonly EarlierHeap[]): KindSeries[] {
  const now = tallies(facts);
  const before = earlier.map(({ target, rows }) => ({ target, rows: new Map(rows.map((row) => [row.kind, row])) }));
  return Array.from(now, ([kind, own]) => ({
    kind,
    series: [
      ...before.map(({ target, rows }) => {
        const { count = 0, sizeBytes = 0 } = rows.get(kind) ?? {};
        return { target, count, sizeBytes };
      }),
      { target: facts.target, ...own },
    ],
  }));
}

function tallies(facts: Facts): Map<string, { count: number; sizeBytes: number }> {
  const { kindOf, kinds } = facts.shapes;
  const counts = new Float64Array(kinds.length);
  const bytes = new Float64Array(kinds.length);
  for (let node = 0; node < kindOf.length; node++) {
    const kind = kindOf[node]!;
    if (kind >= kinds.length) continue;
    counts[kind]!++;
    bytes[kind]! += facts.size(node);
  }
  return new Map(kinds.map((kind, at) => [kind, { count: counts[at]!, sizeBytes: bytes[at]! }]));
}

function grewAlways(series: readonly Moment[]): boolean {
  const grown = series.at(-1)!.count - series[0]!.count;
  if (grown < LEAST_OBJECTS || grown < LEAST_PART * series[0]!.count) return false;
  return series.every((moment, at) => at === 0 || moment.count > series[at - 1]!.count);
}

/** Where a series of smaller and smaller steps ends (Aitken's delta-squared); undefined where it does not bend. */
function limitOf(counts: readonly number[]): number | undefined {
  if (counts.length < HEAPS_TO_BEND) return undefined;
  const steps = counts.slice(1).map((count, at) => count - counts[at]!);
  const [before, last] = [steps.at(-2)!, steps.at(-1)!];
  if (last > BENT * steps[0]! || last >= before) return undefined;
  return Math.round(counts.at(-1)! + (last * last) / (before - last));
}
