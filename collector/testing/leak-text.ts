/** What a leak test found, as people read it. Pure. */
import { humanSize } from '../../protocol/human.ts';
import type { HeapDelta, Interval, LeakedKind } from './report.ts';

/** Kinds that are named below the cause. */
const MAX_OTHERS = 6;

export function leakText(delta: HeapDelta): string {
  const [cause, ...others] = delta.leaks;
  if (!cause) return `nothing leaks: no kind gained objects with each iteration in ${effort(delta)}`;
  return [
    `${cause.kind} leaks: ${amount(cause)}; ${percent(delta.confidence)} sure by ${effort(delta)}`,
    ...(cause.shapes ? [field('shape', cause.shapes.join(', '))] : []),
    ...(cause.allocatedBy === undefined ? [] : [field('made by', cause.allocatedBy)]),
    ...delta.heldBy.slice(0, 1).map((path) => field('held by', path)),
    ...(delta.advice === undefined ? [] : [field('advice', delta.advice)]),
    ...others
      .slice(0, MAX_OTHERS)
      .map((other, i) => field(i === 0 ? 'with it' : '', `${other.kind}: ${amount(other)}`)),
    ...(others.length > MAX_OTHERS ? [field('', `${others.length - MAX_OTHERS} more kinds`)] : []),
    field('or', `allow it: { allow: ['${cause.kind}'] }; of a cache that fills, { warmUp: 10_000 } iterations`),
  ].join('\n');
}

function amount({ objects, bytes }: LeakedKind): string {
  return `${count(objects.estimate)} objects and ${humanSize(bytes.estimate)} an iteration (${between(bytes)})`;
}

function between({ lower, upper }: Interval): string {
  return `${humanSize(Math.max(0, lower))} to ${humanSize(upper)}`;
}

function count(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function effort({ rounds, iterations }: HeapDelta): string {
  return `${rounds} rounds of ${iterations.toLocaleString('en')} iterations in all`;
}

function percent(share: number): string {
  return `${Math.floor(share * 100_000) / 1_000} %`;
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(8)} ${text}`;
}
