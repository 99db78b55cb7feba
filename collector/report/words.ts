/** Words that the page and the Markdown share. */
import type { Confidence, Finding, Report, Severity } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';

const CONFIDENCE: Readonly<Record<Confidence, string>> = {
  certain: 'certain: counted',
  likely: 'likely: little else looks like it',
  possible: 'possible: to be looked at',
};

export function confidenceText(confidence: Confidence): string {
  return CONFIDENCE[confidence];
}

export function partText(sizeBytes: number, of: number): string {
  return `${((100 * sizeBytes) / Math.max(1, of)).toFixed(1)} %`;
}

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low'];

/** `2 high, 1 medium, 4 low`; those there are none of are left out. */
export function verdict(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return counts.flat().join(', ') || 'nothing found';
}

/** What was read. */
export function heapText({ count, sizeBytes, takenAt, probe, target }: Report): string {
  const how = probe === 'walk' ? 'walked from outside' : 'read from a snapshot';
  return `${target}, ${humanCount(count)} objects, ${humanSize(sizeBytes)}, ${how}, ${takenAt}`;
}

/** Rows of a table: what waits, for what, how many, what they hold. */
export function pendingRows({ pending }: Pick<Report, 'pending'>): string[][] {
  return pending.map(({ work, text, count, sizeBytes }) => [work, text, humanCount(count), humanSize(sizeBytes)]);
}

/** Rows of a table: what refers weakly, how many, how many of them to nothing any more. */
export function weakRows({ weak }: Pick<Report, 'weak'>): string[][] {
  return weak.map(({ hold, count, emptyCount }) => [hold, humanCount(count), humanCount(emptyCount)]);
}

/** How findings are judged, in one line. */
export const METHOD =
  'Sizes are bytes that would be free without what is named. High: 16 MB and a twentieth of the heap, or 3 MB and a fifth; ' +
  'medium: 4 MB and a fiftieth, or 1 MB and a twentieth; piles also by their number.';
