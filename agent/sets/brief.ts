/** Sets in one line, as heapy writes them: `<3 Session: @5, @7, @9>`, and the items of a row of a reference pattern. */

import { oneLine } from '../../protocol/printable.ts';
import type { Classifier } from '../classify/naming/classifier.ts';
import type { NodeSet } from '../graph/set.ts';
import { ClassDivision } from './division.ts';
import type { HeapView } from './view.ts';

/** Longest line. */
const MAX_LENGTH = 80;

/** The set in one line of at most 80 characters. */
export function brief(view: HeapView, nodes: NodeSet, classifier: Classifier): string {
  if (nodes.length === 0) return '<Nothing>';
  const division = new ClassDivision(view, nodes, classifier);
  const kinds = division.rows.map(({ kind }) => kind);
  const name = kinds.length === 1 ? kinds[0] : `(${kinds.toSorted().join(' | ')})`;
  const start = `<${nodes.length} ${name}: `;
  let length = start.length;
  const parts: string[] = [];
  for (const [row, { kind, count }] of division.rows.entries()) {
    if (length > MAX_LENGTH) break;
    const listed = items(division.setAt(row), MAX_LENGTH - length, (node) => view.names.of(node));
    const part = kinds.length > 1 ? `<${count} ${kind}: ${listed}>` : listed;
    parts.push(part);
    length += part.length + ' | '.length;
  }
  // by kind: the count before it does not matter
  if (parts.length > 1) parts.sort((a, b) => byText(a.slice(a.indexOf(' ')), b.slice(b.indexOf(' '))));
  return cut(`${start}${parts.join(' | ')}>`, MAX_LENGTH, '...>');
}

/** `3 Session: @5, @7, @9`, in at most `maxLength` characters; `textOf` gives the items. */
export function rowText(kind: string, nodes: NodeSet, maxLength: number, textOf: (node: number) => string): string {
  const start = `${nodes.length} ${kind}: `;
  return cut(start + items(nodes, maxLength - start.length, textOf), maxLength, '...');
}

/** As many of the nodes as there is room for, in order of what they are shown as; `...` behind the last met where more were left. */
function items(nodes: NodeSet, maxLength: number, textOf: (node: number) => string): string {
  const texts: string[] = [];
  let length = 0;
  for (const node of nodes) {
    const text = textOf(node);
    if (length > 0 && length + text.length + 2 >= maxLength) {
      texts[texts.length - 1] += '...';
      break;
    }
    length += text.length + 2;
    texts.push(text);
  }
  return texts.sort(byText).join(', ');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function cut(text: string, maxLength: number, mark: string): string {
  const line = oneLine(text.slice(0, maxLength + 1));
  return line.length > maxLength ? line.slice(0, maxLength - mark.length) + mark : line;
}
