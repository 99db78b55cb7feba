/**
 * A census of what waits: timers, promises, functions in the middle of a run, listeners, handles of Node, stores of
 * AsyncLocalStorage, aborted signals; each by the function or class that it is for. What Node waits with for itself is left out.
 */
import type { PendingWork } from '../../protocol/finding.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { awaitedPromises, runningFunctions } from './awaited.ts';
import { eventLists } from './event-lists.ts';
import type { Facts } from './facts.ts';
import { talliedBy } from './tally.ts';

/** Rows of one sort; what is less than these is summed in one. */
const ROWS = 20;

/** Objects that stand for what libuv and Node's C++ do for a program, or wait for. */
const HANDLES: readonly string[] = [
  ...['TCP', 'Pipe', 'TTY', 'UDP', 'Process', 'FSEvent', 'StatWatcher', 'MessagePort', 'FileHandle', 'TLSWrap'],
  ...[
    'HTTPParser',
    'Http2Session',
    'Http2Stream',
    'Zlib',
    'BrotliEncoder',
    'BrotliDecoder',
    'SecureContext',
    'ChannelWrap',
  ],
  ...['FSReqCallback', 'FSReqPromise', 'GetAddrInfoReqWrap', 'QueryReqWrap', 'TCPConnectWrap', 'PipeConnectWrap'],
  ...['WriteWrap', 'ShutdownWrap', 'SendWrap', 'WorkerHandle'],
];

const STORE = '<symbol kResourceStore>';
const REASON = '<symbol kReason>';

export function pendingWork(facts: Facts): PendingWork[] {
  return [
    ...timers(facts),
    ...rowsOf(
      'promise',
      talliedBy(facts, awaitedPromises(facts), () => 'waited for'),
    ),
    ...functions(facts),
    ...listeners(facts),
    ...rowsOf(
      'handle',
      HANDLES.flatMap((name) => talliedBy(facts, facts.instancesOf(name), () => name)),
    ),
    ...asyncStores(facts),
    ...abortedSignals(facts),
  ];
}

function rowsOf(work: PendingWork['work'], parts: readonly Omit<PendingWork, 'work'>[]): PendingWork[] {
  const rest = parts.slice(ROWS);
  const rows = parts.slice(0, ROWS).map((part) => ({ work, ...part }));
  if (rest.length === 0) return rows;
  const sum = (of: (part: Omit<PendingWork, 'work'>) => number): number =>
    rest.reduce((all, part) => all + of(part), 0);
  const text = `${rest.length} more`;
  return [...rows, { work, text, count: sum(({ count }) => count), sizeBytes: sum(({ sizeBytes }) => sizeBytes) }];
}

function timers(facts: Facts): PendingWork[] {
  const callback = new EdgeFinder(facts.columns, 'property', '_onTimeout', '_onImmediate');
  // a timer that has been cleared has none
  const set = ['Timeout', 'Immediate']
    .flatMap((name) => [...facts.instancesOf(name)])
    .filter((node) => callback.from(node) !== NO_NODE && isOwn(facts, callback.from(node)));
  return rowsOf(
    'timer',
    talliedBy(facts, set, (node) => facts.view.names.functionName(callback.from(node))),
  );
}

function functions(facts: Facts): PendingWork[] {
  const made = new EdgeFinder(facts.columns, 'internal', 'function');
  const running = runningFunctions(facts).filter(
    (node) => made.from(node) !== NO_NODE && isOwn(facts, made.from(node)),
  );
  return rowsOf(
    'function',
    talliedBy(facts, running, (node) => facts.view.names.functionName(made.from(node))),
  );
}

function listeners(facts: Facts): PendingWork[] {
  const textOf = new Map<number, string>();
  // what once() and event targets call in its place
  const behind = new EdgeFinder(facts.columns, 'property', 'listener', 'callback');
  for (const { emitter, event, listeners: functions } of eventLists(facts)) {
    const on = facts.view.showsStrings && event !== '' ? ` of "${event}"` : '';
    for (const listener of functions) {
      const called = behind.from(listener);
      const node = called === NO_NODE ? listener : called;
      if (!isOwn(facts, node)) continue;
      textOf.set(listener, `${facts.view.names.functionName(node)}${on} on ${facts.kindOf(emitter)}`);
    }
  }
  return rowsOf(
    'listener',
    talliedBy(facts, textOf.keys(), (node) => textOf.get(node)!),
  );
}

/** A function of the program, not of Node. */
function isOwn(facts: Facts, node: number): boolean {
  return facts.isType(node, 'closure') && !facts.view.names.functionName(node).includes('(node:');
}

/** What asyncLocalStorage.run() gave, by what holds it: a property of resources before Node 24, frames since. */
function asyncStores(facts: Facts): PendingWork[] {
  const found = new Map<number, number>();
  eachNamed(facts, STORE, (from, to) => found.set(from, to));
  const stores = talliedBy(facts, found.keys(), (node) => `of ${facts.kindOf(node)}`);
  const frames = talliedBy(facts, facts.instancesOf('AsyncContextFrame'), () => 'AsyncContextFrame');
  return rowsOf('async store', [...stores, ...frames]);
}

/** Signals that have a reason; what still has them, and their listeners, is late. */
function abortedSignals(facts: Facts): PendingWork[] {
  const aborted = new Set<number>();
  eachNamed(facts, REASON, (from, to) => {
    if (facts.isType(to, 'object')) aborted.add(from);
  });
  return rowsOf(
    'aborted signal',
    talliedBy(facts, aborted, () => 'AbortSignal'),
  );
}

/** Calls back for each property of such a name that is an object. Linear in edges. */
function eachNamed({ columns }: Facts, name: string, visit: (from: number, to: number) => void): void {
  const { nodeCount, firstEdge, edgeTarget, edgeName, edgeTypes, strings } = columns;
  const property = edgeTypes.indexOf('property');
  const wanted = strings.find(name);
  if (wanted < 0) return;
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const packed = edgeTarget[edge]!;
      if (edgeName[edge] === wanted && (packed & EDGE_TYPE_MASK) === property) visit(node, packed >>> EDGE_TYPE_BITS);
    }
  }
}
