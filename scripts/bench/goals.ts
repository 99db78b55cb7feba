/** What the project promises about reading files, held against one run's results. */
import type { SnapshotFile } from './files.ts';
import type { Result } from './measure.ts';

export interface Goal {
  readonly text: string;
  /** The figure that was measured, with its unit. */
  readonly measured: string;
  readonly met: boolean;
}

/** How many times less CPU than DevTools' engine `--by name` is to take, where the goal knows the file's size. */
const TIMES_FASTER = { 20: null, 300: 30, 1200: 50 } as const;
const MB = 2 ** 20;

/** The goals that stand for this file, in the order of the promise. Those that lack a figure are left out. */
export function goalsFor(file: SnapshotFile, results: readonly Result[]): Goal[] {
  const { megabytes, bytes } = file;
  const find = (name: string) => {
    const result = results.find(({ contender }) => contender.name === name);
    return result?.failure === null ? result : undefined;
  };
  const bare = find('nothing');
  const loop = find('read-loop');
  const named = find('by-name');
  const engine = find('devtools');
  const goals: Goal[] = [];
  const timesFaster = TIMES_FASTER[megabytes];
  if (timesFaster === null || !bare) return goals;
  if (named && engine) {
    const ratio = engine.cpuMs / named.cpuMs;
    goals.push({
      text: `--by name at least ${timesFaster} times faster than DevTools' engine`,
      measured: `${ratio.toFixed(1)} times`,
      met: ratio >= timesFaster,
    });
  }
  if (named && loop) {
    const ratio = named.wallMs / loop.wallMs;
    goals.push({
      text: '--by name within 6 readSync loops by clock (heading for 2.5)',
      measured: `${ratio.toFixed(1)} loops`,
      met: ratio <= 6,
    });
  }
  if (named) {
    const beyond = (named.peakRssBytes - bare.peakRssBytes) / MB;
    goals.push({
      text: '--by name in at most bare Node + 30 MB of RSS (heading for 20)',
      measured: `+ ${beyond.toFixed(1)} MB`,
      met: beyond <= 30,
    });
  }
  for (const name of ['columns', 'by-kind']) {
    const result = find(name);
    if (!result) continue;
    const share = (result.peakRssBytes - bare.peakRssBytes) / bytes;
    goals.push({
      text: `${result.contender.title} under 0.75 byte of RSS a file byte beyond bare Node`,
      measured: `${share.toFixed(2)} bytes`,
      met: share < 0.75,
    });
  }
  return goals;
}
