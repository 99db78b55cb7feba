/** A link to a place of the dashboard: a real one, which opens in another tab and is copied as any other. */
import type { ComponentChildren } from 'preact';
import { type Place, writeAddress } from './address.ts';

interface LinkProps {
  readonly to: Place;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly class?: string;
  /** Whether it leads to where one is. */
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

export function Link({ to, query, class: className, current, children }: LinkProps) {
  return (
    <a class={className} href={writeAddress(to, query)} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}
