/** Lines as a terminal takes them: tones become SGR sequences, or weights alone where colours are not wanted. */
import { oneLine } from '../../protocol/printable.ts';
import type { StyledLine, Tone } from './spans.ts';

const COLOURS: Readonly<Record<Tone, string>> = {
  plain: '',
  strong: '1',
  faint: '2',
  head: '1;7',
  grows: '33',
  shrinks: '32',
  new: '36',
  alarm: '1;31',
  chosen: '1;7',
};

const WEIGHTS: Readonly<Record<Tone, string>> = {
  ...COLOURS,
  grows: '',
  shrinks: '',
  new: '1',
  alarm: '1',
};

export function paint(line: StyledLine, colour: boolean): string {
  const codes = colour ? COLOURS : WEIGHTS;
  return line
    .map(({ text, tone }) => {
      const safe = oneLine(text);
      return codes[tone] === '' ? safe : `\x1b[${codes[tone]}m${safe}\x1b[m`;
    })
    .join('');
}

/** Whether colours are wanted: `NO_COLOR` says no where it is not empty (no-color.org). */
export function wantsColour(env: NodeJS.ProcessEnv): boolean {
  return (env.NO_COLOR ?? '') === '';
}

/** Whether the terminal's locale has more than ASCII, as far as the environment tells. */
export function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
