/** Why a probe is refused, in words with the figures and where they are from. */
import type { Objection } from '../../agent/price/limits.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';

/** Completes "Cannot take a snapshot of api: …". */
export function objectionText(objection: Objection): string {
  switch (objection.kind) {
    case 'room': {
      const { needBytes, room } = objection;
      const limit = room.limitBytes === undefined ? '' : ` of ${humanSize(room.limitBytes)}`;
      return `it may need up to ${humanSize(needBytes)} of memory, and ${humanSize(room.bytes)}${limit} are left (${room.source})`;
    }
    case 'unknown':
      return `it may need up to ${humanSize(objection.needBytes)} of memory, and how much is left is not known: ${objection.why}`;
    case 'pause':
      return `about ${humanDuration(objection.pauseMs)} of pause is over the limit of ${humanDuration(objection.limitMs)} (maxPause)`;
    case 'memory':
      return `about ${humanSize(objection.extraBytes)} of extra memory is over the limit of ${humanSize(objection.limitBytes)} (maxExtraMemory)`;
    case 'budget': {
      const { pauseMs, spentMs, budget } = objection;
      const within = humanDuration(budget.perMs);
      return (
        `about ${humanDuration(pauseMs)} of pause, after ${humanDuration(spentMs)} within ${within}, is over ` +
        `the budget of ${humanDuration(budget.pauseMs)} in ${within} (pauseBudget)`
      );
    }
  }
}
