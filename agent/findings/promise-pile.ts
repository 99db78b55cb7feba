/** Many promises that something waits for, and many functions that wait: what they hold is kept until the promise settles. */
import type { Finding, Part } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { awaitedPromises, runningFunctions } from './awaited.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { talliedBy } from './tally.ts';
import { together } from './together.ts';
import { counted } from './words.ts';

const LEAST = 1_000;
const MANY = 10_000;
const SHOWN = 3;

interface Pending {
  /** Promises that somebody waits for. */
  readonly promises: readonly number[];
  /** Functions that wait, by name, those of most first. */
  readonly waiting: readonly Part[];
  readonly waitingNodes: Uint32Array;
}

export function promisePiles(facts: Facts): Finding[] {
  const { promises, waiting, waitingNodes } = pendingOf(facts);
  const count = Math.max(promises.length, waitingNodes.length);
  if (count < LEAST) return [];
  const sizeBytes = together(facts, [...promises, ...waitingNodes]);
  const most = promises.length >= waitingNodes.length ? promises : [...waitingNodes];
  return [
    {
      finding: 'promise pile',
      severity: severer(severityOf(sizeBytes, facts.sizeBytes), count >= MANY ? 'high' : 'medium'),
      confidence: 'likely',
      title: `${counted(waitingNodes.length, 'function')} in the middle of a run and ${counted(promises.length, 'promise')} that something waits for hold ${humanSize(sizeBytes)}`,
      reason: 'Work that never settles, or more of it than gets done: each keeps its variables and its promise.',
      sizeBytes,
      count,
      ...facts.holding(most),
      parts: waiting.slice(0, SHOWN),
      next: 'see what they wait for; give it a timeout or a signal, and a limit to how many run at a time',
    },
  ];
}

function pendingOf(facts: Facts): Pending {
  const waitingNodes = runningFunctions(facts);
  const made = new EdgeFinder(facts.columns, 'internal', 'function');
  const waiting = talliedBy(facts, waitingNodes, (node) => {
    const run = made.from(node);
    return run === NO_NODE ? '(unknown)' : facts.view.names.functionName(run);
  });
  return { promises: awaitedPromises(facts), waiting, waitingNodes };
}
