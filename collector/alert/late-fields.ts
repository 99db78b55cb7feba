/** What only evidence tells: fields of annotations (the cause, what holds it), the label `owner`. It is filled in each time the alert is said. */
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
  return { ...alert, labels: lateLabels(alert), annotations };
}

/** With who owns what was found; what the rule says comes first. An alert is known by the labels that it has without this one. */
export function lateLabels({ labels, evidence }: Pick<Alert, 'labels' | 'evidence'>): Alert['labels'] {
  return evidence?.owner === undefined ? labels : { owner: evidence.owner, ...labels };
}

function fieldsOf({ evidence, members, kind, gauge }: Alert): { cause?: string; heldBy?: string } {
  const cause = evidence?.cause ?? members?.[0]?.kind ?? kind ?? gauge;
  const heldBy = evidence?.paths?.[0];
  return {
    ...(cause !== undefined && { cause }),
    ...(heldBy !== undefined && { heldBy: heldBy.length > MAX_PATH ? `${heldBy.slice(0, MAX_PATH - 1)}…` : heldBy }),
  };
}
