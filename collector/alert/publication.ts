/** What is published of an alert, given what was published of it last. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Alert } from '../../protocol/alert.ts';

export interface Publication {
  readonly alert: Alert;
  /** Evidence is to be gathered for it. */
  readonly gathers: boolean;
}

/** @param known what was published of the alert last. Null: nothing new, published before the collector was killed and judged again */
export function publicationOf(alert: Alert, known: Alert | undefined): Publication | null {
  const isSame = known?.state === alert.state && known.startsAt === alert.startsAt;
  if (isSame && alert.evidence === undefined && isDeepStrictEqual(known.members, alert.members)) return null;
  const evidence = alert.evidence ?? (isSame ? known.evidence : undefined);
  // an alert of an incident has the evidence of that
  const gathers = alert.state === 'firing' && evidence === undefined && alert.incident === undefined;
  return {
    gathers,
    alert: {
      ...alert,
      ...(evidence && { evidence }),
      ...(gathers && { evidence: { state: 'gathering' } }),
      ...(alert.state === 'resolved' && evidenceOf(alert, known)),
    },
  };
}

/** What was found when it fired is worth knowing when it has resolved. */
function evidenceOf({ startsAt, evidence }: Alert, fired: Alert | undefined): Pick<Alert, 'evidence'> {
  const found = evidence ?? (fired?.startsAt === startsAt ? fired.evidence : undefined);
  return found?.state === 'done' ? { evidence: found } : {};
}
