/** How large an element is, as it changes. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Box } from './square-layout.ts';

/** In whole CSS pixels; nothing before the element is there. */
export function useBox(element: RefObject<HTMLElement | null>): ReadonlySignal<Box> {
  const box = useSignal<Box>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element.current!;
      const before = box.peek();
      if (width !== before.width || height !== before.height) box.value = { width, height };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return box;
}
