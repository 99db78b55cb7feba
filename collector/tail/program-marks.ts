/** Follows the marks that a program makes in its own timeline, as long as they are few enough to be phases. */
import type { Agent } from '../../agent/attach/agent.ts';
import { performanceMarks } from '../../agent/probe/performance-marks.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { TailEvent } from './tail-event.ts';

/** Above this a reading would cost the target more than it is worth: each copies the list. */
const MAX_KEPT = 10_000;

export class ProgramMarks {
  readonly #glob: string;
  /** On the isolate's clock, by isolate: the newest mark that was reported; Infinity: none is read any more. */
  readonly #sinceMs = new Map<string, number>();

  /** @param glob of names of marks */
  constructor(glob: string) {
    this.#glob = glob;
  }

  /** What was marked since the last reading; at the first, nothing: what was before is no phase of ours. */
  async read(agent: Agent, context: { target: string; isolate: string; signal: AbortSignal }): Promise<TailEvent[]> {
    const { target, isolate, signal } = context;
    const sinceMs = this.#sinceMs.get(isolate);
    if (sinceMs === Number.POSITIVE_INFINITY) return [];
    const read = await performanceMarks(agent, isolate, sinceMs ?? Number.MAX_VALUE, { signal });
    this.#sinceMs.set(isolate, read.marks.at(-1)?.startMs ?? sinceMs ?? read.nowMs);
    const readings: TailEvent[] = read.marks
      .filter(({ name }) => matchesGlob(this.#glob, name))
      .map(({ name, startMs }) => ({
        is: 'mark',
        target,
        label: name,
        by: 'program',
        at: new Date(read.originMs + startMs).toISOString(),
      }));
    if (read.kept > MAX_KEPT) {
      this.#sinceMs.set(isolate, Number.POSITIVE_INFINITY);
      const text = `the program keeps ${read.kept} performance marks: they are not read any more`;
      readings.push({ is: 'note', target, text });
    }
    return readings;
  }
}
