/** A memory report as text: the verdict, RSS by part, V8's spaces, the limits; pure. */
import type { MemoryCeiling } from './ceiling.ts';
import { humanSize } from './human.ts';
import { MEMORY_WORDS, type MemoryReport, type MemorySpace, type TargetMemory } from './memory.ts';

/** What is less is the ends of pages. */
const LEAST_UNTOUCHED_BYTES = 2 ** 20;
/** Parts that are less are left out, unless all are wanted. */
const LEAST_BYTES = 64 * 1_024;

export function memoryTable(report: MemoryReport, { all = false } = {}): string {
  const { target, rssBytes, verdict, unknown } = report;
  return [
    `${target}: RSS ${humanSize(rssBytes)}; ${verdict.text}`,
    ...(verdict.next === 'nothing' ? [] : [`next: ${verdict.next}`]),
    '',
    ...partLines(report, all),
    '',
    ...spaceLines(report.spaces),
    ...untouchedLines(report),
    ...ceilingLines(report.ceilings),
    ...unknown.map((line) => `not known: ${line}`),
  ].join('\n');
}

/** The same of what a collector has read: without spaces and limits, which it does not keep. */
export function targetMemoryText({ target, takenAt, rssBytes, swapBytes, parts, verdict }: TargetMemory): string {
  return [
    `${target}, ${takenAt}: RSS ${humanSize(rssBytes)}; ${verdict.text}`,
    ...(verdict.next === 'nothing' ? [] : [`next: ${verdict.next}`]),
    '',
    ...partLines({ parts, rssBytes }, false),
    ...(swapBytes > 0 ? [`beside it ${humanSize(swapBytes)} in swap`] : []),
  ].join('\n');
}

function partLines({ parts, rssBytes }: Pick<MemoryReport, 'parts' | 'rssBytes'>, all: boolean): string[] {
  const shown = all ? parts : parts.filter(({ sizeBytes }) => sizeBytes >= LEAST_BYTES);
  const rest = rssBytes - shown.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    ...shown.map(({ part, sizeBytes }) => line(sizeBytes, rssBytes, MEMORY_WORDS[part])),
    ...(Math.abs(rest) >= 1_024 ? [line(rest, rssBytes, 'others')] : []),
    line(rssBytes, rssBytes, 'RSS'),
  ];
}

function line(bytes: number, ofBytes: number, words: string): string {
  return `${humanSize(bytes).padStart(10)} ${`${Math.round((100 * bytes) / Math.max(1, ofBytes))} %`.padStart(6)}  ${words}`;
}

function spaceLines(spaces: readonly MemorySpace[]): string[] {
  if (spaces.length === 0) return [];
  const rows = spaces.map(({ isolate, space, usedBytes, residentBytes, committedBytes }) => [
    humanSize(usedBytes),
    humanSize(Math.max(0, residentBytes - usedBytes)),
    humanSize(Math.max(0, committedBytes - residentBytes)),
    `${isolate} ${space}`,
  ]);
  const text = ([used, free, rest, name]: readonly string[]) =>
    `${used!.padStart(10)} ${free!.padStart(10)} ${rest!.padStart(13)}  ${name}`;
  return [text(['used', 'free', 'not resident', 'space of V8']), ...rows.map(text), ''];
}

function untouchedLines({ untouchedBytes = 0 }: MemoryReport): string[] {
  if (untouchedBytes < LEAST_UNTOUCHED_BYTES) return [];
  return [
    `beside RSS: ${humanSize(untouchedBytes)} of ArrayBuffers and external strings are not in memory: never touched, or in swap`,
    '',
  ];
}

function ceilingLines(ceilings: readonly MemoryCeiling[]): string[] {
  return ceilings.map(({ source, leftBytes, limitBytes }, at) => {
    const of = limitBytes === undefined ? '' : ` of ${humanSize(limitBytes)}`;
    return `${at === 0 ? 'nearest limit' : 'limit'}: ${source}, ${humanSize(leftBytes)}${of} left`;
  });
}
