/**
 * Steps one after the other as one line, which is short however many they are. A line that is not short by itself folds:
 *
 *     .head .next .next .next … .value          .head(.next × 79,998).value
 *     [0] .children [0] .children …             ([0].children × 500)
 *     200 different ones and more               the first and the last, and between them … 1,234 steps …
 *
 * Linear in the steps.
 */
import { humanCount } from '../../protocol/human.ts';

/** Characters of a line that is shown as it is. */
const WHOLE_CHARACTERS = 160;
/** A run of fewer is as easily read as its fold. */
const LEAST_TIMES = 4;
/** Steps of what repeats at most: a list of lists of lists. */
const MOST_STEPS = 6;
/** Folded steps that are shown, of those the last. */
const SHOWN_STEPS = 60;
const LAST_STEPS = 12;
/** Characters of one step, and of all. */
const STEP_CHARACTERS = 200;
const LINE_CHARACTERS = 2_000;

export function folded(steps: readonly string[]): string {
  // a step has a character at least
  const whole = steps.length > WHOLE_CHARACTERS ? null : steps.join('');
  if (whole !== null && whole.length <= WHOLE_CHARACTERS) return whole;
  const parts: Part[] = [];
  for (let at = 0; at < steps.length; ) {
    const run = runAt(steps, at);
    parts.push(run ?? { text: shortened(steps[at]), steps: 1 });
    at += parts[parts.length - 1].steps;
  }
  return lineOf(parts);
}

/** What stands for `steps` steps. */
interface Part {
  readonly text: string;
  readonly steps: number;
}

/** What repeats from there on most often, if something does. */
function runAt(steps: readonly string[], from: number): Part | undefined {
  for (let period = 1; period <= MOST_STEPS; period++) {
    let at = from + period;
    while (at < steps.length && steps[at] === steps[at - period]) at++;
    const times = Math.floor((at - from) / period);
    if (times < LEAST_TIMES) continue;
    const once = shortened(steps.slice(from, from + period).join(''));
    const space = once.startsWith(' ') ? ' ' : '';
    return { text: `${space}(${once.trimStart()} × ${humanCount(times)})`, steps: times * period };
  }
  return undefined;
}

function lineOf(parts: readonly Part[]): string {
  const texts = (some: readonly Part[]) => some.map(({ text }) => text).join('');
  if (parts.length <= SHOWN_STEPS) {
    const whole = texts(parts);
    if (whole.length <= LINE_CHARACTERS) return whole;
  }
  const last = Math.min(LAST_STEPS, parts.length >> 1);
  let first = Math.min(SHOWN_STEPS, parts.length) - last;
  const tail = texts(parts.slice(parts.length - last));
  let head = texts(parts.slice(0, first));
  while (first > 1 && head.length + tail.length > LINE_CHARACTERS) head = texts(parts.slice(0, --first));
  const left = parts.slice(first, parts.length - last).reduce((sum, { steps }) => sum + steps, 0);
  return left === 0 ? head + tail : `${head} … ${humanCount(left)} steps … ${tail}`;
}

function shortened(text: string): string {
  if (text.length <= STEP_CHARACTERS) return text;
  const half = (STEP_CHARACTERS >> 1) - 2;
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}
