/** Which of the colours in tokens.css a cell has, as the class of it. */

/** Calm tones, each light or dark enough for text: `--cell-1` to `--cell-8`. */
const HUES = 8;
/** Steps away from no change in either direction: `--grow-1` to `--grow-3`, `--shrink-1` to `--shrink-3`. */
const TONES = 3;

/** The same for a name wherever it is seen. */
export function hueClass(name: string): string {
  return `hue-${(hash(name) % HUES) + 1}`;
}

/** A change that is too small to be seen is no change of colour. */
const MIN_TONE = 0.01;

/** @param tone −1 (goes) to 1 (grows) */
export function toneClass(tone: number): string {
  const step = Math.min(TONES, Math.ceil(Math.abs(tone) * TONES));
  if (Math.abs(tone) < MIN_TONE) return 'tone-0';
  return tone > 0 ? `grow-${step}` : `shrink-${step}`;
}

/** What says the same without colour. */
export function toneSign(tone: number): string {
  if (tone === 0) return '';
  return tone > 0 ? '▲' : '▼';
}

/** FNV-1a, by code unit. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
