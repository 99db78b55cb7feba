/**
 * A square map: each part of a whole as a rectangle of its share.
 *
 *     cells ─ gather ─> the largest, and one of all others ─ SquareLayout ─> squares ─> SquarePlane
 *
 * By keyboard: arrows go to the square beside, Home to the largest, Enter into one, Escape or Backspace out again.
 */
import './square-map.css';
import { useSignal } from '@preact/signals';
import { useCallback, useMemo, useRef } from 'preact/hooks';
import type { Cell } from './cell.ts';
import { SquarePlane } from './square-plane.tsx';
import { SquareTrail } from './square-trail.tsx';
import type { Arrival } from './use-square-focus.ts';
import { REST } from './use-squares.ts';

export type { Cell } from './cell.ts';

interface SquareMapProps {
  readonly cells: readonly Cell[];
  readonly label: string;
  /** Goes into a cell. */
  readonly onOpen?: (name: string) => void;
  /** Goes out again; `trail` says where one is. */
  readonly onBack?: () => void;
  readonly trail?: readonly string[];
}

export function SquareMap({ cells, label, onOpen, onBack, trail = [] }: SquareMapProps) {
  /** Names that were left behind, each time that somebody went into what has no square of its own. */
  const left = useSignal<readonly ReadonlySet<string>[]>([]);
  const arrival = useRef<Arrival | undefined>(undefined);
  const inside = useMemo(
    () => cells.filter(({ name }) => !left.value.some((names) => names.has(name))),
    [cells, left.value],
  );
  const open = useCallback(
    (name: string) => {
      arrival.current = {};
      onOpen?.(name);
    },
    [onOpen],
  );
  const openRest = useCallback((names: ReadonlySet<string>) => {
    arrival.current = {};
    left.value = [...left.peek(), names];
  }, []);
  const goBack = () => {
    const isInRest = left.peek().length > 0;
    arrival.current = { name: isInRest ? REST : (trail.at(-1) ?? '') };
    if (isInRest) left.value = left.peek().slice(0, -1);
    else onBack?.();
  };
  const back = onBack || left.value.length > 0 ? goBack : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!back || (event.key !== 'Escape' && event.key !== 'Backspace')) return;
    event.preventDefault();
    back();
  };
  const path = [...trail, ...left.value.map(() => 'more')];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the squares inside arrive here
    <div class="square-map" onKeyDown={onKeyDown}>
      <SquareTrail path={path} {...(back && { onBack: back })} />
      {inside.some(({ value }) => value > 0) ? (
        <SquarePlane
          key={path.join('\n')}
          cells={inside}
          label={label}
          arrival={arrival}
          onOpen={onOpen && open}
          onOpenRest={openRest}
        />
      ) : (
        <p class="square-empty">There is nothing in it.</p>
      )}
    </div>
  );
}
