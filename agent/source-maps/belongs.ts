/**
 * Whether a script in a file is the one that runs, and whether a map is that script's. Nothing is named by a map that is not.
 *
 *     what runs  ──positions and names of its functions──>  script  <──debug id, places of its segments──  map
 *
 * Where this does not distinguish two builds, their functions are in the same places under the same names, and the map is
 * right for both.
 */
import type { GeneratedScript } from './generated-script.ts';
import type { SourceMap } from './source-map.ts';
import type { Position } from './text-lines.ts';

/** A function that a heap or a profile has seen: where V8 says that it begins, and its name there; empty for none. */
export interface SeenFunction extends Position {
  readonly name: string;
}

/** Of the functions that are seen so many must bear the name that they have in the text: some are given another when they run. */
const LEAST_NAMED_RATIO = 0.9;

/** Why the script is not the one that runs; undefined where nothing speaks against it. */
export function scriptFault(script: GeneratedScript, seen: readonly SeenFunction[]): string | undefined {
  let named = 0;
  let agreeing = 0;
  for (const { name, ...position } of seen) {
    // the script as a whole, which every text has
    if (position.line === 0 && position.column === 0) continue;
    const written = script.writtenAt(position);
    if (written === undefined)
      return `what runs has a function at ${position.line + 1}:${position.column + 1}, where the file has none`;
    if (name === '' || written.name === undefined) continue;
    named++;
    if (isNameOf(name, written.name)) agreeing++;
  }
  if (agreeing >= LEAST_NAMED_RATIO * named) return undefined;
  return `${named - agreeing} of ${named} functions that run bear other names than in the file`;
}

/** As V8 writes it: accessors with a word before them, methods with their object, private ones with or without their sign, the initializer of fields. */
export function isNameOf(seen: string, written: string): boolean {
  return (
    seen === written ||
    seen.endsWith(` ${written}`) ||
    seen.endsWith(`.${written}`) ||
    `#${seen}` === written ||
    seen.startsWith('<')
  );
}

/** Segments that are looked at; of a larger map those that come first. */
const MAX_LOOKED_AT = 2_000_000;
/**
 * Segments that tell something are looked at so many at a time, so that a map that fits up to the first change of another build
 * is found out: of each window so many must fit. A map of another build fits by chance in a fifth, its own one in nine tenths.
 */
const WINDOW = 32;
const LEAST_RATIO = 0.6;

/** Why the map is not the script's; undefined where nothing speaks against it. */
export function mapFault(map: SourceMap, script: GeneratedScript, debugId: string | undefined): string | undefined {
  if (debugId !== undefined && map.debugId !== undefined) {
    return debugId === map.debugId ? undefined : `its debug id is ${map.debugId}, the script's ${debugId}`;
  }
  return segmentFault(map, script);
}

function segmentFault(map: SourceMap, script: GeneratedScript): string | undefined {
  const { lines } = script;
  const fits: boolean[] = [];
  let count = 0;
  for (const segment of map.segments()) {
    if (lines.offsetOf(segment) < 0)
      return `it maps ${segment.line + 1}:${segment.column + 1}, which the script does not have`;
    if (++count > MAX_LOOKED_AT) break;
    const agrees = agreesWith(map, script, segment);
    if (agrees !== undefined) fits.push(agrees);
  }
  if (count === 0) return 'it maps nothing';
  for (let end = Math.min(WINDOW, fits.length); end <= fits.length; end = nextEnd(end, fits.length)) {
    const window = fits.slice(Math.max(0, end - WINDOW), end);
    const right = window.filter(Boolean).length;
    if (right < LEAST_RATIO * window.length)
      return `${window.length - right} of ${window.length} of its places do not fit the script`;
  }
  return undefined;
}

/** Of the window after the one that ends at `end`; the last one ends with the last segment. */
function nextEnd(end: number, count: number): number {
  return end < count ? Math.min(end + WINDOW, count) : count + 1;
}

/** What they put in the place of names: `_sessions_js__WEBPACK_IMPORTED_MODULE_1__.openSession`. */
const OF_BUNDLERS = /^__|WEBPACK/;

/** Undefined where the segment tells nothing. */
function agreesWith(
  map: SourceMap,
  { lines }: GeneratedScript,
  segment: Position & { name?: string },
): boolean | undefined {
  const generated = lines.identifierAt(segment);
  if (segment.name !== undefined) return generated !== undefined;
  const original = map.textAt(segment);
  if (generated === undefined || original === undefined || OF_BUNDLERS.test(generated)) return undefined;
  return generated === original;
}
