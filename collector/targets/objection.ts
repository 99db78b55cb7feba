/** Why a probe is refused, in words with the figures and where they are from. */
import type { Objection } from '../../agent/price/limits.ts';
import { roughDuration, roughSize } from '../cli/rough.ts';

/** Completes "Cannot take a snapshot of api: …". */
export function objectionText(objection: Objection): string {
  switch (objection.kind) {
    case 'room': {
      const { needBytes, room } = objection;
      const limit = room.limitBytes === undefined ? '' : ` of ${roughSize(room.limitBytes)}`;
      return `it may need up to ${roughSize(needBytes)} of memory, and ${roughSize(room.bytes)}${limit} are left (${room.source})`;
    }
    case 'pause':
      return `about ${roughDuration(objection.pauseMs)} of pause is over the limit of ${roughDuration(objection.limitMs)} (maxPause)`;
    case 'memory':
      return `about ${roughSize(objection.extraBytes)} of extra memory is over the limit of ${roughSize(objection.limitBytes)} (maxExtraMemory)`;
    case 'budget': {
      const { pauseMs, spentMs, budget } = objection;
      const within = roughDuration(budget.perMs);
      return (
        `about ${roughDuration(pauseMs)} of pause, after ${roughDuration(spentMs)} within ${within}, is over ` +
        `the budget of ${roughDuration(budget.pauseMs)} in ${within} (pauseBudget)`
      );
    }
  }
}
