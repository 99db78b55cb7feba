import type { PatternNode } from '../../protocol/explore.ts';
import { oneLine } from '../../protocol/printable.ts';

const ENDS: Readonly<Record<NonNullable<PatternNode['end']>, string>> = {
  root: ' (nobody refers to it)',
  stop: ' (nearly all that is alive hangs from here)',
  same: ' (as above)',
};

/** A reference pattern, a node a line: who refers to a set stands below it, further in. */
export function patternText(nodes: readonly PatternNode[]): string {
  return nodes
    .map(({ path, count, kind, items, end, omitted = 0 }) => {
      const more = omitted > 0 ? `, ${omitted} more kinds refer to it` : '';
      return oneLine(`${'  '.repeat(path.length)}[${count}] ${kind}: ${items}${end ? ENDS[end] : ''}${more}`);
    })
    .join('\n');
}
