/** Whether a leak is mended, for people. Pure. */
import { maxOf } from '../../protocol/extremes.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { HourlyRate, VerifiedLine, VerifyReport } from './judge.ts';

/** One line, which is the error's line too where the exit code is 6 or 7. */
export function verifyLine({ state, confidence, lines }: VerifyReport): string {
  const sure = `${Number((confidence * 100).toPrecision(6))} % sure`;
  const [first] = lines.filter((line) => line.state === state);
  if (first === undefined) return `not yet: nothing was read of both arms`;
  const { kind, before, after, couldHide, maxPerHour } = first;
  const rates = `${kind} grew by ${perHour(before.estimate)} before, by ${perHour(after.estimate)} after`;
  if (state === 'yes') return `yes, mended, ${sure}: ${rates}, at most ${perHour(couldHide.after)}`;
  if (state === 'no') {
    return before.lower > maxPerHour
      ? `no, not mended, ${sure}: ${rates}, at least ${perHour(after.lower)}`
      : `no, ${kind} has begun to grow, ${sure}: by ${perHour(after.estimate)}, at least ${perHour(after.lower)}`;
  }
  if (before.lower <= maxPerHour) {
    return `not yet: before, no growth is seen that could be mended; ${kind} could hide ${perHour(couldHide.before)}: watch both longer`;
  }
  const longer = first.timesLonger === undefined ? 'longer' : `${shortTimes(first.timesLonger)} times as long`;
  return `not yet: ${rates}, which could hide ${perHour(couldHide.after)}: watch it ${longer}`;
}

export function verifyText(report: VerifyReport): string {
  const { runs, watchedMs, lines } = report;
  const arm = (name: 'before' | 'after') =>
    `${name} ${humanDuration(watchedMs[name])}${runs[name] > 1 ? ` in ${runs[name]} runs` : ''}`;
  const head = ['', 'BEFORE', 'AFTER', 'COULD HIDE', 'KIND'];
  const rows = lines.map(rowOf);
  const widths = head.map((word, column) => maxOf([word.length, ...rows.map((row) => row[column]!.length)]));
  const shown = [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 4 ? cell : column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return [verifyLine(report), `watched: ${arm('before')}, ${arm('after')}`, ...shown].join('\n');
}

function rowOf({ kind, state, before, after, couldHide }: VerifiedLine): string[] {
  return [state, within(before), within(after), perHour(couldHide.after), kind];
}

function within(rate: HourlyRate): string {
  const ends = Number.isFinite(rate.upper) ? `${size(rate.lower)} to ${size(rate.upper)}` : 'anything';
  return `${perHour(rate.estimate)} (${ends})`;
}

function perHour(bytes: number): string {
  return Number.isFinite(bytes) ? `${size(bytes)}/h` : 'anything';
}

/** Fractions of a byte are none. */
function size(bytes: number): string {
  return humanSize(Math.abs(bytes) < 0.5 ? 0 : bytes);
}

function shortTimes(times: number): string {
  return times < 9.5 ? String(Math.ceil(times * 10) / 10) : String(Math.ceil(times));
}
