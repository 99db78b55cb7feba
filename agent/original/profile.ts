/** A sampling profile in the names and places of the files that people wrote. */
import type { CallFrame, HeapProfile, ProfileNode } from '../profile/heap-profile.ts';
import { visitNodes } from '../profile/heap-profile.ts';
import type { SeenFunction } from '../source-maps/belongs.ts';
import type { SourceMaps } from '../source-maps/source-maps.ts';
import { sourceMaps, tellRefused } from './in-use.ts';

/** The same profile where source maps are not used. */
export function originalProfile(profile: HeapProfile): HeapProfile {
  const maps = sourceMaps();
  if (maps === undefined) return profile;
  const original = { ...profile, head: originalTree(profile.head, maps) };
  tellRefused();
  return original;
}

function originalTree(head: ProfileNode, maps: SourceMaps): ProfileNode {
  const seen = seenFunctions(head);
  const known = new Map<string, CallFrame>();
  const frameOf = (frame: CallFrame): CallFrame => {
    const key = `${frame.scriptId}:${frame.lineNumber}:${frame.columnNumber}:${frame.functionName}`;
    const found = known.get(key) ?? originalFrame(frame, maps, seen);
    known.set(key, found);
    return found;
  };
  const copies = new Map<ProfileNode, { -readonly [K in keyof ProfileNode]: ProfileNode[K] }>();
  visitNodes(head, (node) => copies.set(node, { ...node, callFrame: frameOf(node.callFrame) }));
  for (const copy of copies.values()) copy.children = copy.children.map((child) => copies.get(child)!);
  return copies.get(head)!;
}

/** By the address of their script. */
function seenFunctions(head: ProfileNode): Map<string, SeenFunction[]> {
  const seen = new Map<string, SeenFunction[]>();
  visitNodes(head, ({ callFrame: { url, functionName, lineNumber, columnNumber } }) => {
    if (url === '' || lineNumber < 0) return;
    const functions = seen.get(url) ?? [];
    functions.push({ name: functionName, line: lineNumber, column: columnNumber });
    seen.set(url, functions);
  });
  return seen;
}

function originalFrame(frame: CallFrame, maps: SourceMaps, seen: ReadonlyMap<string, SeenFunction[]>): CallFrame {
  const script = maps.of(frame.url, seen.get(frame.url) ?? []);
  if (!script || frame.lineNumber < 0) return frame;
  const position = { line: frame.lineNumber, column: frame.columnNumber };
  const { place, name } = script.originOf(position, frame.functionName);
  return {
    ...frame,
    ...(name !== undefined && { functionName: name }),
    ...(place && { url: place.path, bundleUrl: frame.url, lineNumber: place.line, columnNumber: place.column }),
  };
}
