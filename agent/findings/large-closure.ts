/**
 * Variables that functions keep: scopes that hold much, those of one place in the code together. A module's own variables are no
 * such, they are there for good.
 *
 *     function --context--> Context --scope_info--> ScopeInfo       one for each place in the code
 */
import type { Finding, Part } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { isContextName } from '../classify/naming/words.ts';
import { EDGE_TYPE_BITS } from '../parse/columns.ts';
import type { Facts } from './facts.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { together } from './together.ts';
import { counted, partText } from './words.ts';

const NAMED = 2;
const SHOWN_VARIABLES = 3;
/** Smaller ones are many of little: a dominant kind says so. */
const LEAST_EACH = 1_024;

export function largeClosures(facts: Facts): Finding[] {
  return [...scopesByPlace(facts)]
    .map((scopes) => ({ scopes, sizeBytes: facts.retainedOf(scopes) }))
    .filter(({ scopes, sizeBytes }) => sizeBytes >= LEAST_BYTES && sizeBytes >= LEAST_EACH * scopes.length)
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, NAMED)
    .map(({ scopes }) => findingOf(facts, scopes));
}

function findingOf(facts: Facts, scopes: readonly number[]): Finding {
  const sizeBytes = together(facts, scopes);
  const seenBy = functionIn(facts, scopes[0]!);
  const name = seenBy === undefined ? 'a function' : facts.view.names.functionName(seenBy);
  const parts = variablesOf(facts, scopes);
  const variable = parts[0] === undefined ? '' : `, mostly by ${parts[0].text}`;
  return {
    finding: 'large closure',
    severity: severityOf(sizeBytes, facts.sizeBytes),
    confidence: 'likely',
    title: `${counted(scopes.length, 'scope')} that ${name} sees ${scopes.length === 1 ? 'holds' : 'hold'} ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap${variable}`,
    reason:
      'All functions made in one scope share its variables: the one that lives longest keeps what any of them uses.',
    sizeBytes,
    count: scopes.length,
    ...facts.holding(facts.largestOf(Uint32Array.from(scopes), scopes.length)),
    parts,
    next: 'make the function that lives long in a scope of its own, or set the variable to null when it is done with',
  };
}

function scopesByPlace(facts: Facts): Iterable<number[]> {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = facts.columns;
  const object = nodeTypes.indexOf('object');
  const isScopeName = new Map<number, boolean>();
  const info = new EdgeFinder(facts.columns, 'internal', 'scope_info');
  const places = new Map<number, number[]>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue;
    const name = nodeName[node]!;
    let isScope = isScopeName.get(name);
    if (isScope === undefined) {
      isScope = isContextName(strings.get(name));
      isScopeName.set(name, isScope);
    }
    if (!isScope || facts.view.moduleScopes.has(node)) continue;
    const place = info.from(node);
    if (place === NO_NODE) continue;
    const scopes = places.get(place);
    if (scopes) scopes.push(node);
    else places.set(place, [node]);
  }
  return places.values();
}

/** A function that sees the scope. Linear in edges. */
function functionIn({ columns }: Facts, scope: number): number | undefined {
  const { nodeCount, nodeType, nodeTypes, firstEdge, edgeTarget } = columns;
  const closure = nodeTypes.indexOf('closure');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== closure) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (edgeTarget[edge]! >>> EDGE_TYPE_BITS === scope) return node;
    }
  }
  return undefined;
}

/** What the variables of the scopes retain, by name. */
function variablesOf(facts: Facts, scopes: readonly number[]): Part[] {
  const tallies = new Map<number, { count: number; sizeBytes: number }>();
  for (const scope of scopes) {
    facts.eachEdge(scope, (target, type, name) => {
      if (type !== 'context' || facts.dominator[target] !== scope) return;
      const { count, sizeBytes } = tallies.get(name) ?? { count: 0, sizeBytes: 0 };
      tallies.set(name, { count: count + 1, sizeBytes: sizeBytes + facts.retained[target]! });
    });
  }
  return [...tallies]
    .map(([name, tally]) => ({ text: `variable ${facts.columns.strings.get(name)}`, ...tally }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, SHOWN_VARIABLES);
}
