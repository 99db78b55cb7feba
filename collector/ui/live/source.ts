/** Which partitions a page shows: those of one probe and one classifier. */
import type { Probe } from '../../../protocol/partition.ts';

export interface Source {
  readonly probe: Probe;
  readonly by: string;
}

/** What says most of a heap comes first: of what kinds it is, as often as it can be had. */
const PREFERRED: readonly Probe[] = ['walk', 'census', 'snapshot', 'types', 'sampling'];

/** `census:kind`, in the URL. */
export function writeSource({ probe, by }: Source): string {
  return `${probe}:${by}`;
}

/** Each that there is once, the one to show first where none was chosen at its head. */
export function sourcesOf(partitions: Iterable<Source>): Source[] {
  const sources = new Map([...partitions].map(({ probe, by }) => [writeSource({ probe, by }), { probe, by }]));
  const rank = ({ probe, by }: Source) => PREFERRED.indexOf(probe) * 2 + (by === 'kind' ? 0 : 1);
  return [...sources.values()].sort((a, b) => rank(a) - rank(b) || (a.by < b.by ? -1 : 1));
}

/** The one that was chosen; where there is none such, the first. */
export function chosenSource(sources: readonly Source[], chosen: string | undefined): Source | undefined {
  return sources.find((source) => writeSource(source) === chosen) ?? sources[0];
}
