/** Keeps the focus in the map when the square that has it goes, and brings it there when somebody went in or out. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Where the focus goes when other squares are there: to one by its name, or to the largest. */
export interface Arrival {
  readonly name?: string;
}

/** @param current name of the square that is reached by Tab; undefined where there is none */
export function useSquareFocus(
  plane: RefObject<HTMLElement | null>,
  arrival: RefObject<Arrival | undefined>,
  current: string | undefined,
): void {
  const hadFocus = hasFocus(plane.current);
  useLayoutEffect(() => {
    if (current === undefined) return;
    const wanted = arrival.current;
    arrival.current = undefined;
    if (wanted) focusSquare(plane.current!, wanted.name ?? current) || focusSquare(plane.current!, current);
    else if (hadFocus && !hasFocus(plane.current)) focusSquare(plane.current!, current);
  });
}

/** Returns whether there is such a square. */
export function focusSquare(plane: HTMLElement, name: string): boolean {
  const button = [...plane.querySelectorAll('button')].find(({ dataset }) => dataset.name === name);
  button?.focus();
  return button !== undefined;
}

function hasFocus(plane: HTMLElement | null): boolean {
  return plane?.contains(document.activeElement) ?? false;
}
