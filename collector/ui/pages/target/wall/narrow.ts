/** Whether the page is as narrow as a phone, where a row takes two lines. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** As in wall.css. */
const NARROW = '(max-width: 760px)';

export function useNarrow(): ReadonlySignal<boolean> {
  const narrow = useSignal(matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const change = () => {
      narrow.value = media.matches;
    };
    media.addEventListener('change', change);
    return () => media.removeEventListener('change', change);
  }, []);
  return narrow;
}
