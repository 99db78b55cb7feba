/**
 * Where the squares of a map lie, from one sample to the next.
 *
 *     parts, box ─> squarified (Bruls, Huizing, van Wijk) ─> squares
 *          next parts ─> the same rows and columns with new shares, until those get too thin
 *
 * So somebody who looks at a kind finds it where it was.
 */
import { type HierarchyRectangularNode, hierarchy, treemap, treemapResquarify } from 'd3-hierarchy';
import type { Part } from './gather.ts';

/** In CSS pixels, from the upper left corner of the map. */
export interface Square {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

interface Whole {
  readonly name: '';
  readonly children: readonly Part[];
}

type Plan = HierarchyRectangularNode<Whole | Part>;

/** How much thinner squares may be than when they were laid, and than if they were laid anew, before they are. */
const MAX_THINNER = 1.4;

export class SquareLayout {
  #plan: Plan | undefined;
  /** Of the plan when it was made. */
  #thinness = 0;

  /** Places each part that has a value; names are different. The first plan is made from the largest part to the smallest. */
  place(parts: readonly Part[], box: Box): Square[] {
    const anew = lay(planOf([...parts].sort((a, b) => b.value - a.value)), box);
    const kept = this.#kept(parts, box, Math.max(thinness(anew), this.#thinness) * MAX_THINNER);
    const plan = kept ?? anew;
    if (plan !== this.#plan) this.#thinness = thinness(plan);
    this.#plan = plan;
    return squaresOf(plan);
  }

  #kept(parts: readonly Part[], box: Box, maxThinness: number): Plan | undefined {
    for (const plan of this.#later(parts)) {
      if (thinness(lay(plan, box)) <= maxThinness) return plan;
    }
    return undefined;
  }

  /** Plans that change less than one made anew, that which changes least first. */
  *#later(parts: readonly Part[]): Generator<Plan> {
    if (!this.#plan) return;
    const values = new Map(parts.map(({ name, value }) => [name, value]));
    const names = new Set(leavesOf(this.#plan).map(({ data }) => data.name));
    const added = parts.filter(({ name, value }) => value > 0 && !names.has(name));
    if (added.length === 0) yield this.#plan.sum((node) => values.get(node.name) ?? 0);
    const stayed = [...names].map((name) => ({ name, value: values.get(name) ?? 0 }));
    yield planOf([...stayed, ...added].filter(({ value }) => value > 0));
  }
}

function planOf(children: readonly Part[]): Plan {
  const root = hierarchy<Whole | Part>({ name: '', children }, (node) => ('children' in node ? node.children : null));
  return root.sum((node) => ('value' in node ? node.value : 0)) as Plan;
}

/** Gives the squares of a plan their places: its rows are chosen the first time, and kept. */
function lay(plan: Plan, { width, height }: Box): Plan {
  return treemap<Whole | Part>().tile(treemapResquarify).size([width, height])(plan);
}

/** The ratio of the longer to the shorter side, in the mean: one that is twice as long and wide counts twice. 1 where all are squares. */
function thinness(plan: Plan): number {
  let sum = 0;
  let weights = 0;
  for (const { x0, x1, y0, y1, value = 0 } of leavesOf(plan)) {
    if (value <= 0) continue;
    const weight = Math.sqrt(value);
    sum += (weight * Math.max(x1 - x0, y1 - y0)) / Math.min(x1 - x0, y1 - y0);
    weights += weight;
  }
  return weights === 0 ? 1 : sum / weights;
}

function squaresOf(plan: Plan): Square[] {
  return leavesOf(plan)
    .filter(({ value = 0 }) => value > 0)
    .map(({ data: { name }, x0, x1, y0, y1, value = 0 }) => {
      return { name, x: x0, y: y0, width: x1 - x0, height: y1 - y0, share: value / plan.value! };
    });
}

function leavesOf(plan: Plan): Plan[] {
  return plan.children ?? [];
}
