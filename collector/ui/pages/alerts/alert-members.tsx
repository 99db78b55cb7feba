/** What grows together: the alerts of an incident, the cause first; and the way back from one of them. */
import type { Alert, IncidentMember } from '../../../../protocol/alert.ts';
import { Link } from '../../address/link.tsx';
import { address } from '../../address/navigation.ts';
import { FigureTable } from '../../parts/figure-table/figure-table.tsx';
import { amount, size } from '../../parts/words.ts';
import { subjectOf } from './alert-choice.ts';

export function AlertMembers({ alert: { members = [], memberCount = 0 } }: { alert: Alert }) {
  const { query } = address();
  if (members.length === 0) return null;
  const left = memberCount - members.length;
  return (
    <section>
      <h3>What grows together</h3>
      <FigureTable
        label="Alerts of this incident"
        heads={['Alert', 'State', 'Now', 'More', 'Retains']}
        rows={members.map((member) => ({
          key: member.fingerprint,
          name: (
            <Link to={{ page: 'alerts' }} query={{ ...query, alert: member.fingerprint }}>
              {subjectOf(member)}
              {isElsewhere(member, members) && ` in ${member.target}`}
            </Link>
          ),
          figures: [
            { text: member.state },
            { text: amount(member.figures.value, member.unit) },
            { text: more(member) },
            { text: member.retainedBytes === undefined ? '' : size(member.retainedBytes) },
          ],
        }))}
      />
      {left > 0 && <p class="hint">{left} more are not listed.</p>}
    </section>
  );
}

export function PartOf({ alert: { incident } }: { alert: Alert }) {
  const { query } = address();
  if (incident === undefined) return null;
  return (
    <p>
      It is part of{' '}
      <Link to={{ page: 'alerts' }} query={{ ...query, alert: incident }}>
        an incident
      </Link>
      , which notifies in its place and has its evidence.
    </p>
  );
}

/** The name of a target is of use where there are several. */
function isElsewhere({ target }: IncidentMember, members: readonly IncidentMember[]): boolean {
  return members.some((other) => other.target !== target);
}

function more({ figures: { value, before }, unit }: IncidentMember): string {
  return before === undefined ? '' : amount(value - before, unit);
}
