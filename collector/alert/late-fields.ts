/** Annotations whose fields only evidence fills: what the cause is, what holds it. They are filled in each time the alert is said. */
import type { Alert } from '../../protocol/alert.ts';
import { renderLate } from '../config/fields.ts';

/** Characters of a path in a sentence. */
const MAX_PATH = 200;

/** The alert as it is said. */
export function withLateFields(alert: Alert): Alert {
  const fields = fieldsOf(alert);
  const annotations = Object.fromEntries(
    Object.entries(alert.annotations).map(([name, text]) => [name, renderLate(text, fields)]),
  );
  return { ...alert, annotations };
}

function fieldsOf({ evidence, members, kind, gauge }: Alert): { cause?: string; heldBy?: string } {
  const cause = evidence?.cause ?? members?.[0]?.kind ?? kind ?? gauge;
  const heldBy = evidence?.paths?.[0];
  return {
    ...(cause !== undefined && { cause }),
    ...(heldBy !== undefined && { heldBy: heldBy.length > MAX_PATH ? `${heldBy.slice(0, MAX_PATH - 1)}…` : heldBy }),
  };
}
