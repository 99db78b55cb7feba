/** Whether a program printed what a document says, volatile figures aside: numbers, sizes, times, ids, sparklines, spaces. */

const INSTANT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
/** The line of a script is no volatile figure. */
const PLACE = /(\.[cm]?[jt]s:)(\d+)/g;
const NUMBER = /[-+]?~?\d(?:[\d,]*\d)?(?:\.\d+)*(?: ?(?:[KMG]?B|ms|s|min|h|d|%)(?![\w]))?/g;
const KEPT: Readonly<Record<string, string>> = { '0': 'a', '1': 'b', '2': 'c', '3': 'd', '4': 'e' };

/** The line with `#` for every volatile figure. */
export function steady(line: string): string {
  return (
    line
      .replace(PLACE, (_, before: string, digits: string) => before + [...digits].map(letter).join(''))
      .replace(INSTANT, 'INSTANT')
      .replace(UUID, 'ID')
      .replace(/[▁▂▃▄▅▆▇█]+/g, '▁')
      // ls draws what started a process
      .replace('└ ', '')
      .replace(NUMBER, '#')
      .replace(/(@#, )*@#(\.{3})?/g, '@#')
      .replace(/\b(object|row|line|reading|phase|probe)s\b/g, '$1')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

function letter(digit: string): string {
  return KEPT[digit] ?? String.fromCharCode(digit.charCodeAt(0) + 49);
}

/** What fits the lines of a document: `…` alone for any lines, within a line for any text. */
export function likeness(lines: readonly string[]): RegExp {
  const parts = lines.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${escaped(steady(line))}\\n`));
  return new RegExp(`^${parts.join('')}$`);
}

function escaped(line: string): string {
  return line.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll('…', '.*');
}

/** What a program printed, as `likeness` wants it. */
export function printed(text: string): string {
  const lines = text.replace(/\n+$/, '').split('\n');
  return text.trim() === '' ? '' : `${lines.map(steady).join('\n')}\n`;
}
