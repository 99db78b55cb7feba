/**
 * Text broken into lines as Python's `textwrap.wrap` (3.11, its defaults) breaks it, since that is what shapes heapy's
 * tables. Lengths are in code points, as Python counts them; a wide character counts as one.
 */

export interface WrapOptions {
  /** The longest a line may become, indent included. */
  readonly width: number;
  /** Before the first line; default none. */
  readonly initialIndent?: string;
  /** Before each other line; default none. */
  readonly subsequentIndent?: string;
}

// Python's classes: \w is letters, numbers and underscore, of any script; a letter is \w less the decimal digits
const WORD = '[\\p{L}\\p{N}_]';
const LETTER = '[\\p{L}\\p{Nl}\\p{No}_]';
const PUNCTUATED = '[\\p{L}\\p{N}_!"\'&.,?]';
const SPACE = '[\\t\\n\\v\\f\\r ]';
const NO_SPACE = '[^\\t\\n\\v\\f\\r ]';

/** What lines are made of: runs of blanks, dashes between words, and words, cut after each hyphen in them. */
const CHUNK = new RegExp(
  `(${SPACE}+` +
    `|(?<=${PUNCTUATED})-{2,}(?=${WORD})` +
    `|${NO_SPACE}+?(?:` +
    `-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})` +
    `|(?=${SPACE}|$)` +
    `|(?<=${PUNCTUATED})(?=-{2,}${WORD})))`,
  'u',
);

/** What Python's `str.strip()` takes for blank. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python counts U+001C to U+001F among the blanks
const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

const TAB_SIZE = 8;

/** The lines of `text`; none if it is blank. Line breaks in it count as blanks. */
export function wrap(text: string, { width, initialIndent = '', subsequentIndent = '' }: WrapOptions): string[] {
  const plain = withoutTabs(text).replace(/[\n\v\f\r]/g, ' ');
  if (fitsOneLine(plain, width - initialIndent.length)) return oneLine(plain, initialIndent);
  const lines: string[] = [];
  const chunks = chunksOf(plain).reverse();
  while (chunks.length > 0) {
    const indent = lines.length > 0 ? subsequentIndent : initialIndent;
    if (lines.length > 0 && BLANK.test(chunks.at(-1)!.join(''))) chunks.pop();
    const line = takeLine(chunks, width - indent.length);
    if (line !== '') lines.push(indent + line);
  }
  return lines;
}

/** The common case, in which nothing has to be looked at twice: printable ASCII that is short enough. */
function fitsOneLine(text: string, width: number): boolean {
  return text.length <= width && /^[\x20-\x7e]*$/.test(text);
}

function oneLine(text: string, indent: string): string[] {
  const line = text.trimEnd();
  return line === '' ? [] : [indent + line];
}

/** Chunks as arrays of code points. */
function chunksOf(text: string): string[][] {
  return text
    .split(CHUNK)
    .filter((chunk) => chunk !== '')
    .map((chunk) => [...chunk]);
}

/** Takes off the end of `chunks`, which stand in reverse order, what fits a line; '' if that is blank. */
function takeLine(chunks: string[][], width: number): string {
  const line: string[][] = [];
  let length = 0;
  while (chunks.length > 0 && length + chunks.at(-1)!.length <= width) {
    const chunk = chunks.pop()!;
    line.push(chunk);
    length += chunk.length;
  }
  if (chunks.length > 0 && chunks.at(-1)!.length > width) line.push(breakWord(chunks, width < 1 ? 1 : width - length));
  if (line.length > 0 && BLANK.test(line.at(-1)!.join(''))) line.pop();
  return line.flat().join('');
}

/** Takes as much of the last of `chunks`, a word too long for any line, as the space left holds. */
function breakWord(chunks: string[][], spaceLeft: number): string[] {
  const word = chunks.at(-1)!;
  const hyphen = word.slice(0, spaceLeft).lastIndexOf('-');
  const afterHyphen = hyphen > 0 && word.slice(0, hyphen).some((character) => character !== '-');
  const end = afterHyphen ? hyphen + 1 : spaceLeft;
  chunks[chunks.length - 1] = word.slice(end);
  return word.slice(0, end);
}

/** Tabs as blanks up to the next multiple of 8, counted from the start of the line as Python's `expandtabs` does. */
function withoutTabs(text: string): string {
  if (!text.includes('\t')) return text;
  let column = 0;
  let expanded = '';
  for (const character of text) {
    const blanks = TAB_SIZE - (column % TAB_SIZE);
    expanded += character === '\t' ? ' '.repeat(blanks) : character;
    if (character === '\n' || character === '\r') column = 0;
    else column += character === '\t' ? blanks : 1;
  }
  return expanded;
}
