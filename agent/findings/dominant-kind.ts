/**
 * A class or shape whose objects retain much of the heap: many of them, and what hangs from them. Kinds that hang from another
 * such kind are not named beside it.
 */
import type { Finding } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { NOT_IN_SET } from '../classify/naming/classifier.ts';
import { largest } from '../graph/largest.ts';
import type { Facts } from './facts.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { argument, partText } from './words.ts';

/** Kinds that are looked at: one bit each of 32. */
const CANDIDATES = 30;
const NAMED = 3;
/** Fewer objects are no population. */
const LEAST_OBJECTS = 100;
/** Part of a kind's bytes that hang from another kind, from which on that one is named instead. */
const HANGING = 0.6;
const EXAMPLES = 2_000;
/** Part of a kind's bytes that one of its objects has, from which on it is that one and not the kind. */
const ONE_OF_MANY = 0.25;

/** Kinds that say nothing of the program; objects without a property among them, which Node 26 has a thousand of. */
export const OF_V8 =
  /^(?:function|code|hidden class|context|string|number|symbol|bigint|RegExp|array \(.*|\(system\).*|native .*|data of ArrayBuffer|\{\})$/;

export function dominantKinds(facts: Facts): Finding[] {
  const kinds = candidatesOf(facts);
  const held = retainedOfKinds(facts, kinds);
  const named: number[] = [];
  const ranked = kinds.map((_, at) => at).sort((a, b) => held.bytes[b]! - held.bytes[a]!);
  for (const at of ranked) {
    if (held.bytes[at]! < LEAST_BYTES) break;
    if (held.most[at]! >= ONE_OF_MANY * held.bytes[at]!) continue;
    const hangs = named.some((other) => held.within[at]![other]! >= HANGING * held.bytes[at]!);
    if (!hangs) named.push(at);
    if (named.length === NAMED) break;
  }
  return named.map((at) => findingOf(facts, kinds[at]!, held.bytes[at]!));
}

function findingOf(facts: Facts, kind: number, sizeBytes: number): Finding {
  const { kinds } = facts.shapes;
  const objects = objectsOf(facts, kind);
  const severity = severityOf(sizeBytes, facts.sizeBytes);
  return {
    finding: 'dominant kind',
    severity,
    confidence: 'likely',
    title: `${humanCount(objects.length)} ${kinds[kind]} hold ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap`,
    reason:
      'So many objects of one kind are a leak, a cache, or data that is meant to be there: whether they grow tells which.',
    sizeBytes,
    count: objects.length,
    ...facts.holding(facts.largestOf(objects.slice(0, EXAMPLES), EXAMPLES), objects.length),
    next: `compare with an earlier heap: heapwatch report ${argument(facts.target)} --baseline EARLIER`,
  };
}

/** The objects of a kind, their stores aside. */
export function objectsOf(facts: Facts, kind: number): Uint32Array {
  const { kindOf } = facts.shapes;
  const object = facts.columns.nodeTypes.indexOf('object');
  const { nodeType } = facts.columns;
  let count = 0;
  for (let node = 0; node < kindOf.length; node++) if (kindOf[node] === kind && nodeType[node] === object) count++;
  const found = new Uint32Array(count);
  for (let node = 0, at = 0; node < kindOf.length; node++) {
    if (kindOf[node] === kind && nodeType[node] === object) found[at++] = node;
  }
  return found;
}

/** The kinds whose objects retain most, those that hang from each other counted twice. */
function candidatesOf(facts: Facts): number[] {
  const { kindOf, kinds } = facts.shapes;
  const { nodeType, nodeTypes } = facts.columns;
  const { retained } = facts;
  const object = nodeTypes.indexOf('object');
  const counts = new Float64Array(kinds.length);
  const bytes = new Float64Array(kinds.length);
  for (let node = 0; node < kindOf.length; node++) {
    const kind = kindOf[node]!;
    if (kind === NOT_IN_SET || nodeType[node] !== object) continue;
    counts[kind]!++;
    bytes[kind]! += retained[node]!;
  }
  const many = Array.from(kinds.keys()).filter((kind) => counts[kind]! >= LEAST_OBJECTS && !OF_V8.test(kinds[kind]!));
  return largest(many, CANDIDATES, (kind) => bytes[kind]!);
}

interface Held {
  /** What each of the kinds retains, each byte once. */
  readonly bytes: Float64Array;
  /** What the largest of its objects retains. */
  readonly most: Float64Array;
  /** Of it, what hangs from each of the others. */
  readonly within: readonly Float64Array[];
}

function retainedOfKinds(facts: Facts, kinds: readonly number[]): Held {
  const { kindOf } = facts.shapes;
  const { dominator, order } = facts.heap.dominators;
  const { retained } = facts;
  const place = new Map(kinds.map((kind, at) => [kind, at]));
  const placeOf = Int8Array.from(facts.shapes.kinds, (_, kind) => place.get(kind) ?? -1);
  const bytes = new Float64Array(kinds.length);
  const most = new Float64Array(kinds.length);
  const within = kinds.map(() => new Float64Array(kinds.length));
  // a bit for each of the kinds that dominate a node
  const above = new Uint32Array(kindOf.length);
  for (let i = 1; i < order.length; i++) {
    const node = order[i]!;
    const parent = dominator[node]!;
    const parentPlace = kindOf[parent] === NOT_IN_SET ? -1 : placeOf[kindOf[parent]!]!;
    above[node] = above[parent]! | (parentPlace < 0 ? 0 : 1 << parentPlace);
    const own = kindOf[node] === NOT_IN_SET ? -1 : placeOf[kindOf[node]!]!;
    if (own < 0 || ((above[node]! >>> own) & 1) === 1) continue;
    bytes[own]! += retained[node]!;
    if (retained[node]! > most[own]!) most[own] = retained[node]!;
    for (let bits = above[node]!; bits !== 0; bits &= bits - 1)
      within[own]![31 - Math.clz32(bits & -bits)]! += retained[node]!;
  }
  return { bytes, most, within };
}
