/** A finding as people read it. Pure. */

import { humanSize } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import { formatDuration } from '../base/units.ts';
import type { Finding, Leak } from './finding.ts';

/** Kinds that are named below the cause. */
const MAX_OTHERS = 8;

export function findingText(finding: Finding): string {
  const { leaks, heldBy, advice, fills } = finding;
  const [cause, ...others] = leaks;
  if (!cause) return [nothing(finding), ...fillLines(fills)].join('\n');
  return [
    `${cause.kind} leaks: ${amounts(cause, finding.forMs)}${surely(cause, finding)}`,
    ...heldBy.slice(0, 1).map((path) => field('held by', path)),
    ...(cause.retainedBytes ? [field('retains', `about ${humanSize(cause.retainedBytes)} in what was born`)] : []),
    ...(advice === undefined ? [] : [field('advice', advice)]),
    ...others.slice(0, MAX_OTHERS).map((other, i) => field(i === 0 ? 'with it' : '', brief(other, finding.forMs))),
    ...(others.length > MAX_OTHERS ? [field('', `${others.length - MAX_OTHERS} more kinds`)] : []),
    ...fillLines(fills),
  ].join('\n');
}

function nothing({ readings, forMs, confidence }: Finding): string {
  const over = `${readings} readings over ${formatDuration(forMs)}`;
  return `nothing leaks: no kind gained objects steadily in ${over}, at a confidence of ${percent(confidence)}`;
}

function amounts({ born, bornBytes, perMinute, bytesPerMinute }: Leak, forMs: number): string {
  const rate = `${whole(perMinute)} a minute, ${humanSize(bytesPerMinute)} a minute`;
  return `+${whole(born)} objects and ${humanSize(bornBytes)} in ${formatDuration(forMs)}, ${rate}`;
}

/** Two readings give no confidence. */
function surely({ confidence }: Leak, { readings }: Finding): string {
  if (confidence === undefined) return '; two readings cannot tell a leak from a cache that fills';
  return `; ${percent(confidence)} sure by ${readings} readings`;
}

function brief({ kind, born, bornBytes, retainedBytes }: Leak, forMs: number): string {
  const retains = retainedBytes ? `, retains about ${humanSize(retainedBytes)}` : '';
  return `${kind} +${whole(born)}, ${humanSize(bornBytes)} in ${formatDuration(forMs)}${retains}`;
}

function fillLines(fills: readonly Leak[]): string[] {
  return fills.map(({ kind, born, fillsTo }) => {
    const end = fillsTo === undefined ? '' : `, towards about ${whole(fillsTo)}`;
    return `${oneLine(kind)} fills: +${whole(born)} objects, ever fewer${end}; a cache that fills or a warm-up, look again later`;
  });
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(8)} ${oneLine(text, Number.POSITIVE_INFINITY)}`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** Not rounded up to certainty. */
function percent(share: number): string {
  return share > 0.9999 ? 'over 99.99 %' : `${(Math.floor(share * 10_000) / 100).toString()} %`;
}
