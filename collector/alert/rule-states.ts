/** The state of each rule on each of its targets, for people. */
import type { RuleState } from '../../protocol/alert.ts';
import { unitOf } from '../config/rule.ts';
import type { Engine } from './engine.ts';

type Counts = Record<'inactive' | 'undecided' | 'pending' | 'firing', number>;

const NONE: Counts = { inactive: 0, undecided: 0, pending: 0, firing: 0 };

export function ruleStates(engine: Engine): RuleState[] {
  const states = new Map<string, RuleState>();
  for (const { rule, target, series } of engine.series()) {
    const key = keyOf(rule.name, target);
    const before = states.get(key) ?? { rule: rule.name, target, ...NONE, unit: unitOf(rule) };
    const { state } = series.status;
    const counted: Counts = { ...before, [state]: before[state] + 1 };
    const { smallestPerHour: slope } = series.figures;
    const range = state === 'undecided' && slope !== undefined ? widened(before.smallestPerHour, slope) : undefined;
    states.set(key, { ...before, ...counted, ...(range && { smallestPerHour: range }) });
  }
  for (const { rule, target, why } of engine.seldom()) {
    const state = states.get(keyOf(rule, target));
    if (state && state.undecided > 0) states.set(keyOf(rule, target), { ...state, why });
  }
  return [...states.values()];
}

function keyOf(rule: string, target: string): string {
  return `${rule}\n${target}`;
}

function widened(range: { least: number; most: number } | undefined, slope: number): { least: number; most: number } {
  return { least: Math.min(range?.least ?? slope, slope), most: Math.max(range?.most ?? slope, slope) };
}
