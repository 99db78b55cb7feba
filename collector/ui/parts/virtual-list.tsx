/**
 * A list of which only what can be seen is in the document, however long it is.
 *
 *     spacer of all rows' height ─ rows first..last at their place
 *
 * It scrolls inside itself, by keyboard too. Rows are of one height.
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Rows above and below what is seen, so that scrolling shows no blank. */
const SPARE = 6;

interface VirtualListProps<T> {
  readonly items: readonly T[];
  /** CSS pixels. */
  readonly rowHeight: number;
  readonly label: string;
  readonly keyOf: (item: T) => string;
  readonly children: (item: T, index: number) => ComponentChildren;
}

export function VirtualList<T>({ items, rowHeight, label, keyOf, children }: VirtualListProps<T>) {
  const box = useRef<HTMLElement>(null);
  const seen = useSignal({ first: 0, last: SPARE });
  const look = () => {
    // a last scroll of one that is gone
    if (!box.current) return;
    const { scrollTop, clientHeight } = box.current;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - SPARE);
    const last = Math.ceil((scrollTop + clientHeight) / rowHeight) + SPARE;
    if (first !== seen.peek().first || last !== seen.peek().last) seen.value = { first, last };
  };
  useLayoutEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [rowHeight]);
  const { first, last } = seen.value;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="virtual" ref={box} onScroll={look} tabIndex={0} aria-label={label}>
      <ul class="virtual-space" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, i) => (
          <li
            key={keyOf(item)}
            class="virtual-row"
            aria-setsize={items.length}
            aria-posinset={first + i + 1}
            style={{ transform: `translateY(${(first + i) * rowHeight}px)`, height: `${rowHeight}px` }}
          >
            {children(item, first + i)}
          </li>
        ))}
      </ul>
    </section>
  );
}
