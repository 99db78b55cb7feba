/**
 * What the log's newest events say of one target, as OpenTelemetry names it: `v8js.*` and `process.*` by its semantic conventions,
 * `heapwatch.*` where it has no name. The target is the resource, its isolates are an attribute:
 *
 *     service.name api, service.instance.id api-1, process.pid 4711
 *         v8js.memory.heap.used   By   { v8js.heap.space.name: old_space, heapwatch.isolate: main }
 *         heapwatch.kind.size     By   { heapwatch.kind: Session, heapwatch.probe: walk, heapwatch.by: kind, … }
 */
import type { StreamEvent, TargetState } from '../../protocol/events.ts';
import type { Usage } from '../../protocol/partition.ts';
import { kindSeries, wholePartitions } from './kinds.ts';
import { label } from './label.ts';

/** A metric of one target; what adds up over its points is a sum, what does not a gauge. */
export interface Figure {
  readonly name: string;
  readonly unit: 'By' | '{object}' | 's' | '1';
  readonly description: string;
  readonly adds: boolean;
  readonly points: readonly { readonly value: number; readonly attributes: Readonly<Record<string, string>> }[];
}

const KINDS = 20;
const MAX_ISOLATES = 64;
const MAX_SPACES = 16;

/** @param events the newest of each sort */
export function figuresOf({ target, state }: TargetState, events: readonly StreamEvent[]): Figure[] {
  const own = events.filter((event) => 'target' in event && event.target === target);
  const usages = own.filter((event) => event.type === 'usage').slice(0, MAX_ISOLATES);
  return [
    ...spaces(usages),
    ...gauges(usages),
    ...limits(usages),
    ...parts(own),
    ...kinds(own),
    figure('heapwatch.target.up', '1', 'Whether the target is attached to and runs.', false, [
      { value: state === 'attached' ? 1 : 0, attributes: {} },
    ]),
  ].filter(({ points }) => points.length > 0);
}

function figure(
  name: string,
  unit: Figure['unit'],
  description: string,
  adds: boolean,
  points: Figure['points'],
): Figure {
  return { name, unit, description, adds, points };
}

function isolateOf({ isolate }: Pick<Usage, 'isolate'>): Record<string, string> {
  return { 'heapwatch.isolate': label(isolate) };
}

function spaces(usages: readonly Usage[]): Figure[] {
  const of = (field: 'usedBytes' | 'sizeBytes') =>
    usages.flatMap((usage) =>
      usage.spaces.slice(0, MAX_SPACES).map((space) => ({
        value: space[field],
        attributes: { ...isolateOf(usage), 'v8js.heap.space.name': label(space.name) },
      })),
    );
  return [
    figure('v8js.memory.heap.used', 'By', 'Heap memory size allocated.', true, of('usedBytes')),
    figure('v8js.memory.heap.limit', 'By', 'Total heap memory size pre-allocated.', true, of('sizeBytes')),
  ];
}

function gauges(usages: readonly Usage[]): Figure[] {
  const of = (read: (usage: Usage) => number) =>
    usages.map((usage) => ({ value: read(usage), attributes: isolateOf(usage) }));
  // all isolates of a process read the same
  const main = usages.filter(({ isolate }) => isolate === 'main');
  return [
    figure(
      'process.memory.usage',
      'By',
      'The amount of physical memory in use.',
      true,
      main.map(({ rssBytes }) => ({ value: rssBytes, attributes: {} })),
    ),
    figure(
      'heapwatch.heap.max',
      'By',
      "V8's limit of the heap.",
      true,
      of(({ heapLimitBytes }) => heapLimitBytes),
    ),
    figure(
      'heapwatch.external',
      'By',
      'Memory outside of its heap that an isolate knows of.',
      true,
      of(({ externalBytes }) => externalBytes),
    ),
    figure(
      'heapwatch.array_buffers',
      'By',
      'Memory of array buffers, a part of external memory.',
      true,
      of(({ arrayBuffersBytes }) => arrayBuffersBytes),
    ),
  ];
}

function limits(usages: readonly Usage[]): Figure[] {
  const left = usages.flatMap(({ ceiling }) =>
    ceiling ? [{ value: ceiling.leftBytes, attributes: { 'heapwatch.limit.source': label(ceiling.source) } }] : [],
  );
  const time = usages.flatMap((usage) => {
    const { timeToLimit } = usage;
    if (!timeToLimit) return [];
    const attributes = { ...isolateOf(usage), 'heapwatch.limit.source': label(timeToLimit.source) };
    return [{ value: timeToLimit.ms / 1_000, attributes }];
  });
  return [
    figure('heapwatch.limit.left', 'By', 'What the nearest limit leaves a process of memory.', false, left),
    figure('heapwatch.time_to_limit', 's', 'Until a limit is reached if what grows goes on at its pace.', false, time),
  ];
}

function parts(own: readonly StreamEvent[]): Figure[] {
  const points = own.flatMap((event) =>
    event.type === 'memory'
      ? event.parts.map(({ part, sizeBytes }) => ({ value: sizeBytes, attributes: { 'heapwatch.memory.part': part } }))
      : [],
  );
  return [figure('heapwatch.memory.part', 'By', 'Resident memory by part; the parts sum to it.', true, points)];
}

function kinds(own: readonly StreamEvent[]): Figure[] {
  const series = kindSeries(wholePartitions(own), KINDS);
  const of = (field: 'count' | 'sizeBytes') =>
    series.map(({ labels: { isolate, probe, by, kind }, [field]: value }) => ({
      value,
      attributes: {
        'heapwatch.isolate': isolate,
        'heapwatch.probe': probe,
        'heapwatch.by': by,
        'heapwatch.kind': kind,
      },
    }));
  return [
    figure('heapwatch.kind.objects', '{object}', 'Objects of the largest kinds.', false, of('count')),
    figure('heapwatch.kind.size', 'By', 'Self sizes of the largest kinds.', false, of('sizeBytes')),
  ];
}
