/** Many listeners of one event on one object, which hold whatever they use. */
import type { Finding, Part } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { type EventList, eventLists } from './event-lists.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { together } from './together.ts';
import { counted } from './words.ts';

const LEAST = 100;
const MANY = 1_000;
const NAMED = 3;
const SHOWN_FUNCTIONS = 3;

export function listenerPiles(facts: Facts): Finding[] {
  return eventLists(facts)
    .filter(({ listeners }) => listeners.length >= LEAST)
    .sort((a, b) => b.listeners.length - a.listeners.length || a.emitter - b.emitter)
    .slice(0, NAMED)
    .map((pile) => findingOf(facts, pile));
}

function findingOf(facts: Facts, { emitter, event, listeners }: EventList): Finding {
  const sizeBytes = together(facts, listeners);
  const on = event !== '' && facts.view.showsStrings ? ` of "${event}"` : '';
  return {
    finding: 'listener pile',
    severity: severer(severityOf(sizeBytes, facts.sizeBytes), listeners.length >= MANY ? 'high' : 'medium'),
    confidence: 'likely',
    title: `${counted(listeners.length, 'listener')}${on} on one ${facts.kindOf(emitter)} hold ${humanSize(sizeBytes)}`,
    reason: 'Listeners that are added again and again and never removed. Node warns from 11 of one event on.',
    sizeBytes,
    count: listeners.length,
    ...facts.holding(listeners),
    parts: functionParts(facts, listeners),
    next: 'remove them where what they serve ends: emitter.off(), once(), or { signal } of addEventListener()',
  };
}

/** The functions of listeners, those of one place together. */
function functionParts(facts: Facts, listeners: readonly number[]): Part[] {
  const tallies = new Map<string, { count: number; sizeBytes: number }>();
  for (const node of listeners) {
    const text = facts.isType(node, 'closure') ? facts.view.names.functionName(node) : facts.kindOf(node);
    const { count, sizeBytes } = tallies.get(text) ?? { count: 0, sizeBytes: 0 };
    tallies.set(text, { count: count + 1, sizeBytes: sizeBytes + facts.retained[node]! });
  }
  return [...tallies]
    .map(([text, tally]) => ({ text, ...tally }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, SHOWN_FUNCTIONS);
}
