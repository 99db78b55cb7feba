/** Which kinds the wall shows, and in which order. */
import { matchesGlob } from '../../../../../protocol/glob.ts';
import { isMachinery } from '../../../../../protocol/machinery.ts';
import type { KindLine, Measure } from './kind-line.ts';

export const SORTS = ['size', 'count', 'growth', 'steadiness', 'name'] as const;
export type Sort = (typeof SORTS)[number];

export const SORT_WORDS: Readonly<Record<Sort, string>> = {
  size: 'size',
  count: 'count',
  growth: 'growth',
  steadiness: 'steadiness of growth',
  name: 'name',
};

export interface WallChoice {
  readonly sort: Sort;
  /** What growth is judged by. */
  readonly measure: Measure;
  /** Part of a name in any case, or a glob of names; empty: every kind. */
  readonly filter: string;
  /** They come first, whatever the filter. */
  readonly pins: ReadonlySet<string>;
}

/**
 * The pinned ones, then the others, each by `sort`, the greatest first, equal ones by name. What is no kind of the program
 * comes behind: rows without a name, and of what grows V8's own work.
 */
export function ordered(lines: readonly KindLine[], choice: WallChoice): KindLine[] {
  const fits = filterOf(choice.filter);
  const shown = lines.filter(({ kind }) => choice.pins.has(kind) || fits(kind));
  const keys = new Map(shown.map((line) => [line, keyOf(line, choice)]));
  const ranks = new Map(shown.map((line) => [line, rankOf(line, choice)]));
  return shown.sort(
    (a, b) => ranks.get(a)! - ranks.get(b)! || keys.get(b)! - keys.get(a)! || (a.kind < b.kind ? -1 : 1),
  );
}

function rankOf({ kind }: KindLine, { pins, sort }: WallChoice): number {
  if (pins.has(kind)) return 0;
  const isOfGrowth = sort === 'growth' || sort === 'steadiness';
  return /^\(/.test(kind) || (isOfGrowth && isMachinery(kind)) ? 2 : 1;
}

function filterOf(filter: string): (kind: string) => boolean {
  if (filter === '') return () => true;
  if (/[*?]/.test(filter)) return (kind) => matchesGlob(filter, kind);
  const part = filter.toLowerCase();
  return (kind) => kind.toLowerCase().includes(part);
}

function keyOf(line: KindLine, { sort, measure }: WallChoice): number {
  switch (sort) {
    case 'size':
      return line.sizeBytes.last;
    case 'count':
      return line.count.last;
    case 'growth':
      return line[measure].delta;
    case 'steadiness':
      return line[measure].steadiness;
    case 'name':
      return 0;
  }
}

/** Kinds as the URL holds them: a name may have any character. */
export function writePins(pins: ReadonlySet<string>): string {
  return [...pins].map(encodeURIComponent).join(',');
}

export function readPins(text: string | undefined): Set<string> {
  return new Set((text ?? '').split(',').flatMap(decoded));
}

function decoded(part: string): string[] {
  try {
    return part === '' ? [] : [decodeURIComponent(part)];
  } catch {
    return [];
  }
}
