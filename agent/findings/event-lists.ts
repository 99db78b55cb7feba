/**
 * The listeners of each event of each object that has any:
 *
 *     emitter --_events--> { message: [f, f, f, …], end: f }                              Node's EventEmitter
 *     target --<symbol kEvents>--> … --> Listener --next--> Listener --next--> …          EventTarget, AbortSignal
 */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { Facts } from './facts.ts';

export interface EventList {
  /** Whose listeners they are. */
  readonly emitter: number;
  /** Empty where it is not known. */
  readonly event: string;
  /** Functions, or an event target's Listeners. */
  readonly listeners: readonly number[];
}

/** Linear in nodes and edges. */
export function eventLists(facts: Facts): EventList[] {
  return [...listsOfEmitters(facts), ...listsOfEventTargets(facts)];
}

function listsOfEmitters(facts: Facts): EventList[] {
  const { columns } = facts;
  const { nodeCount, firstEdge, edgeTarget, edgeName, edgeTypes, strings } = columns;
  const property = edgeTypes.indexOf('property');
  const events = strings.find('_events');
  const lists: EventList[] = [];
  if (events < 0) return lists;
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (edgeName[edge] !== events || (edgeTarget[edge]! & EDGE_TYPE_MASK) !== property) continue;
      for (const list of listsIn(facts, node, edgeTarget[edge]! >>> EDGE_TYPE_BITS)) lists.push(list);
    }
  }
  return lists;
}

/** A listener alone is the value itself, several are in an array. */
function listsIn(facts: Facts, emitter: number, events: number): EventList[] {
  const lists: EventList[] = [];
  facts.eachEdge(events, (list, type, name) => {
    const isAlone = facts.isType(list, 'closure');
    if (type !== 'property' || !(isAlone || facts.isType(list, 'object'))) return;
    const event = facts.columns.strings.get(name);
    if (event === '__proto__') return;
    const listeners: number[] = isAlone ? [list] : [];
    facts.eachEdge(list, (listener, element) => {
      if (!isAlone && element === 'element') listeners.push(listener);
    });
    if (listeners.length > 0) lists.push({ emitter, event, listeners });
  });
  return lists;
}

function listsOfEventTargets(facts: Facts): EventList[] {
  const listeners = facts.instancesOf('Listener');
  const isListener = new Set(listeners);
  const previous = new EdgeFinder(facts.columns, 'property', 'previous');
  const headOf = new Map<number, number>();
  const ofHead = new Map<number, number[]>();
  for (const node of listeners) {
    const chain: number[] = [];
    let at = node;
    while (!headOf.has(at) && isListener.has(at)) {
      chain.push(at);
      headOf.set(at, at);
      const before = previous.from(at);
      if (before === NO_NODE) break;
      at = before;
    }
    const head = headOf.get(at) ?? at;
    for (const each of chain) headOf.set(each, head);
  }
  for (const node of listeners) {
    const head = headOf.get(node)!;
    const list = ofHead.get(head);
    if (list) list.push(node);
    else ofHead.set(head, [node]);
  }
  return Array.from(ofHead, ([head, list]) => ({ emitter: targetOf(facts, head), event: '', listeners: list }));
}

/** The event target above a list of listeners. */
function targetOf(facts: Facts, head: number): number {
  const { dominator } = facts;
  for (let at = head; at !== dominator[at]; at = dominator[at]!) {
    if (/Signal$|Target$|Worker$|Port$|Socket$|Performance$/.test(facts.kindOf(at))) return at;
  }
  return dominator[head]!;
}
