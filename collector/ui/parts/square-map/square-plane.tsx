/** The squares of a map in their box, and a line that tells of the one that is pointed at. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { Cell } from './cell.ts';
import { directionOf, neighbour } from './neighbour.ts';
import { SquareCell } from './square-cell.tsx';
import { useBox } from './use-box.ts';
import { type Arrival, focusSquare, useSquareFocus } from './use-square-focus.ts';
import { type Drawn, REST, useSquares } from './use-squares.ts';

interface SquarePlaneProps {
  readonly cells: readonly Cell[];
  readonly label: string;
  /** Where the focus is to go once there are squares. */
  readonly arrival: RefObject<Arrival | undefined>;
  readonly onOpen: ((name: string) => void) | undefined;
  /** Goes into what has no square of its own. @param names of those that have one */
  readonly onOpenRest: (names: ReadonlySet<string>) => void;
}

export function SquarePlane({ cells, label, arrival, onOpen, onOpenRest }: SquarePlaneProps) {
  const plane = useRef<HTMLUListElement>(null);
  const box = useBox(plane).value;
  const drawnIn = useRef(box);
  const isResized = drawnIn.current !== box;
  drawnIn.current = box;
  const squares = useSquares(cells, box);
  const chosen = useSignal<string | undefined>(undefined);
  const pointed = useSignal<string | undefined>(undefined);
  const current = squares.find(({ name }) => name === chosen.value) ?? largest(squares);
  useSquareFocus(plane, arrival, current?.name);

  const open = (event: Event) => {
    const name = nameAt(event);
    if (name === REST) onOpenRest(new Set(squares.map((square) => square.name)));
    else if (name !== undefined) onOpen?.(name);
  };
  const move = (event: KeyboardEvent) => {
    const to = squareFor(event, squares);
    if (!to) return;
    event.preventDefault();
    focusSquare(plane.current!, to.name);
  };
  const point = (event: Event) => {
    pointed.value = nameAt(event) ?? pointed.peek();
  };
  const focus = (event: Event) => {
    chosen.value = nameAt(event);
    point(event);
  };
  return (
    <>
      {/* biome-ignore-start lint/a11y: what happens to the buttons inside arrives here, and is theirs by keyboard too */}
      <ul
        ref={plane}
        class={isResized ? 'square-plane still' : 'square-plane'}
        aria-label={label}
        onClick={open}
        onKeyDown={move}
        onFocusIn={focus}
        onPointerOver={point}
      >
        {squares.map((square) => (
          <SquareCell key={square.name} square={square} isCurrent={square.name === current?.name} />
        ))}
      </ul>
      {/* biome-ignore-end lint/a11y: … */}
      <Pointed pointed={pointed} squares={squares} />
    </>
  );
}

/** For those who see: a button's name tells the same. */
function Pointed({ pointed, squares }: { pointed: ReadonlySignal<string | undefined>; squares: readonly Drawn[] }) {
  const square = squares.find(({ name }) => name === pointed.value) ?? largest(squares);
  return (
    <p class="square-pointed" aria-hidden="true">
      {square?.cell.title}
    </p>
  );
}

/** Where a key leads to from the square that has the focus. */
function squareFor(event: KeyboardEvent, squares: readonly Drawn[]): Drawn | undefined {
  if (event.key === 'Home') return largest(squares);
  const direction = directionOf(event.key);
  const from = squares.find(({ name }) => name === nameAt(event));
  if (!direction || !from) return undefined;
  return neighbour(squares, from, direction);
}

function largest(squares: readonly Drawn[]): Drawn | undefined {
  return squares.reduce<Drawn | undefined>(
    (most, square) => (most && most.share >= square.share ? most : square),
    undefined,
  );
}

function nameAt({ target }: Event): string | undefined {
  return (target as Element).closest<HTMLElement>('[data-name]')?.dataset.name;
}
