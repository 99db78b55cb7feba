/** Realms made again and again by vm.createContext() or frames: each has its own global object and built-in classes. */
import type { Finding } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { together } from './together.ts';

const LEAST = 10;
/** Longer names are no realm's. */
const LONGEST_NAME = 1_100;

export function realmCopies(facts: Facts): Finding[] {
  // the one that holds most is the program's own
  const [, ...realms] = facts.largestOf(Uint32Array.from(realmsOf(facts)), Number.POSITIVE_INFINITY);
  if (realms.length < LEAST) return [];
  const sizeBytes = together(facts, realms);
  return [
    {
      finding: 'realm copies',
      severity: severer(severityOf(sizeBytes, facts.sizeBytes), 'medium'),
      confidence: 'certain',
      title: `${humanCount(realms.length)} realms beside the program's own hold ${humanSize(sizeBytes)}`,
      reason:
        'Each context of vm and each frame has its own global object and classes; one function of it keeps them all.',
      sizeBytes,
      count: realms.length,
      ...facts.holding(realms),
      next: 'find what keeps a function or object of a context after its work, or use one context for all',
    },
  ];
}

function realmsOf({ columns }: Facts): number[] {
  const { nodeCount, nodeName, strings } = columns;
  const isRealm = new Map<number, boolean>();
  const realms: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeName[node]!;
    let is = isRealm.get(name);
    if (is === undefined) {
      is = strings.byteLength(name) < LONGEST_NAME && strings.get(name).startsWith('system / NativeContext');
      isRealm.set(name, is);
    }
    if (is) realms.push(node);
  }
  return realms;
}
