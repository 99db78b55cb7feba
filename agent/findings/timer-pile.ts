/** Many timers that wait, of one function: set again and again and never cleared, they hold what their functions use. */
import type { Finding } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { together } from './together.ts';
import { counted } from './words.ts';

const LEAST = 500;
const MANY = 5_000;

/** The timers that wait, by the function that they will call, those of most first. */
function timersByFunction(facts: Facts): { readonly text: string; readonly nodes: readonly number[] }[] {
  const callback = new EdgeFinder(facts.columns, 'property', '_onTimeout', '_onImmediate');
  const byFunction = new Map<string, number[]>();
  for (const name of ['Timeout', 'Immediate']) {
    for (const node of facts.instancesOf(name)) {
      const run = callback.from(node);
      // a timer that has been cleared has none
      if (run === NO_NODE || !facts.isType(run, 'closure')) continue;
      const text = facts.view.names.functionName(run);
      const nodes = byFunction.get(text);
      if (nodes) nodes.push(node);
      else byFunction.set(text, [node]);
    }
  }
  return [...byFunction]
    .map(([text, nodes]) => ({ text, nodes }))
    .sort((a, b) => b.nodes.length - a.nodes.length || (a.text < b.text ? -1 : 1));
}

export function timerPiles(facts: Facts): Finding[] {
  return timersByFunction(facts)
    .filter(({ nodes }) => nodes.length >= LEAST)
    .slice(0, 2)
    .map(({ text, nodes }) => {
      const sizeBytes = together(facts, nodes);
      return {
        finding: 'timer pile',
        severity: severer(severityOf(sizeBytes, facts.sizeBytes), nodes.length >= MANY ? 'high' : 'medium'),
        confidence: 'likely',
        title: `${counted(nodes.length, 'timer')} wait to call ${text} and hold ${humanSize(sizeBytes)}`,
        reason: 'Timers hold their function and what it uses until they fire or are cleared; an interval for ever.',
        sizeBytes,
        count: nodes.length,
        ...facts.pathTo(nodes[0]),
        heldBy: [`${counted(nodes.length, 'timer')}`, "Node's list of timers"],
        next: 'clear them where what they serve ends: clearTimeout(), clearInterval(), or { signal } of timers/promises',
      };
    });
}
