/** The state of the rules and what receivers were sent, read at each scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { RuleState } from '../../protocol/alert.ts';
import { label } from './label.ts';

/** What became of one receiver's notices so far. */
export interface ReceiverTally {
  readonly name: string;
  readonly tally: Readonly<Record<'sent' | 'failed' | 'refused', number>>;
}

const STATES = ['undecided', 'pending', 'firing'] as const;

export function alertMetrics(
  registry: Registry,
  rules: () => readonly RuleState[],
  receivers: () => readonly ReceiverTally[],
): void {
  const registers = [registry];
  new Gauge({
    name: 'heapwatch_alerts',
    help: 'Series of a rule on a target that are in a state.',
    labelNames: ['rule', 'target', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { rule, target, ...counts } of rules()) {
        for (const state of STATES) this.set({ rule, target: label(target), state }, counts[state]);
      }
    },
  });
  new Counter({
    name: 'heapwatch_notifications_total',
    help: 'Notices by receiver: sent; failed, an attempt that is repeated; refused, given up.',
    labelNames: ['receiver', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const { name, tally } of receivers()) {
        for (const [outcome, count] of Object.entries(tally)) this.inc({ receiver: name, outcome }, count);
      }
    },
  });
}
