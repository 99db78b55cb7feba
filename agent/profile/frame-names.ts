/** How frames of stacks read. */
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import type { CallFrame } from './heap-profile.ts';

/** What names a frame: its line and column from 0, -1 where they are not known. */
export type FrameName = Pick<CallFrame, 'functionName' | 'url' | 'lineNumber' | 'columnNumber'>;

/**
 * A text for each of these frames: `handle (/srv/app.js:20)`, lines from 1; with the column where functions of one name begin on
 * one line, as all do in a minified script; `(anonymous)` for a function without a name. V8's own frames have no script.
 */
export function frameNames(frames: readonly FrameName[]): (frame: FrameName) => string {
  const columnsOfLine = new Map<string, Set<number>>();
  for (const frame of frames) {
    const line = lineOf(frame);
    const columns = columnsOfLine.get(line);
    if (columns) columns.add(frame.columnNumber);
    else columnsOfLine.set(line, new Set([frame.columnNumber]));
  }
  return (frame) => {
    const name = outsideText(frame.functionName, TEXT_LENGTHS.name) || '(anonymous)';
    if (frame.url === '') return name;
    const isAlone = columnsOfLine.get(lineOf(frame))?.size === 1;
    return `${name} (${placeOf(frame)}${isAlone ? '' : `:${frame.columnNumber + 1}`})`;
  };
}

function lineOf(frame: FrameName): string {
  return `${frame.functionName} ${frame.url}:${frame.lineNumber}`;
}

/** `/srv/app.js:20`, the line from 1; the script alone where that is not known. */
function placeOf({ url, lineNumber }: FrameName): string {
  const path = outsideText(url, TEXT_LENGTHS.url).replace(/^file:\/\//, '');
  return lineNumber < 0 ? path : `${path}:${lineNumber + 1}`;
}
