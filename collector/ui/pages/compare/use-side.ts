/** One side of the comparison: what can be chosen, what is, and the partition itself. */
import { useEffect } from 'preact/hooks';
import type { Partition } from '../../../../protocol/partition.ts';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import { type Resource, useResource } from '../../live/resource.ts';
import { chosenSource, type Source, sourcesOf, writeSource } from '../../live/source.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { beginOf, readSpan } from '../../parts/span.ts';
import {
  type Chosen,
  type Moment,
  momentsOf,
  type PartitionSeries,
  readSide,
  type SideName,
  seriesChoice,
  writeSide,
} from './side.ts';

export interface Side {
  readonly name: SideName;
  readonly target: TargetModel | undefined;
  readonly isolate: string;
  readonly sources: readonly Source[];
  /** Undefined where the target has no partition yet. */
  readonly series: PartitionSeries | undefined;
  /** Oldest first. */
  readonly moments: readonly Moment[];
  /** Of the moments that were asked for. */
  readonly isListed: boolean;
  /** How many older ones of the span are not among them. */
  readonly omitted: number;
  readonly moment: Moment | undefined;
  readonly partition: Resource<Partition | undefined>;
}

/** As many moments as a slider can tell apart. */
const MAX_MOMENTS = 1_000;

/**
 * @param like the series of the other side, where nothing else is chosen
 * @param pick the moment where none is chosen
 */
export function useSide(
  name: SideName,
  like: PartitionSeries | undefined,
  pick: (moments: readonly Moment[], series: PartitionSeries) => Moment | undefined,
): Side {
  const { session, fleet } = useDashboard();
  const { query } = address();
  const chosen = readSide(query, name);
  const known = useSeries(chosen, like);
  const { series } = known;
  const listed = useList(series);
  const live = series ? liveMoments(fleet.target(series.target)?.isolate(series.isolate), series) : [];
  const offered = momentsOf(listed.value?.partitions ?? [], live);
  const id = chosen.id ?? (series && pick(offered, series))?.id;
  const partition = useResource(
    async () => (id === undefined ? undefined : (await session.request('partition', { id })).partition),
    [session, id],
  ).value;
  const loaded = partition.value?.id === id ? partition.value : undefined;
  useTellPlace(name, loaded);
  const moments = momentsOf(offered, loaded ? [loaded] : []);
  return {
    ...known,
    name,
    moments,
    isListed: listed.state === 'ready',
    omitted: listed.value?.omitted ?? 0,
    moment: moments.find((moment) => moment.id === id),
    partition,
  };
}

function useSeries(chosen: Chosen, like: PartitionSeries | undefined) {
  const { fleet } = useDashboard();
  const none = { target: undefined, isolate: 'main', sources: [], series: undefined };
  // the partition tells where it is of, once it is there
  if (chosen.id !== undefined && chosen.target === undefined) return none;
  const targets = fleet.targets.value;
  const name = chosen.target ?? like?.target ?? (targets.find(hasPartitions) ?? targets[0])?.name;
  const target = name === undefined ? undefined : fleet.target(name);
  if (!target || name === undefined) return none;
  const isolate = chosen.isolate ?? (like?.target === name ? like.isolate : 'main');
  const newest = target.isolate(isolate)?.newest.value.values() ?? [];
  const wanted = chosen.source ?? (like && writeSource(like));
  const sources = sourcesOf([...newest, ...readSources(chosen.source)]);
  const source = chosenSource(sources, wanted);
  return { target, isolate, sources, series: source && { target: name, isolate, ...source } };
}

/** One that was chosen may be of a probe that runs no more. */
function readSources(chosen: string | undefined): Source[] {
  const [probe, ...by] = (chosen ?? '').split(':');
  const known = (['walk', 'sampling', 'types', 'census', 'snapshot'] as const).find((each) => each === probe);
  return known && by.length > 0 ? [{ probe: known, by: by.join(':') }] : [];
}

function useList(series: PartitionSeries | undefined) {
  const { session, fleet, now } = useDashboard();
  const span = readSpan(address().query);
  const { target, isolate, probe, by } = series ?? {};
  return useResource(async () => {
    if (!series) return { partitions: [], omitted: 0 };
    const fromMs = beginOf(span, now.peek());
    return await session.request('partitions', {
      ...series,
      limit: MAX_MOMENTS,
      ...(Number.isFinite(fromMs) && { from: new Date(fromMs).toISOString() }),
      ...(span.toMs !== undefined && { to: new Date(span.toMs).toISOString() }),
    });
  }, [session, target, isolate, probe, by, span.name, span.toMs, fleet.gaps.value]).value;
}

/** What came since the page was opened. */
function liveMoments(isolate: IsolateModel | undefined, { probe, by }: PartitionSeries): Moment[] {
  return (isolate?.partitions.items ?? []).filter((event) => event.probe === probe && event.by === by);
}

/** A link that names a partition alone does not say where it is of: the address does from then on. */
function useTellPlace(name: SideName, partition: Partition | undefined): void {
  const { query } = address();
  const isTold = readSide(query, name).target !== undefined;
  const isNamed = partition !== undefined && partition.id === query[name];
  useEffect(() => {
    if (!isTold && isNamed) choose(writeSide(name, { id: partition.id, ...seriesChoice(partition) }));
  }, [isTold, isNamed, partition]);
}

function hasPartitions(target: TargetModel): boolean {
  return target.isolates.value.some((isolate) => isolate.newest.value.size > 0);
}
