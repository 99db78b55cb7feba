/** An alert as people read it in a notification: its annotations, and what was found of it. */
import type { Alert, Evidence } from '../../protocol/alert.ts';
import { humanSize } from '../../protocol/human.ts';
import { MEMORY_WORDS, type MemoryPart } from '../../protocol/memory.ts';
import { amount } from '../alert/words.ts';

/** Lines of a list that a text shows. */
const MAX_LINES = 10;
const MAX_KINDS = 5;

/** The alert's annotations; beside them, where a rule has none of that name: `reason`, `growing`, `memory`, `heldBy`, `pattern`, `allocatedAt`, `notDone`. */
export function annotationsOf({ annotations, reason, evidence }: Alert): Record<string, string> {
  return { reason, ...(evidence && found(evidence)), ...annotations };
}

function found({
  kinds = [],
  sites = [],
  memory,
  paths = [],
  pattern = [],
  refused = [],
}: Evidence): Record<string, string> {
  const lists: Record<string, readonly string[]> = {
    growing: kinds.slice(0, MAX_KINDS).map(({ kind, before, now }) => {
      const grown = now.count - before.count;
      return `${kind}: ${amount(before.count, 'objects')} to ${amount(now.count, 'objects')} (${grown < 0 ? '' : '+'}${amount(grown, 'objects')})`;
    }),
    memory: memory ? [memory.verdict.text, ...memory.parts.toSorted(bySize).map(partText)] : [],
    heldBy: paths,
    pattern,
    allocatedAt: sites.map(({ site, sizeBytes, survivedBytes }) => {
      const stayed = survivedBytes === undefined ? '' : ` (${amount(survivedBytes, 'bytes')} of it has survived)`;
      return `${amount(sizeBytes, 'bytes')} ${site}${stayed}`;
    }),
    notDone: refused,
  };
  const present = Object.entries(lists).filter(([, lines]) => lines.length > 0);
  return Object.fromEntries(present.map(([name, lines]) => [name, lines.slice(0, MAX_LINES).join('\n')]));
}

function bySize(a: MemoryPart, b: MemoryPart): number {
  return b.sizeBytes - a.sizeBytes;
}

function partText({ part, sizeBytes }: MemoryPart): string {
  return `${humanSize(sizeBytes)} ${MEMORY_WORDS[part]}`;
}
