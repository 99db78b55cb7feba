/** How allocation sites read. */
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { type CallFrame, type ProfileNode, visitNodes } from './heap-profile.ts';

/**
 * A text for each frame of a profile: `handle (/srv/app.js:20)`, lines from 1; with the column where functions of one name begin
 * on one line, as all do in a minified script; `(anonymous)` for a function without a name. V8's own frames have no script.
 */
export function siteNames(head: ProfileNode): (frame: CallFrame) => string {
  const columnsOfLine = new Map<string, Set<number>>();
  visitNodes(head, ({ callFrame }) => {
    const line = lineOf(callFrame);
    const columns = columnsOfLine.get(line);
    if (columns) columns.add(callFrame.columnNumber);
    else columnsOfLine.set(line, new Set([callFrame.columnNumber]));
  });
  return (frame) => {
    const name = outsideText(frame.functionName, TEXT_LENGTHS.name) || '(anonymous)';
    if (frame.url === '') return name;
    const isAlone = columnsOfLine.get(lineOf(frame))?.size === 1;
    return `${name} (${placeOf(frame)}${isAlone ? '' : `:${frame.columnNumber + 1}`})`;
  };
}

function lineOf(frame: CallFrame): string {
  return `${frame.functionName} ${frame.url}:${frame.lineNumber}`;
}

/** `/srv/app.js:20`, the line from 1. */
function placeOf({ url, lineNumber }: CallFrame): string {
  return `${outsideText(url, TEXT_LENGTHS.url).replace(/^file:\/\//, '')}:${lineNumber + 1}`;
}
