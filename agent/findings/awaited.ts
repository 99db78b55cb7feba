/**
 * Work that has begun and waits, as a heap shows it:
 *
 *     Promise --reactions_or_result--> PromiseReaction     somebody waits for it
 *     object --parameters_and_registers-->                 a generator or an async function in the middle of its run
 */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { Numbers } from '../parse/numbers.ts';
import type { Facts } from './facts.ts';

/** Promises that somebody waits for. Linear. */
export function awaitedPromises(facts: Facts): number[] {
  const reactions = new EdgeFinder(facts.columns, 'internal', 'reactions_or_result');
  const isReaction = (node: number): boolean => facts.view.names.nameOf(node).startsWith('system / PromiseReaction');
  return Array.from(facts.instancesOf('Promise')).filter((node) => {
    const reaction = reactions.from(node);
    return reaction !== NO_NODE && isReaction(reaction);
  });
}

/** Functions in the middle of a run. Linear. */
export function runningFunctions(facts: Facts): Uint32Array {
  const { nodeCount, nodeType, nodeTypes } = facts.columns;
  const object = nodeTypes.indexOf('object');
  const registers = new EdgeFinder(facts.columns, 'internal', 'parameters_and_registers');
  const found = new Numbers();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === object && registers.from(node) !== NO_NODE) found.push(node);
  }
  return found.toArray();
}
