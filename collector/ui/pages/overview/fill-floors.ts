/** Fills in the floors of the hour before the page was opened, from what the collector has stored. */
import type { IsolateModel } from '../../live/isolate-model.ts';
import type { Session } from '../../live/session.ts';

const SPAN_MS = 3_600_000;
const STEP_MS = 60_000;

/** Never rejects: without a past the floors begin now. */
export async function fillFloors(session: Session, target: string, isolate: IsolateModel): Promise<void> {
  try {
    const { usage } = await session.request('history', {
      target,
      topic: 'usage',
      isolate: isolate.name,
      kind: 'heapUsedBytes',
      from: new Date(Date.now() - SPAN_MS).toISOString(),
      stepMs: STEP_MS,
    });
    for (const { gauges } of usage) {
      for (const { at, value } of gauges) {
        for (const [i, begin] of at.entries()) isolate.floors.add(Date.parse(begin), value.min[i]!);
      }
    }
  } catch {
    // a collector that has nothing stored, or a connection that is lost: which is shown
  }
}
