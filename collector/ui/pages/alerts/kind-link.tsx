/** A link from an alert to a kind of its isolate. */
import type { ComponentChildren } from 'preact';
import type { Alert } from '../../../../protocol/alert.ts';
import { Link } from '../../address/link.tsx';

interface KindLinkProps {
  readonly alert: Pick<Alert, 'target' | 'isolate'>;
  readonly kind: string;
  /** The kept snapshot that it is looked at in; absent: the newest. */
  readonly snapshot?: string;
  /** Absent: the kind's name. */
  readonly children?: ComponentChildren;
}

export function KindLink({ alert, kind, snapshot, children = kind }: KindLinkProps) {
  return (
    <Link to={{ page: 'kind', target: alert.target, kind }} query={{ ...isolateChoice(alert), snapshot }}>
      {children}
    </Link>
  );
}

/** What the address of a target's page says of an isolate: nothing of `main`, and of those that a rule sums. */
export function isolateChoice({ isolate }: Pick<Alert, 'isolate'>): { isolate?: string } {
  return isolate === 'main' || isolate === 'all' ? {} : { isolate };
}
