/** The kinds that grew most, of what a history remembers of them. */
import { isGeneric } from '../../agent/classify/generic.ts';
import type { Evidence } from '../../protocol/alert.ts';
import { maxOf } from '../../protocol/extremes.ts';
import type { HistoryResult, PartitionHistory } from '../../protocol/history.ts';
import { isMachinery } from '../../protocol/machinery.ts';
import type { Probe } from '../../protocol/partition.ts';
import { type KindWatch, probesOf, type Rule } from '../config/rule.ts';

type Growing = NonNullable<Evidence['kinds']>;

const MAX_KINDS = 10;
const MAX_CLASSES = 4;
/** A kind that holds others has at least one object for so many of theirs. */
const LEAST_BORN_RATIO = 0.01;
/** Partitions that tell of kinds, the most telling first; what the rule itself watches comes before them. */
const TELLING = ['walk kind', 'census kind', 'snapshot kind', 'types kind', 'types instanceType'];

/** The first kinds of a list, and behind them a few classes of the program: they may hold what has grown more. */
function isAmongFirst(): (entry: Growing[number], at: number) => boolean {
  let classes = 0;
  return ({ kind }, at) => at < MAX_KINDS || (!isGeneric(kind) && classes++ < MAX_CLASSES);
}

/** Those of one sort of partition. */
export interface GrowingKinds {
  readonly kinds: Growing;
  /** The same as a snapshot by `kind` names them; those that it does not know are left out. */
  readonly snapshotKinds: readonly string[];
  /** Of `snapshotKinds`, the share of their objects that is new. */
  readonly grown: Readonly<Record<string, number>>;
  /** Objects that are new and that the probe tells by family only; absent where it names all classes. */
  readonly unnamed?: number;
  /** From the first sample to the last. */
  readonly spanMs: number;
}

export const NOTHING_GROWS: GrowingKinds = { kinds: [], snapshotKinds: [], grown: {}, spanMs: 0 };

/** The kind that grew most comes first, by what the rule measures; `kind`, what it is about, comes before all. */
export function growingKinds({ partitions }: HistoryResult, { watch }: Rule, kind: string | undefined): GrowingKinds {
  const own = watch.type === 'kind' ? probesOf(watch).map((probe) => `${probe} ${watch.by}`) : [];
  const sorts = [...own, ...TELLING].flatMap((sort) => partitions.filter((each) => sortOf(each) === sort));
  // one reading, for evidence or by hand, tells of no growth
  const best = sorts.find(({ total }) => total.at.length > 1) ?? sorts[0];
  const about = kind === undefined || watch.type !== 'kind' ? [] : ofRule(watch, kind, best);
  if (!best) return { ...NOTHING_GROWS, snapshotKinds: about };
  const bySize = watch.type !== 'kind' || watch.measure === 'size';
  const grown = (entry: Growing[number]) =>
    bySize ? entry.now.sizeBytes - entry.before.sizeBytes : entry.now.count - entry.before.count;
  const kinds = thenAndNow(best)
    .filter((entry) => entry.kind === kind || (grown(entry) > 0 && !isMachinery(entry.kind)))
    .sort((a, b) => Number(b.kind === kind) - Number(a.kind === kind) || grown(b) - grown(a))
    .filter(isAmongFirst());
  const names = snapshotKinds(
    best,
    kinds.map((entry) => entry.kind),
  );
  const { at } = best.total;
  const spanMs = at.length > 1 ? Date.parse(at.at(-1)!) - Date.parse(at[0]!) : 0;
  const unnamed = kinds.find((entry) => best.probe === 'types' && entry.kind === OBJECTS);
  return {
    ...{ kinds, snapshotKinds: [...new Set([...about, ...names])], grown: sharesOf(kinds), spanMs },
    ...(unnamed && { unnamed: unnamed.now.count - unnamed.before.count }),
  };
}

/** The kind that an alert is of, as snapshots name it. */
function ofRule(watch: KindWatch, kind: string, best: PartitionHistory | undefined): string[] {
  const probes = probesOf(watch);
  const probe = probes.find((each) => each === best?.probe) ?? probes.at(-1)!;
  return snapshotKinds({ probe, by: watch.by }, [kind]);
}

/** A kind of which hardly any object is new, beside those that grow, holds none of it. */
function sharesOf(kinds: Growing): Record<string, number> {
  const most = maxOf(kinds.map(({ before, now }) => now.count - before.count));
  return Object.fromEntries(
    kinds.map(({ kind, before, now }) => {
      const born = now.count - before.count;
      return [kind, born > most * LEAST_BORN_RATIO ? born / now.count : 0];
    }),
  );
}

/** Instances of classes, to V8's types. */
const OBJECTS = 'object';
/** What V8's types tell by family only: a snapshot has `elements of Session`, and classes by name. */
const FAMILIES: ReadonlySet<string> = new Set(['object', 'elements', 'properties', 'table', 'TypedArray']);
/** What a census has no name for. */
const UNNAMED = /^\(/;

/** Of kinds as a probe and a classifier name them, those that a snapshot by `kind` has under the same name. */
function snapshotKinds({ probe, by }: { probe: Probe; by: string }, kinds: readonly string[]): string[] {
  if (by !== 'kind') return [];
  if (probe === 'snapshot' || probe === 'walk') return [...kinds];
  if (probe === 'census') return kinds.filter((kind) => !UNNAMED.test(kind));
  // a type that tells no kind has V8's own name: JS_SHARED_ARRAY_TYPE
  return kinds.filter((kind) => !FAMILIES.has(kind) && !kind.endsWith('_TYPE'));
}

function sortOf({ probe, by }: PartitionHistory): string {
  return `${probe} ${by}`;
}

/** A kind that is not in the first samples was none. Where sizes are estimates counts decide: one object takes what it takes now. */
function thenAndNow({ total, kinds, probe }: PartitionHistory): Growing {
  const [begin] = total.at;
  return kinds.map(({ kind, at, count, sizeBytes, estimated }) => {
    const wasThere = at[0] === begin;
    const before = wasThere ? whole(count.last[0]) : 0;
    const now = { count: whole(count.last.at(-1)), sizeBytes: whole(sizeBytes.last.at(-1)) };
    const isCounted = probe === 'census' && estimated === true && now.count > 0;
    const weighed = isCounted ? (before * now.sizeBytes) / now.count : wasThere ? sizeBytes.last[0] : 0;
    return { kind, before: { count: before, sizeBytes: whole(weighed) }, now };
  });
}

/** Estimates have fractions. */
function whole(value = 0): number {
  return Math.max(0, Math.round(value));
}
